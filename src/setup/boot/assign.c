// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/assign.h"

#include <errno.h>
#include <string.h>

#include "setup/boot/image.h"

#define FILE_DIRECTORY "/etc/baton"
#define FILE_NAME      "assigned"

static const char header[] =
	"# What vfio-pci gets when the machine starts, before any other driver: baton(8), BOOT.\n"
	"# Written by baton boot assign; baton boot undo takes it back.\n";

/* What is to be in the file. */
struct wanted {
	const struct assigned *all;
	size_t count;
	bool done[ASSIGNED_MAX];
};

static bool same(const struct assigned *a, const struct assigned *b) {
	char x[ASSIGNED_LINE_SIZE], y[ASSIGNED_LINE_SIZE];

	assigned_format(a, x);
	assigned_format(b, y);
	return strcmp(x, y) == 0;
}

static int add_line(struct text *text, const struct assigned *assigned) {
	char line[ASSIGNED_LINE_SIZE];

	assigned_format(assigned, line);
	return text_append(text, line, strlen(line));
}

/* The line as it is, or what stands at its address by now. */
static int keep_line(struct wanted *wanted, const struct assigned *there, const char *line,
	size_t length, struct text *ret) {
	for (size_t i = 0; i < wanted->count; i++) {
		if (strcmp(wanted->all[i].address, there->address) != 0) {
			continue;
		}
		if (wanted->done[i]) {
			return 0;
		}
		wanted->done[i] = true;
		if (!same(&wanted->all[i], there)) {
			return add_line(ret, &wanted->all[i]);
		}
	}
	return text_append(ret, line, length);
}

static int refuse_line(struct planning *planning, unsigned int line) {
	return error_set(planning->error, -EINVAL,
		ASSIGNED_FILE
		":%u is not what baton boot assign writes: correct it, or take the line out",
		line);
}

/* What is in the file stays, in its order; what is new comes behind it. */
static int merge(struct planning *planning, struct wanted *wanted, struct boot_file *file) {
	struct assigned_reader reader = {.data = file->before.data, .length = file->before.length};
	AUTO_TEXT struct text after = {0};
	struct assigned there;
	size_t lines = 0;
	int r = text_append(&after, file->was ? "" : header, file->was ? 0 : strlen(header));

	for (size_t start = 0; r == 0; start = reader.at) {
		enum assigned_found found = assigned_next(&reader, &there);
		size_t end = reader.at;

		if (found == ASSIGNED_BROKEN) {
			return refuse_line(planning, reader.line);
		}
		if (found == ASSIGNED_END) {
			r = text_append(&after, file->before.data + start, end - start);
			break;
		}
		lines++;
		/* (Comments in front of a line are passed over along with it.) */
		while (start < end && memchr(file->before.data + start, '\n', end - start - 1)) {
			const char *newline = memchr(file->before.data + start, '\n', end - start);
			size_t next = (size_t)(newline - file->before.data) + 1;

			r = r < 0 ? r
				  : text_append(&after, file->before.data + start, next - start);
			start = next;
		}
		r = r < 0 ? r
			  : keep_line(
				    wanted, &there, file->before.data + start, end - start, &after);
	}
	for (size_t i = 0; r == 0 && i < wanted->count; i++) {
		r = wanted->done[i] ? 0 : add_line(&after, &wanted->all[i]);
		lines += !wanted->done[i];
	}
	if (lines > ASSIGNED_MAX || after.length >= ASSIGNED_SIZE_MAX) {
		return error_set(planning->error, -E2BIG,
			"more than %d functions in " ASSIGNED_FILE, ASSIGNED_MAX);
	}
	if (r < 0) {
		return planning_result(planning, r);
	}
	text_free(&file->after);
	file->after = after;
	after = (struct text){0};
	return 0;
}

static int plan_file(struct planning *planning, struct wanted *wanted) {
	struct boot_file *file;
	int r = file_exists(planning->root, ASSIGNED_FILE)
			? planning_file(planning, ASSIGNED_FILE, &file)
			: planning_new_file(planning, FILE_DIRECTORY, FILE_NAME, &file);

	if (r < 0) {
		return r;
	}
	file->form = FORM_LINES;
	return merge(planning, wanted, file);
}

/* Systems whose initramfs is not made on the machine, or not by what is configured here. */
static int check_system(struct planning *planning, const struct assigned *first) {
	switch (planning->boot->loader.loader->kind) {
	case LOADER_NIXOS:
		return error_set(planning->error, -ENOTSUP,
			"NixOS is declared, so add to your configuration, with a line for each "
			"function: boot.initrd.availableKernelModules = [ \"vfio-pci\" ]; "
			"boot.initrd.preDeviceCommands = \"echo vfio-pci > "
			"/sys/bus/pci/devices/%s/driver_override; modprobe -i vfio-pci\"; then run "
			"nixos-rebuild boot",
			first->address);
	case LOADER_OSTREE:
		return error_set(planning->error, -ENOTSUP,
			"the initramfs of this system comes with its image, and baton cannot put "
			"anything into it: hand the card over on demand, or give its ids to VFIO "
			"with rpm-ostree kargs");
	case LOADER_KERNELSTUB:
	case LOADER_PROXMOX:
	case LOADER_PROXMOX_GRUB:
	case LOADER_LIMINE:
	case LOADER_GRUBBY:
	case LOADER_GRUB_DEBIAN:
	case LOADER_GRUB2:
	case LOADER_GRUB:
	case LOADER_UKI:
	case LOADER_KERNEL_INSTALL:
	case LOADER_ENTRIES:
	case LOADER_UNKNOWN:
	case LOADER_KIND_COUNT:
		break;
	}
	return 0;
}

int boot_plan_assign(struct planning *planning, const struct assigned *all, size_t count) {
	struct wanted wanted = {.all = all, .count = count};
	int r = count <= ASSIGNED_MAX ? check_system(planning, all)
				      : error_set(planning->error, -E2BIG, "more than %d functions",
						ASSIGNED_MAX);

	r = r < 0 ? r : plan_file(planning, &wanted);
	r = r < 0 ? r : image_plan(planning);
	if (r == 0 && boot_plan_changes(planning->plan)) {
		planning->plan->loader = planning->boot->loader.loader;
		planning->plan->initramfs = planning->boot->initramfs;
		planning->plan->image = IMAGE_ASSIGNS;
		r = image_plan_commands(planning);
	}
	return r;
}

/* Is it assigned already? */
static bool was_assigned(const struct boot_file *file, const struct assigned *assigned) {
	struct assigned_reader reader = {.data = file->before.data, .length = file->before.length};
	struct assigned one;

	while (assigned_next(&reader, &one) == ASSIGNED_FOUND) {
		if (same(&one, assigned)) {
			return true;
		}
	}
	return false;
}

int boot_plan_assigned(const struct boot_plan *plan, struct names *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->file_count; i++) {
		const struct text *after = &plan->files[i].after;
		struct assigned_reader reader = {.data = after->data, .length = after->length};
		struct assigned one;

		while (r == 0 && strcmp(plan->files[i].path, ASSIGNED_FILE) == 0 &&
			assigned_next(&reader, &one) == ASSIGNED_FOUND) {
			r = was_assigned(&plan->files[i], &one) ? 0 : names_add(ret, one.address);
		}
	}
	return r;
}
