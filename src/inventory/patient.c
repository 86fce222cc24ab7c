// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/patient.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/aside.h"
#include "base/text.h"
#include "host/attribute.h"
#include "inventory/clean.h"
#include "inventory/edid.h"

/* How long the kernel may keep silent about one thing. A card that looks for monitors has its lock
 * for some hundred milliseconds. */
#define PATIENCE_MS 500
#define LIMIT_MS    10000

#define EDID_MAX_SIZE (32U << 10) /* 256 blocks */

#define PATH_SIZE (sizeof("sys/bus/usb/devices//") + LABEL_SIZE + LABEL_SIZE)

struct answer {
	char text[LABEL_SIZE];
	char type[32];
	char id[16];
	char secret[LABEL_SIZE];
	unsigned int speed_mbit_s;
};

struct asking {
	int root;
	const struct host *host;
	struct growing *growing;
};

static void read_edid(int dir, struct answer *answer) {
	AUTO_FREE char *data = NULL;
	size_t length;
	struct edid edid;

	if (file_read(dir, "edid", EDID_MAX_SIZE, &data, &length) < 0 ||
		edid_parse((const uint8_t *)data, length, &edid) < 0) {
		return;
	}
	snprintf(answer->id, sizeof(answer->id), "%s:%04x", edid.maker, edid.product);
	clean_set(answer->text, sizeof(answer->text), edid.name);
	clean_set(answer->secret, sizeof(answer->secret), edid.serial);
}

/* "card0-DP-1": its modes begin with the one that the monitor prefers. */
static void ask_output(
	const struct asking *asking, const struct attached *output, struct answer *answer) {
	const struct drm_card *card = host_card(asking->host, output->device);
	char path[PATH_SIZE];
	AUTO_CLOSE int dir = -1;

	if (!output->active || !card ||
		name_format(path, sizeof(path), "sys/class/drm/%s-%s", card->name, output->name) <
			0) {
		return;
	}
	dir = dir_open(asking->root, path);
	if (dir >= 0) {
		read_edid(dir, answer);
		(void)!file_read_line(dir, "modes", answer->type, sizeof(answer->type));
	}
}

/* "Logitech" and "USB Receiver"; some say who they are in both. A root hub is the kernel's: its
 * serial number is the controller's address. */
static void ask_usb(
	const struct asking *asking, const struct attached *usb, struct answer *answer) {
	char path[PATH_SIZE], maker[LABEL_SIZE], product[LABEL_SIZE], text[LABEL_SIZE + LABEL_SIZE];
	bool is_root = text_starts(usb->name, "usb");
	AUTO_CLOSE int dir = -1;

	if (name_format(path, sizeof(path), "sys/bus/usb/devices/%s", usb->name) == 0) {
		dir = dir_open(asking->root, path);
	}
	if (dir < 0) {
		return;
	}
	attribute_read_if_any(dir, "manufacturer", maker, sizeof(maker));
	attribute_read_if_any(dir, "product", product, sizeof(product));
	if (!is_root) {
		attribute_read_if_any(dir, "serial", answer->secret, sizeof(answer->secret));
	}
	if (is_root || !product[0] || text_starts(product, maker)) {
		maker[0] = '\0';
	}
	snprintf(text, sizeof(text), "%s%s%s", maker, maker[0] ? " " : "", product);
	clean_set(answer->text, sizeof(answer->text), text);
}

static void ask_disk(
	const struct asking *asking, const struct attached *disk, struct answer *answer) {
	static const char *const names[] = {"serial", "device/serial"};
	char path[PATH_SIZE], serial[LABEL_SIZE];

	for (size_t i = 0; i < COUNT(names) && !disk->secret[0] && !answer->secret[0]; i++) {
		if (name_format(path, sizeof(path), "sys/class/block/%s/%s", disk->name,
			    names[i]) == 0 &&
			file_read_line(asking->root, path, serial, sizeof(serial)) == 0) {
			clean_set(answer->secret, sizeof(answer->secret), serial);
		}
	}
}

/* -1, or an error: it has no carrier, or knows no speed. */
static void ask_interface(
	const struct asking *asking, const struct attached *interface, struct answer *answer) {
	char path[PATH_SIZE];
	int64_t speed;

	if (interface->active &&
		name_format(path, sizeof(path), "sys/class/net/%s/speed", interface->name) == 0 &&
		file_read_signed(asking->root, path, &speed) == 0 && speed > 0 && speed < INT_MAX) {
		answer->speed_mbit_s = (unsigned int)speed;
	}
}

static void ask(void *context, size_t index, void *ret_value) {
	const struct asking *asking = context;
	const struct attached *thing = &asking->growing->attached[index];

	switch (thing->kind) {
	case ATTACHED_OUTPUT:
		ask_output(asking, thing, ret_value);
		break;
	case ATTACHED_USB:
		ask_usb(asking, thing, ret_value);
		break;
	case ATTACHED_DISK:
		ask_disk(asking, thing, ret_value);
		break;
	case ATTACHED_INTERFACE:
		ask_interface(asking, thing, ret_value);
		break;
	case ATTACHED_PARTITION:
	case ATTACHED_VOLUME:
	case ATTACHED_MOUNT:
	case ATTACHED_SWAP:
	case ATTACHED_ADDRESS:
	case ATTACHED_SOUND:
		break;
	}
}

static void fill(struct attached *thing, const struct answer *answer) {
	if (answer->text[0]) {
		memcpy(thing->text, answer->text, sizeof(thing->text));
	}
	if (answer->type[0]) {
		clean_set(thing->type, sizeof(thing->type), answer->type);
	}
	if (answer->id[0]) {
		memcpy(thing->id, answer->id, sizeof(thing->id));
	}
	if (answer->secret[0]) {
		clean_set(thing->secret, sizeof(thing->secret), answer->secret);
		thing->secret_kind = SECRET_SERIAL;
	}
	if (answer->speed_mbit_s) {
		thing->speed_mbit_s = answer->speed_mbit_s;
	}
}

int patient_read(int root, const struct host *host, struct growing *growing) {
	struct asking asking = {.root = root, .host = host, .growing = growing};
	const struct aside aside = {
		.read = ask,
		.context = &asking,
		.size = sizeof(struct answer),
		.root = root,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS,
	};
	size_t count = growing->count;
	AUTO_FREE struct answer *answers = calloc(count + 1, sizeof(*answers));
	AUTO_FREE bool *answered = calloc(count + 1, sizeof(*answered));
	int r = answers && answered ? aside_read(&aside, count, answers, answered) : -ENOMEM;

	for (size_t i = 0; i < count && r == 0; i++) {
		fill(&growing->attached[i], &answers[i]);
		growing->attached[i].silent = !answered[i];
	}
	return r;
}
