// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/conf.h"

#include "base/text.h"
#include "request/form.h"
#include "request/line.h"
#include "request/property.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define VALUE_SIZE 4096

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

struct parser {
	struct line line;
	bool done; /* the main section has ended */
	struct proxmox_conf conf;
	struct error *error;
};

bool proxmox_mapping_name_is_sound(const char *name) {
	size_t length = strlen(name);

	return length >= 2 && length < PROXMOX_MAPPING_SIZE && isalpha((unsigned char)*name) &&
	       name[strspn(name, LOWER UPPER DIGITS "-_")] == '\0';
}

static int set_mapping(char *ret, const char *value, struct error *error) {
	if (!proxmox_mapping_name_is_sound(value)) {
		return error_set(
			error, -EINVAL, "\"%.80s\" is a name that no mapping can have", value);
	}
	return name_set(ret, PROXMOX_MAPPING_SIZE, value);
}

static int set_keep(bool *ret, const char *value, struct error *error) {
	if (strcmp(value, "keep") != 0 && strcmp(value, "vfio") != 0) {
		return error_set(error, -EINVAL,
			"driver=%.80s is neither driver=vfio nor driver=keep", value);
	}
	*ret = strcmp(value, "keep") == 0;
	return 0;
}

/* Keys that are given once in a property string. */
enum once {
	ONCE_HOST = 1 << 0,
	ONCE_MAPPING = 1 << 1,
	ONCE_MDEV = 1 << 2,
	ONCE_DRIVER = 1 << 3,
};

static const struct {
	const char *key;
	unsigned int once;
} once[] = {
	{"host", ONCE_HOST},
	{"mapping", ONCE_MAPPING},
	{"mdev", ONCE_MDEV},
	{"driver", ONCE_DRIVER},
};

/* Which of the keys it is, 0 for none of them. */
static int look_up(const struct property *property, unsigned int *seen, unsigned int *ret,
	struct error *error) {
	*ret = 0;
	for (size_t i = 0; i < COUNT(once); i++) {
		if (strcmp(once[i].key, property->key) == 0) {
			*ret = once[i].once;
		}
	}
	if (*seen & *ret) {
		return error_set(error, -EINVAL, "%s= is given twice", property->key);
	}
	*seen |= *ret;
	return 0;
}

/* Exactly one of the two says which device is meant. */
static int check_which(unsigned int seen, struct error *error) {
	if ((seen & ONCE_HOST) && (seen & ONCE_MAPPING)) {
		return error_set(error, -EINVAL, "host= and mapping= exclude each other");
	}
	if (!(seen & (ONCE_HOST | ONCE_MAPPING))) {
		return error_set(error, -EINVAL, "neither host= nor mapping= is given");
	}
	return 0;
}

static int set_hostpci(struct parser *parser, unsigned int index, char *value) {
	struct proxmox_hostpci hostpci = {.line = parser->line.number};
	struct property property;
	unsigned int seen = 0, which;
	int r;

	while ((r = property_next(&value, "host", &property, parser->error)) > 0) {
		r = look_up(&property, &seen, &which, parser->error);
		if (r == 0 && which == ONCE_HOST) {
			r = proxmox_set_parse(property.value, PROXMOX_DOMAIN_MAY_BE_LEFT_OUT,
				&hostpci.set, parser->error);
		} else if (r == 0 && which == ONCE_MAPPING) {
			r = set_mapping(hostpci.mapping, property.value, parser->error);
		} else if (r == 0 && which == ONCE_DRIVER) {
			r = set_keep(&hostpci.keep, property.value, parser->error);
		}
		if (r < 0) {
			return r;
		}
	}
	r = r < 0 ? r : check_which(seen, parser->error);
	if (r < 0) {
		return r;
	}
	hostpci.mediated = seen & ONCE_MDEV;
	parser->conf.hostpci[index] = hostpci;
	return 0;
}

/* "3-1.4": decimal numbers with a '-' behind the first and dots behind others. */
static bool is_port(const char *value) {
	size_t digits = strspn(value, DIGITS);

	if (digits == 0 || value[digits] != '-') {
		return false;
	}
	do {
		value += digits + 1;
		digits = strspn(value, DIGITS);
	} while (digits > 0 && value[digits] == '.');
	return digits > 0 && !value[digits];
}

static const char *skip_0x(const char *value) {
	return text_starts(value, "0x") ? value + 2 : value;
}

/* "046d:c52b", each with or without 0x. */
static int read_id(const char *value, char ret[PROXMOX_MAPPING_SIZE]) {
	const char *colon = strchr(value, ':');
	char id[sizeof("xxxx:xxxx")];

	if (!colon || name_format(id, sizeof(id), "%.*s:%s", (int)strcspn(skip_0x(value), ":"),
			      skip_0x(value), skip_0x(colon + 1)) < 0) {
		return -EINVAL;
	}
	return form_read("xxxx:xxxx", id, ret);
}

static int set_usb_host(struct proxmox_usb *usb, const char *value, struct error *error) {
	if (read_id(value, usb->value) == 0) {
		usb->kind = PROXMOX_USB_ID;
		return 0;
	}
	if (is_port(value)) {
		usb->kind = PROXMOX_USB_PORT;
		return name_set(usb->value, sizeof(usb->value), value);
	}
	if (strcasecmp(value, "spice") == 0) {
		usb->kind = PROXMOX_USB_SPICE;
		return 0;
	}
	return error_set(error, -EINVAL,
		"\"%.80s\" is no USB device such as 046d:c52b, 3-1.4 or spice", value);
}

static int set_usb(struct parser *parser, unsigned int index, char *value) {
	struct proxmox_usb usb = {.line = parser->line.number};
	struct property property;
	unsigned int seen = 0, which;
	int r;

	while ((r = property_next(&value, "host", &property, parser->error)) > 0) {
		r = look_up(&property, &seen, &which, parser->error);
		if (r == 0 && which == ONCE_HOST) {
			r = set_usb_host(&usb, property.value, parser->error);
		} else if (r == 0 && which == ONCE_MAPPING) {
			usb.kind = PROXMOX_USB_MAPPING;
			r = set_mapping(usb.value, property.value, parser->error);
		}
		if (r < 0) {
			return r;
		}
	}
	r = r < 0 ? r : check_which(seen, parser->error);
	if (r < 0) {
		return r;
	}
	parser->conf.usb[index] = usb;
	return 0;
}

static int set_name(struct parser *parser, unsigned int index, char *value) {
	if (value[strspn(value, LOWER UPPER DIGITS "-.")] ||
		name_set(parser->conf.name, sizeof(parser->conf.name), value) < 0) {
		return error_set(parser->error, -EINVAL,
			"\"%.80s\" is no name: at most %d letters, digits, '-' and '.'", value,
			PROXMOX_NAME_SIZE - 1);
	}
	return 0;
}

static int set_lock(struct parser *parser, unsigned int index, char *value) {
	if (value[strspn(value, LOWER "-")] ||
		name_set(parser->conf.lock, sizeof(parser->conf.lock), value) < 0) {
		return error_set(parser->error, -EINVAL, "\"%.80s\" is no lock", value);
	}
	return 0;
}

static int set_hookscript(struct parser *parser, unsigned int index, char *value) {
	if (name_set(parser->conf.hookscript, sizeof(parser->conf.hookscript), value) < 0) {
		return error_set(parser->error, -EINVAL, "the volume's name is too long");
	}
	return 0;
}

static int set_template(struct parser *parser, unsigned int index, char *value) {
	static const char *const words[][2] = {
		{"0", "1"}, {"off", "on"}, {"no", "yes"}, {"false", "true"}};

	for (size_t i = 0; i < COUNT(words); i++) {
		if (strcasecmp(value, words[i][0]) == 0 || strcasecmp(value, words[i][1]) == 0) {
			parser->conf.template = strcasecmp(value, words[i][1]) == 0;
			return 0;
		}
	}
	return error_set(parser->error, -EINVAL, "\"%.80s\" is neither 0 nor 1", value);
}

/* Every key that concerns us; request/proxmox/conf.h says what they mean. */
static const struct key {
	const char *name;
	unsigned int count; /* NAME0 to NAME(count - 1); 0: one without a number */
	bool is_path;       /* a file may have any name, all else is ASCII */
	int (*set)(struct parser *parser, unsigned int index, char *value);
} keys[] = {
	{"hookscript", 0, true, set_hookscript},
	{"hostpci", PROXMOX_HOSTPCI_MAX, false, set_hostpci},
	{"lock", 0, false, set_lock},
	{"name", 0, false, set_name},
	{"template", 0, false, set_template},
	{"usb", PROXMOX_USB_MAX, false, set_usb},
};

/* The number behind a key's name, as Proxmox writes it: no zero before it. */
static int read_index(
	const struct parser *parser, const struct key *key, const char *number, unsigned int *ret) {
	unsigned long long index;

	if (number_parse(number, key->count - 1, &index) < 0 || (*number == '0' && number[1])) {
		return error_set(parser->error, -EINVAL,
			"there is no %s%s: they go from %s0 to %s%u", key->name, number, key->name,
			key->name, key->count - 1);
	}
	*ret = (unsigned int)index;
	return 0;
}

static int copy(const struct parser *parser, const struct line *value, bool any_text,
	char ret[VALUE_SIZE]) {
	int r = line_copy(value, ret, VALUE_SIZE);

	for (const char *c = ret; r == 0 && !any_text && *c; c++) {
		r = isascii((unsigned char)*c) ? 0 : -EILSEQ;
	}
	if (r == -ENAMETOOLONG) {
		return error_set(
			parser->error, -EINVAL, "this is longer than %d bytes", VALUE_SIZE - 1);
	}
	if (r < 0) {
		return error_set(parser->error, -EINVAL, "this is not plain text");
	}
	return 0;
}

static int set(struct parser *parser, const char *name, const struct line *value) {
	char buffer[VALUE_SIZE];
	unsigned int index = 0;
	int r;

	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct key *key = &keys[i];
		const char *number = name + strcspn(name, DIGITS);

		if (strncmp(key->name, name, (size_t)(number - name)) != 0 ||
			key->name[number - name] || (*number && !key->count)) {
			continue;
		}
		r = key->count ? read_index(parser, key, number, &index) : 0;
		if (r < 0) {
			return r;
		}
		r = copy(parser, value, key->is_path, buffer);
		r = r < 0 ? r : key->set(parser, index, buffer);
		return r < 0 ? error_add(parser->error, r, "%s", name) : 0;
	}
	return 0;
}

/* How long the key is that the line begins with: [a-z][a-z_-]*[0-9]* and a colon. 0: there is none.
 */
static size_t measure_key(const struct line *line) {
	size_t i = 0;

	while (i < line->length &&
		(islower((unsigned char)line->text[i]) || (i > 0 && strchr("-_", line->text[i])))) {
		i++;
	}
	if (i == 0) {
		return 0;
	}
	while (i < line->length && isdigit((unsigned char)line->text[i])) {
		i++;
	}
	return i < line->length && line->text[i] == ':' ? i : 0;
}

static int read_key(struct parser *parser) {
	const struct line *line = &parser->line;
	size_t length = measure_key(line);
	struct line value = {line->text + length + 1, line->length - length - 1, line->number};
	char name[64];

	if (length == 0) {
		return error_set(parser->error, -EINVAL,
			"this is neither KEY: VALUE nor a [heading], and Proxmox passes it over: correct it or delete it");
	}
	line_trim(&value);
	if (value.length == 0) {
		return error_set(parser->error, -EINVAL, "\"%.*s\" has no value",
			length > 80 ? 80 : (int)length, line->text);
	}
	if (name_format(name, sizeof(name), "%.*s", (int)length, line->text) < 0) {
		return 0; /* longer than any key of ours */
	}
	if (strcmp(name, "delete") == 0) {
		return error_set(parser->error, -EINVAL, "\"delete\" stands only below [PENDING]");
	}
	if (strcmp(name, "args") == 0) {
		parser->conf.args = value.text;
		parser->conf.args_length = value.length;
		parser->conf.args_line = line->number;
		return 0;
	}
	return set(parser, name, &value);
}

static int read_line(struct parser *parser) {
	struct line *line = &parser->line;
	const char *end;

	line_trim_end(line);
	end = line->text + line->length - 1;
	if (line->length == 0 || *line->text == '#') {
		return 0;
	}
	if (*line->text == '[' && memchr(line->text, ']', line->length) == end) {
		parser->done = true;
		return 0;
	}
	if (memchr(line->text, '\0', line->length)) {
		return error_set(parser->error, -EINVAL, "there is a zero byte in this line");
	}
	return read_key(parser);
}

int proxmox_conf_parse(const char *file, const char *data, size_t length, struct proxmox_conf *ret,
	struct error *error) {
	struct parser parser = {.error = error};
	struct lines lines = {.rest = data, .length = length};

	if (length > PROXMOX_CONF_MAX) {
		return error_set(
			error, -EFBIG, "%s is larger than %zu MiB", file, PROXMOX_CONF_MAX >> 20);
	}
	while (!parser.done && line_next(&lines, &parser.line)) {
		int r = read_line(&parser);

		if (r < 0) {
			return error_add(error, r, "%s:%u", file, parser.line.number);
		}
	}
	*ret = parser.conf;
	return 0;
}
