// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/fstab.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/disk/mount.h"
#include "host/holder/hold.h"
#include "host/lines.h"

#define FSTAB "etc/fstab"

/* How entries name devices beside a path, and where udev links them. */
static const struct {
	const char *tag;
	const char *directory;
} tags[] = {
	{"UUID=", "/dev/disk/by-uuid/"},
	{"LABEL=", "/dev/disk/by-label/"},
	{"PARTUUID=", "/dev/disk/by-partuuid/"},
	{"PARTLABEL=", "/dev/disk/by-partlabel/"},
	{"ID=", "/dev/disk/by-id/"},
};

/* As udev writes values that may hold anything: all but these becomes "\x20". */
static int append_encoded(char *ret, size_t size, const char *value) {
	size_t length = strlen(ret);

	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;
		int r;

		if (length + 5 > size) {
			return -ENAMETOOLONG;
		}
		if (isalnum(c) || c >= 0x80 || strchr("#+-.:=@_", c)) {
			ret[length++] = (char)c;
			ret[length] = '\0';
			continue;
		}
		r = name_format(ret + length, size - length, "\\x%02x", c);
		if (r < 0) {
			return r;
		}
		length += 4;
	}
	return 0;
}

int fstab_device(char *word, char *ret, size_t size) {
	mount_unescape(word);
	for (size_t i = 0; i < COUNT(tags); i++) {
		char *value = word + strlen(tags[i].tag);
		int r;

		if (!text_starts(word, tags[i].tag)) {
			continue;
		}
		if (*value == '"' && text_ends(value, "\"")) {
			value[strlen(value) - 1] = '\0';
			value++;
		}
		r = name_set(ret, size, tags[i].directory);
		return r < 0 ? r : append_encoded(ret, size, value);
	}
	return text_starts(word, "/dev/") ? name_set(ret, size, word) : -EINVAL;
}

struct search {
	int root;
	const struct nodes *nodes;
	struct holders *holders;
};

static int add(const struct search *search, const char *device, const char *point) {
	const struct node *node = nodes_find_path(search->root, search->nodes, device);
	struct holder holder = {.kind = HOLDER_FSTAB};

	if (!node || holders_use(search->holders, node->name)) {
		return 0;
	}
	label_set(holder.name, point);
	return nodes_hold(search->nodes, node, &holder, search->holders);
}

static bool has_option(const char *options, const char *wanted) {
	size_t length = strlen(wanted);

	while (*options) {
		size_t end = strcspn(options, ",");

		if (end == length && strncmp(options, wanted, length) == 0) {
			return true;
		}
		options += end + (options[end] == ',');
	}
	return false;
}

static char *next_word(char **rest) {
	char *word;

	do {
		word = strsep(rest, " \t");
	} while (word && !*word);
	return word;
}

/* "UUID=... /srv ext4 defaults,nofail 0 2" */
static int look_at_line(void *context, const struct source_line *line) {
	const struct search *search = context;
	char *rest = line->text, *device = next_word(&rest), *point = next_word(&rest);
	char *type = next_word(&rest), *options = next_word(&rest), path[512];

	if (!type || (options && has_option(options, "noauto")) ||
		fstab_device(device, path, sizeof(path)) < 0) {
		return 0;
	}
	mount_unescape(point);
	return add(search, path, strcmp(type, "swap") == 0 ? "swap" : point);
}

int fstab_read(int root, const struct nodes *nodes, struct holders *holders) {
	struct search search = {.root = root, .nodes = nodes, .holders = holders};
	const struct line_reader reader = {.found = look_at_line, .context = &search};

	return lines_read(root, FSTAB, &reader);
}
