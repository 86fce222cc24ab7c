// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/qemu/group.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/jansson.h"
#include "base/text.h"
#include "request/form.h"
#include "request/qemu/option.h"

static const char *const keys[QEMU_GROUP_KEYS] = {
	[QEMU_GROUP_DRIVER] = "driver",
	[QEMU_GROUP_HOST] = "host",
	[QEMU_GROUP_SYSFSDEV] = "sysfsdev",
	[QEMU_GROUP_PROPERTY] = "property",
	[QEMU_GROUP_GUEST] = "guest",
};

static const struct kind {
	const char *name;
	const char *implied; /* the key of a first part without one */
} kinds[] = {
	[QEMU_GROUP_DEVICE] = {"device", "driver"},
	[QEMU_GROUP_GLOBAL] = {"global", NULL},
	[QEMU_GROUP_NAME] = {"name", "guest"},
};

enum qemu_group_kind qemu_group_kind(const char *name) {
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			return (enum qemu_group_kind)i;
		}
	}
	return QEMU_GROUP_OTHER;
}

void qemu_group_done(struct qemu_group *group) {
	for (size_t i = 0; i < QEMU_GROUP_KEYS; i++) {
		free(group->values[i]);
		group->values[i] = NULL;
	}
}

int qemu_group_set(
	struct qemu_group *group, const char *key, const char *value, struct error *error) {
	for (size_t i = 0; i < QEMU_GROUP_KEYS; i++) {
		char *copy;

		if (strcmp(keys[i], key) != 0) {
			continue;
		}
		copy = strdup(value);
		if (!copy) {
			return error_set(error, -ENOMEM, "no memory to read an option of QEMU");
		}
		free(group->values[i]);
		group->values[i] = copy;
	}
	return 0;
}

int qemu_group_read(struct qemu_group *group, const char *text, struct error *error) {
	AUTO_TEXT struct text key = {0}, value = {0};
	const char *implied = kinds[group->kind].implied;

	for (const char *rest = text; *rest; implied = NULL) {
		int r = qemu_option_take(&rest, implied, &key, &value);

		if (r < 0) {
			return error_set(error, r, "no memory to read an option of QEMU");
		}
		r = qemu_group_set(group, key.data, value.data, error);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

int qemu_group_read_json(struct qemu_group *group, const char *text, struct error *error) {
	AUTO_JSON json_t *object = NULL;
	const struct jansson *jansson;
	json_error_t wrong;
	int r = jansson_load(&jansson, error);

	if (r < 0) {
		return r;
	}
	/* It goes at most 2048 deep by itself. */
	object = jansson->json_loads(text, JSON_REJECT_DUPLICATES, &wrong);
	if (!object) {
		return error_set(error, -EINVAL, "line %d, column %d: this is not JSON: %s",
			wrong.line, wrong.column, wrong.text);
	}
	for (size_t i = 0; i < QEMU_GROUP_KEYS; i++) {
		const json_t *value = jansson->json_object_get(object, keys[i]);

		if (!value) {
			continue;
		}
		if (!json_is_string(value)) {
			return error_set(error, -EINVAL, "\"%s\" is not a text", keys[i]);
		}
		r = qemu_group_set(group, keys[i], jansson->json_string_value(value), error);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

/* QEMU has no other names for these two (hw/vfio/pci.c, qdev_alias_table). */
static bool is_vfio(const char *driver) {
	return strcmp(driver, "vfio-pci") == 0 || strcmp(driver, "vfio-pci-nohotplug") == 0;
}

bool qemu_group_is_choice(const char *driver, const char *property) {
	if (driver && !is_vfio(driver)) {
		return false;
	}
	return strcmp(property, keys[QEMU_GROUP_HOST]) == 0 ||
	       strcmp(property, keys[QEMU_GROUP_SYSFSDEV]) == 0 ||
	       (!driver && strcmp(property, keys[QEMU_GROUP_DRIVER]) == 0);
}

/* Takes a number of any length off *text, which must then stand before stop. */
static int take_number(
	const char **text, int base, unsigned long max, char stop, unsigned long *ret) {
	unsigned long value;
	char *end;

	if (!isxdigit((unsigned char)**text)) {
		return -EINVAL;
	}
	value = strtoul(*text, &end, base);
	if (end == *text || *end != stop || value > max) {
		return -EINVAL;
	}
	*text = end + (stop != '\0');
	*ret = value;
	return 0;
}

/*
 * [DOMAIN:]BUS:SLOT.FUNCTION as set_pci_host_devaddr of QEMU reads it: hexadecimal, the function
 * decimal, any number of digits. The kernel's own form is stricter.
 */
static int parse_host(const char *text, struct address *ret) {
	unsigned long domain = 0, bus, slot, function;
	const char *colon = strchr(text, ':');

	if (colon && strchr(colon + 1, ':') &&
		take_number(&text, 16, UINT32_MAX, ':', &domain) < 0) {
		return -EINVAL;
	}
	if (take_number(&text, 16, 0xff, ':', &bus) < 0 ||
		take_number(&text, 16, 0x1f, '.', &slot) < 0 ||
		take_number(&text, 10, 7, '\0', &function) < 0) {
		return -EINVAL;
	}
	*ret = (struct address){
		.domain = (uint32_t)domain,
		.bus = (uint8_t)bus,
		.slot = (uint8_t)slot,
		.function = (uint8_t)function,
	};
	return 0;
}

static int add_device(
	struct qemu_arguments *arguments, struct address address, struct error *error) {
	for (size_t i = 0; i < arguments->device_count; i++) {
		if (address_compare(arguments->devices[i], address) == 0) {
			return 0;
		}
	}
	if (arguments->device_count == REQUEST_DEVICES_MAX) {
		return error_set(
			error, -E2BIG, "a guest gets at most %d devices", REQUEST_DEVICES_MAX);
	}
	arguments->devices[arguments->device_count++] = address;
	return 0;
}

/* What a path's last part says. Slashes behind it are none. */
static int add_path(struct qemu_arguments *arguments, const char *path, struct error *error) {
	char uuid[sizeof("01234567-89ab-cdef-0123-456789abcdef")];
	AUTO_FREE char *copy = strdup(path);
	const char *slash;
	struct address address;

	if (!copy) {
		return error_set(error, -ENOMEM, "no memory to read a path");
	}
	for (size_t length = strlen(copy); length > 0 && copy[length - 1] == '/'; length--) {
		copy[length - 1] = '\0';
	}
	slash = strrchr(copy, '/');
	if (slash && address_parse(slash + 1, &address) == 0) {
		return add_device(arguments, address, error);
	}
	if (slash && form_read("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", slash + 1, uuid) == 0) {
		return 0;
	}
	return error_set(error, -EINVAL,
		"sysfsdev=%.200s tells no device: write the path with its address, such as /sys/bus/pci/devices/0000:01:00.0",
		path);
}

static int apply_device(
	const struct qemu_group *group, struct qemu_arguments *arguments, struct error *error) {
	const char *driver = group->values[QEMU_GROUP_DRIVER];
	const char *host = group->values[QEMU_GROUP_HOST];
	const char *path = group->values[QEMU_GROUP_SYSFSDEV];
	struct address address;

	if (!driver || !is_vfio(driver) || (!host && !path)) {
		return 0;
	}
	/* QEMU looks at host too, though it does not use it. */
	if (host && parse_host(host, &address) < 0) {
		return error_set(
			error, -EINVAL, "host=%.80s is not an address such as 0000:01:00.0", host);
	}
	return path ? add_path(arguments, path, error) : add_device(arguments, address, error);
}

static int apply_global(const struct qemu_group *group, struct error *error) {
	const char *driver = group->values[QEMU_GROUP_DRIVER];
	const char *property = group->values[QEMU_GROUP_PROPERTY];

	if (driver && property && qemu_group_is_choice(driver, property)) {
		return error_set(error, -EINVAL,
			"this gives %s of every %s: write it at the -device itself", property,
			driver);
	}
	return 0;
}

static int apply_name(
	const struct qemu_group *group, struct qemu_arguments *arguments, struct error *error) {
	const char *guest = group->values[QEMU_GROUP_GUEST];

	if (guest && name_set(arguments->name, sizeof(arguments->name), guest) < 0) {
		return error_set(error, -EINVAL, "the guest's name is longer than %d bytes",
			QEMU_NAME_SIZE - 1);
	}
	return 0;
}

int qemu_group_apply(
	const struct qemu_group *group, struct qemu_arguments *arguments, struct error *error) {
	switch (group->kind) {
	case QEMU_GROUP_DEVICE:
		return apply_device(group, arguments, error);
	case QEMU_GROUP_GLOBAL:
		return apply_global(group, error);
	case QEMU_GROUP_NAME:
		return apply_name(group, arguments, error);
	case QEMU_GROUP_OTHER:
		break;
	}
	return 0;
}
