// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/boot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "inventory/boot/argument.h"
#include "inventory/boot/command_line.h"

bool boot_word_is_new(const struct boot *boot, const struct boot_line *word) {
	return boot->next_known && word->kind == BOOT_LINE_WORD &&
	       !command_line_has(&boot->running, word->text);
}

/* Root, console and the like may be added by the boot loader's own programs. */
bool boot_word_is_gone(const struct boot *boot, const char *word) {
	if (!boot->next_known || !argument_find(word)) {
		return false;
	}
	for (size_t i = 0; i < boot->next.count; i++) {
		if (command_line_same(boot->next.all[i].text, word)) {
			return false;
		}
	}
	return true;
}

static int add_words(const struct names *words, struct text *ret) {
	int r = text_append(ret, "", 0);

	for (size_t i = 0; r == 0 && i < words->count; i++) {
		r = text_add(ret, "%s%s", i ? " " : "", words->names[i]);
	}
	return r;
}

/* What a word does that has to do with devices; "": it has not. */
static const char *explain(const char *word) {
	const struct argument *argument = argument_find(word);

	return argument ? argument->does : "";
}

static int add_new(const struct boot_line *line, struct text *ret) {
	const char *does = explain(line->text);

	return text_add_line(ret, "  new        %s (%s:%u)%s%s", line->text, line->path,
		line->number, *does ? " " : "", does);
}

static int add_next(const struct boot *boot, struct text *ret) {
	AUTO_TEXT struct text words = {0};
	int r = text_append(&words, "", 0);

	if (!boot->next_known && boot->next.count == 0) {
		return text_add_line(ret, "  next       not known");
	}
	for (size_t i = 0; r == 0 && boot->next_known && i < boot->next.count; i++) {
		r = text_add(&words, "%s%s", i ? " " : "", boot->next.all[i].text);
	}
	if (r == 0 && boot->next_known) {
		r = text_add_line(ret, "  next       %s", words.data);
	}
	for (size_t i = 0; r == 0 && i < boot->next.count; i++) {
		const struct boot_line *line = &boot->next.all[i];

		if (line->kind == BOOT_LINE_UNKNOWN) {
			r = text_add_line(ret,
				"  next       not known: %s:%u is for a shell to say: %s",
				line->path, line->number, line->text);
		} else if (boot_word_is_new(boot, line)) {
			r = add_new(line, ret);
		}
	}
	for (size_t i = 0; r == 0 && i < boot->running.count; i++) {
		if (boot_word_is_gone(boot, boot->running.names[i])) {
			r = text_add_line(ret, "  gone       %s", boot->running.names[i]);
		}
	}
	return r;
}

/* What the words that it runs with do. */
static int add_arguments(const struct boot *boot, struct text *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < boot->running.count; i++) {
		const char *does = explain(boot->running.names[i]);

		r = *does ? text_add_line(ret, "             %s %s", boot->running.names[i], does)
			  : 0;
	}
	return r;
}

static int add_command_line(const struct boot *boot, struct text *ret) {
	AUTO_TEXT struct text running = {0};
	int r = add_words(&boot->running, &running);

	r = r < 0 ? r : text_add_line(ret, "boot loader: %s", boot->loader.loader->name);
	r = r < 0 ? r : text_add_line(ret, "  because    %s", boot->loader.because.data);
	r = r < 0 ? r : text_add_line(ret, "command line");
	r = r < 0 ? r
		  : text_add_line(ret, "  running    %s",
			    boot->running.count ? running.data : "not known");
	r = r < 0 ? r : add_arguments(boot, ret);
	return r < 0 ? r : add_next(boot, ret);
}

static const char *name_setting(const struct cause *cause) {
	return cause->maker == MAKER_INTEL ? "VT-d" : "IOMMU, or AMD-Vi,";
}

int report_cause(const struct cause *cause, struct text *ret) {
	switch (cause->verdict) {
	case IOMMU_FINE:
		return text_add_line(ret, "  nothing is missing");
	case IOMMU_LACKS_GRAPHICS:
		return text_add_line(ret,
			"  only for a guest that is to have the processor's own graphics (%s): intel_iommu=on on the kernel's command line",
			cause->graphics);
	case IOMMU_LACKS_ARGUMENT:
		if (cause->kind != IOMMU_NONE) {
			return text_add_line(ret,
				"  missing at the next start: intel_iommu=on, which only the running kernel's command line has");
		}
		return text_add_line(ret,
			"  missing: intel_iommu=on on the kernel's command line%s",
			cause->table == TABLE_UNKNOWN
				? ", and VT-d in the firmware's settings if it is off there"
				: "");
	case IOMMU_LACKS_BOOT:
		return text_add_line(ret, "  what was missing is configured: restart the machine");
	case IOMMU_LACKS_FIRMWARE:
		return text_add_line(ret,
			"  missing: switch %s on in the firmware's settings; the kernel is told of none",
			name_setting(cause));
	case IOMMU_LACKS_DRIVER:
		return text_add_line(ret,
			"  missing: a kernel that has a driver for it; %s has none",
			cause->configuration);
	case IOMMU_SWITCHED_OFF:
		return text_add_line(
			ret, "  missing: take %s off the kernel's command line", cause->off);
	case IOMMU_UNEXPLAINED:
		return text_add_line(ret,
			"  nothing that can be seen keeps it off: look at `dmesg | grep -i -e iommu -e dmar -e amd-vi`, and at the firmware's settings");
	}
	return 0;
}

static int add_iommu(const struct cause *cause, struct text *ret) {
	static const char *const defaults[] = {
		[DEFAULT_UNKNOWN] = NULL,
		[DEFAULT_ON] = "on",
		[DEFAULT_ON_BUT_GRAPHICS] = "on for all but Intel's own graphics",
		[DEFAULT_OFF] = "off",
		[DEFAULT_NO_DRIVER] = "impossible: it has no driver",
	};
	int r = text_add_line(ret, "IOMMU: %s%s", cause->kind == IOMMU_NONE ? "off" : "on, ",
		cause->kind == IOMMU_NONE ? "" : iommu_kind_name(cause->kind));

	if (r == 0 && cause->maker != MAKER_OTHER) {
		r = text_add_line(ret, "  firmware   %s",
			cause->table == TABLE_THERE     ? "tells of one"
			: cause->table == TABLE_MISSING ? "tells of none"
							: "cannot be seen");
	}
	if (r == 0 && defaults[cause->by_itself]) {
		r = text_add_line(ret, "  kernel     by itself %s (%s)", defaults[cause->by_itself],
			cause->configuration);
	}
	return r < 0 ? r : report_cause(cause, ret);
}

static const char *describe(enum boot_line_kind kind) {
	static const char *const does[] = {
		[BOOT_LINE_WORD] = "a word of the kernel's command line",
		[BOOT_LINE_UNKNOWN] = "known to a shell alone",
		[BOOT_LINE_EARLY] = "loads it in the initramfs",
		[BOOT_LINE_INCLUDED] = "puts it into the initramfs",
		[BOOT_LINE_LOADED] = "loads it when the system starts",
		[BOOT_LINE_OPTIONS] = "gives it parameters",
		[BOOT_LINE_BEFORE] = "has VFIO loaded before it",
		[BOOT_LINE_ALIAS] = "is loaded for devices in the place of their own module",
		[BOOT_LINE_BLACKLIST] = "keeps it from being loaded for a device's sake",
		[BOOT_LINE_INSTALL] = "runs a command in its place",
		[BOOT_LINE_ASSIGNED] = "gives it to VFIO in the initramfs",
		[BOOT_LINE_IGNORED] =
			"does nothing here: only modules and their parameters are read",
	};

	return does[kind];
}

static int add_loading(const struct boot *boot, struct text *ret) {
	int r = text_add_line(ret, "initramfs: %s%s%s%s", boot->initramfs->name,
		boot->initramfs->command ? " (" : "",
		boot->initramfs->command ? boot->initramfs->command : "",
		boot->initramfs->command ? ")" : "");

	if (r == 0 && boot->vfio_built_in) {
		r = text_add_line(ret,
			"vfio-pci is built into the kernel: only its command line gives it ids");
	}
	if (r == 0) {
		r = text_add_line(ret, "modules: %s",
			boot->lines.count ? "what has a say in VFIO and the cards' drivers"
					  : "nothing says anything of VFIO or the cards' drivers");
	}
	for (size_t i = 0; r == 0 && i < boot->lines.count; i++) {
		const struct boot_line *line = &boot->lines.all[i];

		r = line->number ? text_add_line(ret, "  %s:%u %s: %s", line->path, line->number,
					   line->text, describe(line->kind))
				 : text_add_line(ret, "  %s %s: %s", line->path, line->text,
					   describe(line->kind));
	}
	return r;
}

/* Whether it took, and if not, why. */
static int add_assignment(const struct assignment *assignment, struct text *ret) {
	static const char *const states[] = {
		[ASSIGNMENT_TOOK] = "took",
		[ASSIGNMENT_THERE] = "there",
		[ASSIGNMENT_PENDING] = "pending",
		[ASSIGNMENT_MISSED] = "MISSED",
		[ASSIGNMENT_BROKEN] = "BROKEN",
	};
	char id[16] = "";

	if (assignment->state == ASSIGNMENT_BROKEN) {
		return text_add_line(ret, "  " ASSIGNED_FILE ":%u  BROKEN: %s", assignment->line,
			assignment->because.data);
	}
	snprintf(id, sizeof(id), "%04x:%04x", assignment->what.vendor, assignment->what.device);
	return text_add_line(ret, "  %s  %s  %s%s%s", assignment->what.address, id,
		states[assignment->state], assignment->because.length > 0 ? ": " : "",
		assignment->because.length > 0 ? assignment->because.data : "");
}

static int add_assignments(const struct assignments *assigned, struct text *ret) {
	int r = assigned->count == 0
			? 0
			: text_add_line(ret,
				  "assigned: what vfio-pci gets in the initramfs, and whether it took");

	if (r == 0 && assigned->count > 0 && assigned->image[0]) {
		r = text_add_line(ret, "  %s is %s than " ASSIGNED_FILE, assigned->image,
			assigned->age == IMAGE_OLDER ? "older" : "newer");
	}
	for (size_t i = 0; r == 0 && i < assigned->count; i++) {
		r = add_assignment(&assigned->all[i], ret);
	}
	return r;
}

/* Who has it when the machine has started. */
static int add_winner(const struct boot_device *device, struct text *ret) {
	const char *now = device->device->driver;
	const char *who = device->driver[0] ? device->driver : "no driver";

	return text_add_line(ret, "  %s  now %s, at boot %s%s: %s", device->device->name,
		now[0] ? now : "no driver", device->winner == WINNER_OPEN ? "perhaps " : "", who,
		device->because.data);
}

/* One line may fit several functions of a card. */
static bool is_told(const struct boot_device *first, const struct boot_device *device,
	const struct boot_line *line) {
	for (; first <= device; first++) {
		for (size_t i = 0; i < first->lines.count; i++) {
			const struct boot_line *other = &first->lines.all[i];

			if (other == line) {
				return false;
			}
			if (other->number == line->number && strcmp(other->path, line->path) == 0 &&
				strcmp(other->text, line->text) == 0) {
				return true;
			}
		}
	}
	return false;
}

static int add_lines(const struct boot_device *first, const struct boot_device *device, bool *told,
	struct text *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < device->lines.count; i++) {
		const struct boot_line *line = &device->lines.all[i];
		char number[16] = "";

		if (is_told(first, device, line)) {
			continue;
		}
		if (line->number) {
			snprintf(number, sizeof(number), ":%u", line->number);
		}
		r = *told ? 0
			  : text_add_line(ret,
				    "  on demand: none of this is needed, and it is in the way");
		*told = true;
		r = r < 0 ? r : text_add_line(ret, "    %s%s %s", line->path, number, line->text);
	}
	return r;
}

/* What is needed for the two ways to use a card. */
static int add_needs(const struct boot *boot, size_t from, size_t to, struct text *ret) {
	bool told = false, vfio = true, unusable = false;
	bool missing =
		boot->cause.kind == IOMMU_NONE || boot->cause.verdict == IOMMU_LACKS_ARGUMENT;
	int r = 0;

	for (size_t i = from; r == 0 && i < to; i++) {
		r = add_lines(&boot->devices[from], &boot->devices[i], &told, ret);
		vfio &= boot->devices[i].winner == WINNER_VFIO;
		unusable |= boot->devices[i].winner != WINNER_HOST;
	}
	if (r == 0 && !told && !unusable && missing) {
		r = text_add_line(ret, "  on demand: only the IOMMU is missing, see above");
	} else if (r == 0 && !told) {
		r = text_add_line(ret, unusable ? "  on demand: a driver of the host's is missing"
						: "  on demand: nothing is missing or in the way");
	}
	if (r < 0) {
		return r;
	}
	return vfio ? text_add_line(ret, "  permanent: it is a guest's from the first moment")
		    : text_add_line(ret,
			      "  permanent: not so; `baton boot assign %.*s` would make it so",
			      (int)strcspn(boot->devices[from].device->name, "."),
			      boot->devices[from].device->name);
}

static int add_card(const struct boot *boot, const struct pci_names *names, size_t from, size_t to,
	struct text *ret) {
	const struct device *first = boot->devices[from].device;
	char name[PCI_NAME_SIZE], slot[ADDRESS_SIZE];
	int r;

	(void)pci_names_short(names, first->identity.vendor, first->identity.device, name);
	memcpy(slot, first->name, sizeof(slot));
	*strrchr(slot, '.') = '\0';
	r = text_add_line(ret, "card %s%s%s", slot, name[0] ? " " : "", name);
	for (size_t i = from; r == 0 && i < to; i++) {
		r = add_winner(&boot->devices[i], ret);
	}
	return r < 0 ? r : add_needs(boot, from, to, ret);
}

int report_boot(const struct boot *boot, const struct pci_names *names, struct text *ret) {
	int r = add_command_line(boot, ret);

	r = r < 0 ? r : add_iommu(&boot->cause, ret);
	r = r < 0 ? r : add_loading(boot, ret);
	r = r < 0 ? r : add_assignments(&boot->assigned, ret);
	for (size_t from = 0, to; r == 0 && from < boot->device_count; from = to) {
		for (to = from + 1; to < boot->device_count &&
				    address_same_slot(boot->devices[from].device->address,
					    boot->devices[to].device->address);
			to++) {
		}
		r = add_card(boot, names, from, to, ret);
	}
	return r;
}
