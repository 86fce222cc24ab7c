// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/display/drm.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/link.h"

#define DRM           "sys/class/drm"
#define GRAPHICS      "sys/class/graphics"
#define UDEV_DATA     "run/udev/data"
#define UDEV_DATA_MAX (64U << 10)

/* What all entries of the class have: the device above them, and no firmware framebuffer between
 * (simpledrm's card hangs below the PCI device too, since Linux 6.9). */
static int find_device(int class, const char *name, struct address *ret) {
	char link[LINK_SIZE];
	int r = link_read(class, name, link, sizeof(link));

	if (r < 0) {
		return r;
	}
	return strstr(link, "framebuffer") ? -ENOENT : link_device(link, ret);
}

static int add_card(int class, const char *name, struct drm_card **cards, size_t *count) {
	struct drm_card card = {0};

	if (strchr(name, '-') || name_set(card.name, sizeof(card.name), name) < 0 ||
		find_device(class, name, &card.device) < 0) {
		return 0;
	}
	if (!ARRAY_ROOM(*cards, *count)) {
		return -ENOMEM;
	}
	(*cards)[(*count)++] = card;
	return 0;
}

static enum connector_status read_status(int root, const char *name) {
	char path[sizeof(DRM "//status") + LABEL_SIZE], status[32];

	if (name_format(path, sizeof(path), DRM "/%s/status", name) < 0 ||
		file_read_line(root, path, status, sizeof(status)) < 0) {
		return CONNECTOR_UNKNOWN;
	}
	if (strcmp(status, "connected") == 0) {
		return CONNECTOR_CONNECTED;
	}
	return strcmp(status, "disconnected") == 0 ? CONNECTOR_DISCONNECTED : CONNECTOR_UNKNOWN;
}

/* "card0-DP-1" is a connector of card0. */
static int add_connector(int root, const char *name, struct drm_card *card) {
	size_t length = strlen(card->name);
	struct connector connector;

	if (strncmp(name, card->name, length) != 0 || name[length] != '-' ||
		name_set(connector.name, sizeof(connector.name), name + length + 1) < 0) {
		return 0;
	}
	if (!ARRAY_ROOM(card->connectors, card->connector_count)) {
		return -ENOMEM;
	}
	connector.status = read_status(root, name);
	card->connectors[card->connector_count++] = connector;
	return 0;
}

static void add_render(int class, const char *name, struct drm_card *cards, size_t count) {
	struct address device;
	bool found = text_starts(name, "renderD") && find_device(class, name, &device) == 0;

	for (size_t i = 0; found && i < count; i++) {
		if (address_compare(device, cards[i].device) == 0 &&
			name_set(cards[i].render, sizeof(cards[i].render), name) < 0) {
			cards[i].render[0] = '\0';
		}
	}
}

/* What udev knows of a node (its database is private, and read by everybody): I:, since when; G:,
 * tags; E:, properties. */
static bool is_initialised(int root, const char *name, bool *ret_seated) {
	char path[sizeof(DRM "//dev") + 32], number[32];
	AUTO_FREE char *data = NULL;
	int r = name_format(path, sizeof(path), DRM "/%s/dev", name);

	r = r < 0 ? r : file_read_line(root, path, number, sizeof(number));
	r = r < 0 ? r : name_format(path, sizeof(path), UDEV_DATA "/c%s", number);
	if (r < 0 || file_read(root, path, UDEV_DATA_MAX, &data, NULL) < 0) {
		return false;
	}
	*ret_seated = strstr(data, "G:seat\n") || strstr(data, "E:ID_SEAT=");
	return text_starts(data, "I:") || strstr(data, "\nI:");
}

/* The seat is the card's: a node for rendering has none. */
static void read_udev(int root, struct drm_card *card) {
	bool ignored;

	card->initialised = is_initialised(root, card->name, &card->seated) &&
			    (!card->render[0] || is_initialised(root, card->render, &ignored));
}

static int compare(const void *a, const void *b) {
	const struct drm_card *x = a, *y = b;
	int order = address_compare(x->device, y->device);

	return order ? order : strcmp(x->name, y->name);
}

static int read_all(int root, int class, struct drm_card **cards, size_t *count) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(class, ".", &names);

	for (size_t i = 0; i < names.count && r == 0; i++) {
		if (text_starts(names.names[i], "card")) {
			r = add_card(class, names.names[i], cards, count);
		}
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		add_render(class, names.names[i], *cards, *count);
	}
	for (size_t i = 0; i < *count && r == 0; i++) {
		for (size_t j = 0; j < names.count && r == 0; j++) {
			r = add_connector(root, names.names[j], &(*cards)[i]);
		}
		read_udev(root, &(*cards)[i]);
	}
	if (*count > 1) {
		qsort(*cards, *count, sizeof(**cards), compare);
	}
	return r;
}

/*
 * Which cards have a frame buffer, and so may have a console? A kernel without devices for them
 * (FB_DEVICE) does not say: then each may.
 */
static int read_framebuffers(int root, struct drm_card *cards, size_t count) {
	AUTO_CLOSE int class = dir_open(root, GRAPHICS);
	AUTO_NAMES struct names names = {0};
	int r = class < 0 ? 0 : names_read(class, ".", &names);
	size_t found = 0;

	for (size_t i = 0; i < names.count; i++) {
		struct address device = {0};
		bool own = find_device(class, names.names[i], &device) == 0;

		found += text_starts(names.names[i], "fb") && names.names[i][2] != 'c';
		for (size_t j = 0; own && j < count; j++) {
			cards[j].framebuffer |= address_compare(device, cards[j].device) == 0;
		}
	}
	for (size_t j = 0; found == 0 && j < count; j++) {
		cards[j].framebuffer = true;
	}
	return r == -ENOMEM ? r : 0;
}

int cards_read(int root, struct drm_card **ret, size_t *ret_count) {
	AUTO_CLOSE int class = dir_open(root, DRM);
	struct drm_card *cards = NULL;
	size_t count = 0;
	int r = class < 0 ? 0 : read_all(root, class, &cards, &count);

	r = r < 0 ? r : read_framebuffers(root, cards, count);
	if (r == -ENOMEM) {
		cards_free(cards, count);
		return r;
	}
	*ret = cards;
	*ret_count = count;
	return 0;
}

void cards_free(struct drm_card *cards, size_t count) {
	for (size_t i = 0; i < count; i++) {
		free(cards[i].connectors);
	}
	free(cards);
}

const struct drm_card *host_card(const struct host *host, struct address device) {
	for (size_t i = 0; i < host->card_count; i++) {
		if (address_compare(host->cards[i].device, device) == 0) {
			return &host->cards[i];
		}
	}
	return NULL;
}
