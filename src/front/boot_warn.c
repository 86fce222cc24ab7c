// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/boot_warn.h"

#include <stdio.h>
#include <string.h>

#include "inventory/attached.h"
#include "inventory/boot/late.h"

#define CLASS_3D 0x0302 /* it has no outputs */

/* What is to be assigned, and on which machine. */
struct warning_of {
	int root;
	const struct host *host;
	const struct boot *boot;
	const struct plan *plan;
	enum late late[PLAN_DEVICES_MAX]; /* of each of its devices */
};

/* Is it assigned, and nothing has it before? */
static bool goes(const struct warning_of *of, struct address address) {
	for (size_t i = 0; i < of->plan->device_count; i++) {
		if (address_compare(of->plan->devices[i].address, address) == 0) {
			return of->late[i] == LATE_NOT;
		}
	}
	return false;
}

static void warn_of_group(const struct planned_device *planned, const struct device *device) {
	if (!planned->listed) {
		fprintf(stderr,
			"baton: %s shares the IOMMU group %d with it, and is assigned, too\n",
			planned->name, device->group);
	}
}

static void warn_of_picture(const struct device *device) {
	if (device->boot_vga) {
		fprintf(stderr,
			"baton: %s has the picture that this machine starts with: from the next "
			"start on the host shows none on it, not even a console; `baton.skip` on "
			"the kernel's command line brings it back\n",
			device->name);
	}
}

/* The module of the driver that has it, or else of the one that would. */
static bool find_module(
	const struct warning_of *of, const struct device *device, char ret[MODULE_SIZE]) {
	bool has_own = device->driver[0] && !device->has_vfio_device &&
		       strcmp(device->driver, device->vfio_driver) != 0;

	ret[0] = '\0';
	return (has_own ? host_driver_module(of->root, device->driver, ret, MODULE_SIZE)
			: host_natural_module(of->root, of->host, device, ret, MODULE_SIZE)) == 0;
}

static void warn_of_late(const struct warning_of *of, const struct device *device, enum late *ret) {
	AUTO_TEXT struct text why = {0};
	char module[MODULE_SIZE];
	enum late late;

	(void)find_module(of, device, module);
	if (late_find(of->root, of->host, of->boot->initramfs, device, module, &late) < 0 ||
		late == LATE_NOT || late_format(late, module, &why) < 0) {
		return;
	}
	*ret = late;
	fprintf(stderr,
		"baton: %s is assigned%s: it will stay with the host: hand it over on demand, or %s\n",
		device->name, why.data,
		late == LATE_BUILT_IN ? "start a kernel that has that driver as a module"
				      : "have dracut or mkinitcpio make the initramfs");
}

/* A device with a picture that the host still has at the next start. */
static bool shows(const struct warning_of *of, const struct boot_device *device) {
	const struct device *function = device->device;

	return function->class >> 16 == CLASS_DISPLAY && function->class >> 8 != CLASS_3D &&
	       device->winner != WINNER_VFIO && device->winner != WINNER_NOBODY &&
	       !goes(of, function->address);
}

static size_t count_outputs(const struct drm_card *card, enum connector_status status) {
	size_t count = 0;

	for (size_t i = 0; i < card->connector_count; i++) {
		count += card->connectors[i].status == status;
	}
	return count;
}

/* Has it a monitor? One of which the kernel does not tell may. */
static bool may_have_monitor(const struct host *host, const struct device *device) {
	bool told = false;

	for (size_t i = 0; i < host->card_count; i++) {
		const struct drm_card *card = &host->cards[i];

		if (address_compare(card->device, device->address) != 0) {
			continue;
		}
		if (count_outputs(card, CONNECTOR_DISCONNECTED) < card->connector_count) {
			return true;
		}
		told = true;
	}
	return !told;
}

/* What a monitor is plugged into and goes, or NULL. */
static const struct device *find_monitor(const struct warning_of *of) {
	for (size_t i = 0; i < of->host->card_count; i++) {
		const struct drm_card *card = &of->host->cards[i];

		if (count_outputs(card, CONNECTOR_CONNECTED) > 0 && goes(of, card->device)) {
			return host_device(of->host, card->device);
		}
	}
	return NULL;
}

static bool has_picture(const struct warning_of *of) {
	for (size_t i = 0; i < of->plan->device_count; i++) {
		const struct device *device = host_device(of->host, of->plan->devices[i].address);

		if (device->class >> 16 == CLASS_DISPLAY && device->class >> 8 != CLASS_3D &&
			goes(of, device->address)) {
			return true;
		}
	}
	return false;
}

static void warn_of_darkness(const struct warning_of *of) {
	const struct device *monitor = find_monitor(of);
	size_t shown = 0, seen = 0;

	for (size_t i = 0; i < of->boot->device_count; i++) {
		const struct boot_device *device = &of->boot->devices[i];

		if (shows(of, device)) {
			shown++;
			seen += may_have_monitor(of->host, device->device);
		}
	}
	if (shown == 0 && has_picture(of)) {
		fputs("baton: no other card is left to the host: from the next start on it shows "
		      "no picture at all, nor the question for the passphrase of an encrypted disk: "
		      "be sure that you can reach it over the network\n",
			stderr);
	} else if (shown > 0 && seen == 0 && monitor) {
		fprintf(stderr,
			"baton: all monitors hang on %s: from the next start on the host shows no "
			"picture that anybody sees, nor the question for the passphrase of an "
			"encrypted disk, until one is plugged into another card\n",
			monitor->name);
	}
}

static bool is_keyboard(const struct attached *attached) {
	return attached->kind == ATTACHED_USB && strstr(attached->type, "keyboard");
}

static bool is_vfios(const struct boot *boot, struct address address) {
	for (size_t i = 0; i < boot->device_count; i++) {
		if (address_compare(boot->devices[i].device->address, address) == 0) {
			return boot->devices[i].winner == WINNER_VFIO;
		}
	}
	return false;
}

static void warn_of_keyboard(const struct warning_of *of) {
	AUTO_ATTACHMENTS struct attachments all = {0};
	const struct attached *last = NULL;
	char name[ADDRESS_SIZE];

	if (attachments_read(of->root, of->host, &all) < 0) {
		return;
	}
	for (size_t i = 0; i < all.count; i++) {
		const struct attached *one = &all.attached[i];

		if (!is_keyboard(one)) {
			continue;
		}
		if (goes(of, one->device)) {
			last = one;
		} else if (!is_vfios(of->boot, one->device)) {
			return;
		}
	}
	if (last) {
		address_format(last->device, name);
		fprintf(stderr,
			"baton: the only keyboard that is plugged in by USB hangs on %s: from the next "
			"start on the host does not have it, not even for the passphrase of an "
			"encrypted disk: plug one into another controller\n",
			name);
	}
}

void boot_warn(
	int root, const struct host *host, const struct boot *boot, const struct plan *plan) {
	struct warning_of of = {root, host, boot, plan, {LATE_NOT}};

	for (size_t i = 0; i < plan->device_count; i++) {
		const struct device *device = host_device(host, plan->devices[i].address);

		warn_of_group(&plan->devices[i], device);
		warn_of_late(&of, device, &of.late[i]);
		if (of.late[i] == LATE_NOT) {
			warn_of_picture(device);
		}
	}
	warn_of_darkness(&of);
	warn_of_keyboard(&of);
}
