// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/mapping.h"

#include "base/text.h"
#include "request/form.h"
#include "request/line.h"
#include "request/property.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define MAP_SIZE 8192 /* a description in it may have 4096 bytes */

struct parser {
	const char *name;
	const char *node;
	bool inside; /* a section */
	bool wanted; /* the one we look for */
	bool found;  /* it was there */
	struct proxmox_mapping mapping;
	struct error *error;
};

/* A map line, taken apart; NULL where a key is missing. */
struct map {
	const char *node;
	const char *path;
	const char *id;
	const char *subsystem_id;
	const char *iommu_group;
};

static const struct {
	const char *key;
	size_t offset;
} fields[] = {
	{"node", offsetof(struct map, node)},
	{"path", offsetof(struct map, path)},
	{"id", offsetof(struct map, id)},
	{"subsystem-id", offsetof(struct map, subsystem_id)},
	{"iommugroup", offsetof(struct map, iommu_group)},
};

static int take_apart(char *value, struct map *ret, struct error *error) {
	struct property property;
	int r;

	while ((r = property_next(&value, NULL, &property, error)) > 0) {
		for (size_t i = 0; i < COUNT(fields); i++) {
			const char **field = (void *)((char *)ret + fields[i].offset);

			if (strcmp(fields[i].key, property.key) != 0) {
				continue;
			}
			if (*field) {
				return error_set(
					error, -EINVAL, "%s= is given twice", property.key);
			}
			*field = property.value;
		}
	}
	return r;
}

static int read_id(const char *key, const char *value, char *ret, struct error *error) {
	if (form_read("xxxx:xxxx", value, ret) < 0) {
		return error_set(error, -EINVAL,
			"%s=%.80s is not vendor and device such as 10de:2484", key, value);
	}
	return 0;
}

static int read_identity(const struct map *map, struct proxmox_identity *ret, struct error *error) {
	unsigned long long group;
	int r = read_id("id", map->id, ret->id, error);

	if (r == 0 && map->subsystem_id) {
		r = read_id("subsystem-id", map->subsystem_id, ret->subsystem_id, error);
	}
	if (r < 0) {
		return r;
	}
	ret->iommu_group = -1;
	if (!map->iommu_group) {
		return 0;
	}
	if (number_parse(map->iommu_group, INT_MAX, &group) < 0) {
		return error_set(error, -EINVAL, "iommugroup=%.80s is not a group's number",
			map->iommu_group);
	}
	ret->iommu_group = (int)group;
	return 0;
}

static int add(struct parser *parser, const struct map *map) {
	struct proxmox_alternative alternative = {0};
	struct proxmox_mapping *mapping = &parser->mapping;
	int r;

	if (!map->id || !map->path) {
		return error_set(parser->error, -EINVAL, "%s= is missing in this map",
			map->id ? "path" : "id");
	}
	if (mapping->count == PROXMOX_ALTERNATIVES_MAX) {
		return error_set(parser->error, -E2BIG,
			"there are more than %d map lines for node %s", PROXMOX_ALTERNATIVES_MAX,
			parser->node);
	}
	r = proxmox_set_parse(map->path, PROXMOX_DOMAIN_REQUIRED, &alternative.set, parser->error);
	r = r < 0 ? r : read_identity(map, &alternative.identity, parser->error);
	if (r < 0) {
		return r;
	}
	mapping->alternatives[mapping->count++] = alternative;
	return 0;
}

static int read_map(struct parser *parser, const struct line *value) {
	char buffer[MAP_SIZE];
	struct map map = {0};
	int r;

	if (line_copy(value, buffer, sizeof(buffer)) < 0) {
		return error_set(parser->error, -EINVAL,
			"this is longer than %d bytes or not plain text", MAP_SIZE - 1);
	}
	r = take_apart(buffer, &map, parser->error);
	if (r < 0) {
		return r;
	}
	if (!map.node) {
		return error_set(parser->error, -EINVAL, "node= is missing in this map");
	}
	return strcmp(map.node, parser->node) == 0 ? add(parser, &map) : 0;
}

/* An indented "KEY VALUE" of the section that we look for. */
static int read_property(struct parser *parser, struct line line) {
	static const char key[] = "map";
	size_t length = sizeof(key) - 1;

	if (line.length == 0 || !is_space(*line.text)) {
		return 0;
	}
	line_trim(&line);
	if (line.length <= length || memcmp(line.text, key, length) != 0 ||
		!is_space(line.text[length])) {
		return 0;
	}
	line.text += length;
	line.length -= length;
	line_trim(&line);
	return read_map(parser, &line);
}

/* A section that is there again replaces the earlier one. */
static void read_heading(struct parser *parser, struct line line) {
	line_trim_end(&line);
	for (size_t i = 0; i < line.length; i++) {
		if (is_space(line.text[i])) {
			return;
		}
	}
	parser->inside = line.length > 0;
	parser->wanted = line.length == strlen(parser->name) &&
			 memcmp(line.text, parser->name, line.length) == 0;
	if (parser->wanted) {
		parser->found = true;
		parser->mapping.count = 0;
	}
}

static bool is_comment(struct line line) {
	line_trim(&line);
	return line.length > 0 && *line.text == '#';
}

static int read_line(struct parser *parser, const struct line *line) {
	if (is_comment(*line)) {
		return 0;
	}
	if (!parser->inside) {
		read_heading(parser, *line);
		return 0;
	}
	/* Blanks alone do not end a section, as they do not in Proxmox. */
	if (line->length == 0) {
		parser->inside = false;
		parser->wanted = false;
	}
	return parser->wanted ? read_property(parser, *line) : 0;
}

static int check(const struct parser *parser) {
	if (!parser->found) {
		return error_set(parser->error, -EINVAL,
			"there is no mapping %s in " PROXMOX_MAPPING_FILE
			": add it under Datacenter, Resource Mappings, or name the device itself",
			parser->name);
	}
	if (parser->mapping.count == 0) {
		return error_set(parser->error, -EINVAL,
			"mapping %s has no device on node %s: add one under Datacenter, Resource Mappings",
			parser->name, parser->node);
	}
	return 0;
}

int proxmox_mapping_parse(const char *data, size_t length, const char *name, const char *node,
	struct proxmox_mapping *ret, struct error *error) {
	struct parser parser = {.name = name, .node = node, .error = error};
	struct lines lines = {.rest = data, .length = length};
	struct line line;
	int r;

	if (length > PROXMOX_MAPPING_FILE_MAX) {
		return error_set(error, -EFBIG, PROXMOX_MAPPING_FILE " is larger than %zu MiB",
			PROXMOX_MAPPING_FILE_MAX >> 20);
	}
	while (line_next(&lines, &line)) {
		r = read_line(&parser, &line);
		if (r < 0) {
			return error_add(error, r, PROXMOX_MAPPING_FILE ":%u", line.number);
		}
	}
	r = check(&parser);
	if (r < 0) {
		return r;
	}
	*ret = parser.mapping;
	return 0;
}
