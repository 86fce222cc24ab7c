// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine_text.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* What stands between two blank lines: a device, or a file. */
struct block {
	char path[PATH_MAX]; /* absolute; empty: between blocks */
	bool is_file;
	struct text content; /* of the file, or of the device's uevent */
	char subsystem[64];
	char name[256]; /* below /dev */
	unsigned int major, minor;
	bool has_number;
};

/* "\n", "\t", "\\" and "\NNN" (octal), as in umockdev. In place. */
static void unescape(char *value) {
	char *to = value;

	while (*value) {
		unsigned int byte = (unsigned char)*value++;
		int used = 0;

		if (byte == '\\' && *value && strchr("nt\\", *value)) {
			byte = *value == 'n' ? '\n' : *value == 't' ? '\t' : '\\';
			value++;
		} else if (byte == '\\' && sscanf(value, "%3o%n", &byte, &used) == 1) {
			value += used;
		}
		*to++ = (char)byte;
	}
	*to = '\0';
}

/* Where a relative link at `from` leads to. */
static int resolve(const char *from, const char *target, char *ret, size_t size) {
	int r = name_set(ret, size, from);

	if (r == 0 && target[0] == '/') {
		return name_set(ret, size, target);
	}
	if (r == 0) {
		*strrchr(ret, '/') = '\0'; /* the directory that the link is in */
	}
	while (r == 0 && text_starts(target, "../")) {
		char *slash = strrchr(ret, '/');

		if (!slash) {
			return -EINVAL;
		}
		*slash = '\0';
		target += strlen("../");
	}
	return r < 0 ? r : name_format(ret + strlen(ret), size - strlen(ret), "/%s", target);
}

/* A link out of a device's directory. The kernel keeps what it leads to, with a link back. */
static int add_link(const struct machine *machine, const struct block *block, const char *name,
	const char *target) {
	char path[PATH_MAX], end[PATH_MAX], back[PATH_MAX];
	const char *device = strrchr(block->path, '/') + 1;
	int r = name_format(path, sizeof(path), "%s/%s", block->path, name);

	if (r == 0) {
		r = machine_link(machine, path, target);
	}
	if (r == 0) {
		r = resolve(path, target, end, sizeof(end));
	}
	if (r == 0) {
		r = machine_make_directory(machine, end);
	}
	if (r < 0 || (strcmp(name, "driver") != 0 && strcmp(name, "iommu_group") != 0)) {
		return r;
	}
	r = name_format(back, sizeof(back), "%s/%s%s", end,
		strcmp(name, "driver") == 0 ? "" : "devices/", device);
	return r < 0 ? r : machine_link_to(machine, back, block->path);
}

static int add_attribute(const struct machine *machine, const struct block *block, const char *name,
	const char *data, size_t length) {
	char path[PATH_MAX];
	int r = name_format(path, sizeof(path), "%s/%s", block->path, name);

	return r < 0 ? r : machine_write_bytes(machine, path, data, length);
}

/* H: the bytes in hex. */
static int add_bytes(const struct machine *machine, const struct block *block, const char *name,
	const char *hex) {
	AUTO_TEXT struct text bytes = {0};
	unsigned int byte;
	int used = 0, r = 0;

	while (r == 0 && sscanf(hex, "%2x%n", &byte, &used) == 1) {
		char c = (char)byte;

		r = text_append(&bytes, &c, 1);
		hex += used;
	}
	return r < 0 ? r : add_attribute(machine, block, name, bytes.data, bytes.length);
}

/* E: of these, links are made. */
static int add_property(struct block *block, const char *key, const char *value) {
	int r = text_add(&block->content, "%s=%s\n", key, value);

	if (r == 0 && strcmp(key, "SUBSYSTEM") == 0) {
		r = name_set(block->subsystem, sizeof(block->subsystem), value);
	} else if (r == 0 && strcmp(key, "MAJOR") == 0) {
		block->has_number = sscanf(value, "%u", &block->major) == 1;
	} else if (r == 0 && strcmp(key, "MINOR") == 0) {
		r = sscanf(value, "%u", &block->minor) == 1 ? 0 : -EINVAL;
	}
	return r;
}

/* The links to a device by its subsystem: buses and classes keep theirs in different places. */
static int link_subsystem(const struct machine *machine, const struct block *block) {
	bool is_bus = strcmp(block->subsystem, "pci") == 0 ||
		      strcmp(block->subsystem, "platform") == 0 ||
		      strcmp(block->subsystem, "usb") == 0 || strcmp(block->subsystem, "i2c") == 0;
	const char *name = strrchr(block->path, '/') + 1;
	char home[PATH_MAX], path[PATH_MAX];
	int r = name_format(
		home, sizeof(home), "/sys/%s/%s", is_bus ? "bus" : "class", block->subsystem);

	if (r == 0) {
		r = name_format(
			path, sizeof(path), "%s/%s%s", home, is_bus ? "devices/" : "", name);
	}
	if (r == 0) {
		r = machine_link_to(machine, path, block->path);
	}
	if (r == 0) {
		r = name_format(path, sizeof(path), "%s/subsystem", block->path);
	}
	return r < 0 ? r : machine_link_to(machine, path, home);
}

static int link_number(const struct machine *machine, const struct block *block) {
	char path[PATH_MAX];
	int r = name_format(path, sizeof(path), "/sys/dev/%s/%u:%u",
		strcmp(block->subsystem, "block") == 0 ? "block" : "char", block->major,
		block->minor);

	return r < 0 ? r : machine_link_to(machine, path, block->path);
}

static int finish_device(const struct machine *machine, const struct block *block) {
	int r = add_attribute(machine, block, "uevent", block->content.data, block->content.length);

	if (r == 0 && block->subsystem[0]) {
		r = link_subsystem(machine, block);
	}
	return r == 0 && block->has_number ? link_number(machine, block) : r;
}

static int finish_block(const struct machine *machine, struct block *block) {
	int r = 0;

	if (block->path[0] && block->is_file) {
		r = machine_write_bytes(
			machine, block->path, block->content.data, block->content.length);
	} else if (block->path[0]) {
		r = finish_device(machine, block);
	}
	text_free(&block->content);
	*block = (struct block){0};
	return r;
}

static int start_block(
	const struct machine *machine, struct block *block, const char *path, bool is_file) {
	int r = finish_block(machine, block);

	block->is_file = is_file;
	return r < 0 ? r
		     : name_format(block->path, sizeof(block->path), "%s%s", is_file ? "" : "/sys",
			       path);
}

/* S: another name below /dev for the node of N: */
static int add_alias(const struct machine *machine, const struct block *block, const char *alias) {
	char path[PATH_MAX], target[PATH_MAX];
	int r = name_format(path, sizeof(path), "/dev/%s", alias);

	if (r == 0) {
		r = name_format(target, sizeof(target), "/dev/%s", block->name);
	}
	return r < 0 ? r : machine_link_to(machine, path, target);
}

/* "A: vendor=0x10de": the letter, then a key, for some with a value behind '='. */
static int read_entry(const struct machine *machine, struct block *block, char letter, char *key) {
	char *value = strchr(key, '=');

	if (value && letter != 'P' && letter != 'F') {
		*value++ = '\0';
	}
	if (letter == 'N') {
		return name_set(block->name, sizeof(block->name), key);
	}
	if (letter == 'S') {
		return add_alias(machine, block, key);
	}
	if (letter == 'P' || letter == 'F') {
		return start_block(machine, block, key, letter == 'F');
	}
	if (letter == 'D') {
		return machine_make_directory(machine, key);
	}
	if (!value) {
		return -EINVAL;
	}
	switch (letter) {
	case 'X':
		return machine_link(machine, key, value);
	case 'E':
		return add_property(block, key, value);
	case 'H':
		return add_bytes(machine, block, key, value);
	case 'L':
		return add_link(machine, block, key, value);
	case 'A':
		unescape(value);
		return add_attribute(machine, block, key, value, strlen(value));
	default:
		return -EINVAL;
	}
}

static int read_line(const struct machine *machine, struct block *block, char *line) {
	if (block->is_file && line[0] == '|') {
		return text_add(&block->content, "%s\n", line + (line[1] == ' ' ? 2 : 1));
	}
	if (line[0] == '#') {
		return 0;
	}
	if (!line[0]) {
		return finish_block(machine, block);
	}
	return line[1] == ':' && line[2] == ' ' ? read_entry(machine, block, line[0], line + 3)
						: -EINVAL;
}

int machine_fill(const struct machine *machine, char *text) {
	struct block block = {0};
	unsigned int number = 1;
	char *line;
	int r = 0;

	for (; r == 0 && (line = strsep(&text, "\n")); number++) {
		r = read_line(machine, &block, line);
		if (r < 0) {
			fprintf(stderr, "machine: line %u: %s\n", number, strerror(-r));
		}
	}
	if (r == 0) {
		return finish_block(machine, &block);
	}
	text_free(&block.content);
	return r;
}
