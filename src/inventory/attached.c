// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/attached.h"

#include <errno.h>
#include <stdlib.h>

#include "inventory/disk.h"
#include "inventory/growing.h"
#include "inventory/network.h"
#include "inventory/output.h"
#include "inventory/patient.h"
#include "inventory/sound.h"
#include "inventory/usage.h"
#include "inventory/usb.h"
#include "inventory/usb_ids.h"

/* What stands on another comes after it. */
static int gather(int root, const struct host *host, struct growing *growing) {
	AUTO_USB_PLACES struct usb_places usb = {0};
	AUTO_DISKS struct disks disks = {0};
	int r = outputs_read(host, growing);

	r = r < 0 ? r : usb_read(root, growing, &usb);
	r = r < 0 ? r : disks_read(root, &usb, growing, &disks);
	r = r < 0 ? r : usages_read(root, &disks, growing);
	r = r < 0 ? r : network_attach(root, host, &usb, growing);
	return r < 0 ? r : sounds_read(root, &usb, growing);
}

/* Those that do not say it themselves; the file is big, and seldom needed. */
static int name_usb(int root, struct growing *growing) {
	AUTO_FREE char *ids = NULL;
	int r = 0;

	for (size_t i = 0; i < growing->count; i++) {
		struct attached *usb = &growing->attached[i];

		if (usb->kind != ATTACHED_USB || usb->text[0] || !usb->id[0]) {
			continue;
		}
		r = ids ? 0 : usb_ids_read(root, &ids);
		if (r < 0) {
			return r == -ENOMEM ? r : 0;
		}
		(void)!usb_ids_find(ids, usb->id, usb->text);
	}
	return 0;
}

int attachments_read(int root, const struct host *host, struct attachments *ret) {
	AUTO_GROWING struct growing growing = {0};
	int r = gather(root, host, &growing);
	bool more = r == -E2BIG;

	r = r < 0 && !more ? r : patient_read(root, host, &growing);
	r = r < 0 ? r : name_usb(root, &growing);
	r = r < 0 ? r : growing_order(&growing, ret);
	if (r == 0) {
		ret->more = more;
	}
	return r;
}

void attachments_free(struct attachments *attachments) {
	free(attachments->attached);
	*attachments = (struct attachments){0};
}

const struct attached *attached_of(
	const struct attachments *attachments, struct address device, size_t *ret_count) {
	size_t first = 0, high = attachments->count, end;

	while (first < high) {
		size_t middle = first + (high - first) / 2;

		if (address_compare(attachments->attached[middle].device, device) < 0) {
			first = middle + 1;
		} else {
			high = middle;
		}
	}
	end = first;
	while (end < attachments->count &&
		address_compare(attachments->attached[end].device, device) == 0) {
		end++;
	}
	*ret_count = end - first;
	return end > first ? &attachments->attached[first] : NULL;
}

const char *attached_kind_name(enum attached_kind kind) {
	static const char *const names[] = {
		[ATTACHED_OUTPUT] = "output",
		[ATTACHED_USB] = "usb",
		[ATTACHED_DISK] = "disk",
		[ATTACHED_PARTITION] = "partition",
		[ATTACHED_VOLUME] = "volume",
		[ATTACHED_MOUNT] = "mount",
		[ATTACHED_SWAP] = "swap",
		[ATTACHED_INTERFACE] = "interface",
		[ATTACHED_ADDRESS] = "address",
		[ATTACHED_SOUND] = "sound",
	};

	return names[kind];
}

const char *secret_kind_name(enum secret_kind kind) {
	static const char *const names[] = {
		[SECRET_NONE] = "none",
		[SECRET_SERIAL] = "serial",
		[SECRET_HARDWARE] = "hardware_address",
		[SECRET_INTERNET] = "internet_address",
	};

	return names[kind];
}
