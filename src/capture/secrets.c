// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/secrets.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/file.h"
#include "capture/bound.h"

#define PASSWD_MAX   ((size_t)4 << 20)
#define PEOPLE_FIRST 1000 /* login.defs(5): UID_MIN; nobody is 65534 */
#define NOBODY       65534
#define WORD_SIZE    256
#define LINE_SIZE    4096
#define UDEV         "run/udev/data"
#define UDEV_MAX     65536

struct finding {
	const struct place *top;
	struct disguise *disguise;
};

/* Below these, names are people's own. */
static bool is_peoples(const char *path) {
	static const char *const places[] = {"/home", "/media", "/mnt", "/srv", "/run/media",
		"/run/user", "/etc/pve/nodes", "/root", "/dev/mapper", "/dev/disk",
		"/etc/NetworkManager", "/sys/devices/virtual/block"};

	for (size_t i = 0; i < COUNT(places); i++) {
		size_t length = strlen(places[i]);

		if (strncmp(path, places[i], length) == 0 &&
			(!path[length] || path[length] == '/')) {
			return true;
		}
	}
	return false;
}

/* Does something that all machines have bear the name? */
static bool names_a_place(const struct place *directory, const char *word) {
	const struct place *place = place_find(directory, word);
	char path[PLACE_PATH_MAX];

	if (place && place_path(directory, path, sizeof(path)) == 0 && !is_peoples(path)) {
		return true;
	}
	for (size_t i = 0; i < directory->count; i++) {
		if (names_a_place(directory->places[i], word)) {
			return true;
		}
	}
	return false;
}

static bool is_known(const struct finding *finding, const char *word) {
	static const char *const known[] = {"root", "nobody", "localhost", "gpu", "disk", "video",
		"audio", "render", "kvm", "qemu", "host", "guest", "user", "pci", "usb", "vga",
		"boot", "data", "home", "swap", "disabled", "enabled", "none", "linux"};

	for (size_t i = 0; i < COUNT(known); i++) {
		if (strcasecmp(known[i], word) == 0) {
			return true;
		}
	}
	return names_a_place(finding->top, word);
}

static int add_name(const struct finding *finding, const char *kind, const char *word) {
	AUTO_TEXT struct text doubled = {0};
	int r = 0;

	if (strlen(word) < 2 || strspn(word, "0123456789") == strlen(word) ||
		is_known(finding, word)) {
		return 0;
	}
	r = disguise_word(finding->disguise, kind, word);
	/* device-mapper writes "alice-laptop-vg" as "alice--laptop--vg". */
	for (const char *c = word; *c && r == 0; c++) {
		r = text_append(&doubled, *c == '-' ? "--" : c, *c == '-' ? 2 : 1);
	}
	return r < 0 || !doubled.data || strcmp(doubled.data, word) == 0
		       ? r
		       : disguise_word(finding->disguise, kind, doubled.data);
}

/* What could be a serial number: one has digits. A root hub's is its address. */
static int add_serial(const struct finding *finding, const char *value) {
	struct address address;

	if (strlen(value) < 5 || !strpbrk(value, "0123456789") ||
		address_parse(value, &address) == 0) {
		return 0;
	}
	return disguise_word(finding->disguise, "serial", value);
}

/* Its whole first line, and the part behind "naa." or "eui.": links have that alone. */
static int add_serials(const struct finding *finding, const struct place *place) {
	char line[WORD_SIZE], *end;
	const char *dot;
	int r;

	if (place->length >= sizeof(line)) {
		return 0;
	}
	memcpy(line, place->data, place->length + 1);
	line[strcspn(line, "\n")] = '\0';
	for (end = line + strlen(line); end > line && isspace((unsigned char)end[-1]);) {
		*--end = '\0';
	}
	r = add_serial(finding, line + strspn(line, " "));
	dot = strchr(line, '.');
	return r == 0 && dot ? add_serial(finding, dot + 1) : r;
}

bool secret_is_file(const char *name) {
	static const char *const names[] = {"serial", "serial_number", "*_serial", "wwid", "wwn",
		"nguid", "eui", "unique_id", "subsysnqn", "hostnqn", "hostid", "*_asset_tag"};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (fnmatch(names[i], name, 0) == 0) {
			return true;
		}
	}
	return false;
}

/* "permissions=user:alice:;user:bob:;" */
static int add_permitted(const struct finding *finding, const char *line) {
	const char *at = line + strcspn(line, "=\n");
	int r = 0;

	while (*at && *at != '\n' && r == 0) {
		size_t length = strcspn(++at, ";\n");
		char name[WORD_SIZE];

		if (text_starts(at, "user:") && length < sizeof(name)) {
			memcpy(name, at + strlen("user:"), length - strlen("user:"));
			name[length - strlen("user:")] = '\0';
			name[strcspn(name, ":")] = '\0';
			r = add_name(finding, "user", name);
		}
		at += length;
	}
	return r;
}

/* "id=Home network", "ssid=...": the connection, the network, and the file is called so too. */
static int add_connection(const struct finding *finding, const struct place *place) {
	static const char *const keys[] = {"id", "ssid"};
	char one[LINE_SIZE], name[WORD_SIZE];
	int r = 0;

	for (const char *line = place->data; *line && r == 0; line = text_next_line(line)) {
		r = text_starts(line, "permissions") ? add_permitted(finding, line) : 0;
		for (size_t i = 0; i < COUNT(keys) && r == 0; i++) {
			const char *value = line + strlen(keys[i]);

			if (!text_starts(line, keys[i]) ||
				sscanf(bound(value, one, sizeof(one)), " = %255[^\n]", name) != 1) {
				continue;
			}
			r = add_name(finding, "connection", name);
		}
	}
	if (r == 0 && name_set(name, sizeof(name), place->name) == 0) {
		char *dot = strstr(name, ".nmconnection");

		if (dot) {
			*dot = '\0';
		}
		r = add_name(finding, "connection", name);
	}
	return r;
}

/* "USER=alice" of a session, "NAME=alice" of who is here. */
static int add_person(const struct finding *finding, const struct place *place) {
	static const char *const keys[] = {"USER=", "NAME="};
	const char *uid = strstr(place->data, "UID=");
	char one[LINE_SIZE];
	unsigned int number = 0;
	int r = 0;

	/* In /run/systemd/users, the file is called by the number. */
	if ((!uid || sscanf(bound(uid, one, sizeof(one)), "UID=%u", &number) != 1) &&
		sscanf(place->name, "%u", &number) != 1) {
		return 0;
	}
	if (number < PEOPLE_FIRST) {
		return 0;
	}
	for (const char *line = place->data; *line && r == 0; line = text_next_line(line)) {
		char name[WORD_SIZE];

		for (size_t i = 0; i < COUNT(keys) && r == 0; i++) {
			if (text_starts(line, keys[i]) &&
				sscanf(bound(line + strlen(keys[i]), one, sizeof(one)), "%255s",
					name) == 1) {
				r = add_name(finding, "user", name);
			}
		}
	}
	return r;
}

/* "A1B2-C3D4" and "1a2b3c4d-01" do not look like ids by themselves. */
static int add_disk(const struct finding *finding, const char *id) {
	return strlen(id) > 4 ? disguise_word(finding->disguise, "disk", id) : 0;
}

/* "UUID=A1B2-C3D4" and "PARTUUID=1a2b3c4d-01" */
static int add_disks(const struct finding *finding, const char *data) {
	int r = 0;

	for (const char *at = data; r == 0 && (at = strstr(at, "UUID=")); at++) {
		char one[LINE_SIZE], id[WORD_SIZE];

		if (sscanf(bound(at, one, sizeof(one)), "UUID=%255[0-9A-Fa-f-]", id) == 1) {
			r = add_disk(finding, id);
		}
	}
	return r;
}

static int look(const struct finding *finding, const struct place *place) {
	char path[PLACE_PATH_MAX];
	int r = place_path(place, path, sizeof(path));

	if (r < 0 || !place->data) {
		return 0;
	}
	if (secret_is_file(place->name)) {
		return add_serials(finding, place);
	}
	if (fnmatch("*/fstab", path, 0) == 0 || strcmp(path, "/proc/cmdline") == 0) {
		return add_disks(finding, place->data);
	}
	if (fnmatch("*/NetworkManager/system-connections/*", path, 0) == 0) {
		return add_connection(finding, place);
	}
	if (fnmatch("*/systemd/sessions/*", path, 0) == 0 ||
		fnmatch("*/systemd/users/*", path, 0) == 0) {
		return add_person(finding, place);
	}
	return 0;
}

static int look_at_all(const struct finding *finding, const struct place *directory) {
	int r = 0;

	for (size_t i = 0; i < directory->count && r == 0; i++) {
		r = look(finding, directory->places[i]);
		r = r < 0 ? r : look_at_all(finding, directory->places[i]);
	}
	return r;
}

/* "alice:x:1000:1000:Alice Liddell:HOME:SHELL" */
static int add_people(const struct finding *finding, int root) {
	AUTO_FREE char *data = NULL;
	int r = file_read(root, "etc/passwd", PASSWD_MAX, &data, NULL);

	for (const char *line = r < 0 ? "" : data; *line; line = text_next_line(line)) {
		char one[LINE_SIZE], name[WORD_SIZE], home[WORD_SIZE];
		unsigned int uid;
		int n = sscanf(bound(line, one, sizeof(one)),
			"%255[^:\n]:%*[^:\n]:%u:%*u:%*[^:\n]:%255[^:\n]", name, &uid, home);

		n = n == 2 ? sscanf(one, "%255[^:\n]:%*[^:\n]:%u:%*u::%255[^:\n]", name, &uid, home)
			   : n;
		if (n < 2 || uid < PEOPLE_FIRST || uid == NOBODY) {
			continue;
		}
		r = add_name(finding, "user", name);
		if (r == 0 && n > 2 && strrchr(home, '/')) {
			r = add_name(finding, "user", strrchr(home, '/') + 1);
		}
		if (r == -ENOMEM) {
			return r;
		}
	}
	return 0;
}

static int add_host(const struct finding *finding, int root) {
	static const char *const files[] = {"etc/hostname", "proc/sys/kernel/hostname"};
	int r = 0;

	for (size_t i = 0; i < COUNT(files) && r == 0; i++) {
		char name[WORD_SIZE];

		if (file_read_line(root, files[i], name, sizeof(name)) < 0) {
			continue;
		}
		r = add_name(finding, "host", name);
		name[strcspn(name, ".")] = '\0';
		r = r < 0 ? r : add_name(finding, "host", name);
	}
	return r;
}

/* What udev knows of a piece of hardware: links and paths are made of it. */
static int add_udev(const struct finding *finding, int root, const char *name) {
	static const struct {
		const char *key;
		int (*add)(const struct finding *finding, const char *value);
	} keys[] = {{"E:ID_SERIAL=", add_serial}, {"E:ID_SERIAL_SHORT=", add_serial},
		{"E:ID_WWN=", add_serial}, {"E:ID_WWN_WITH_EXTENSION=", add_serial},
		{"E:ID_FS_UUID=", add_disk}, {"E:ID_PART_ENTRY_UUID=", add_disk},
		{"E:ID_PART_TABLE_UUID=", add_disk}};
	AUTO_FREE char *data = NULL;
	char path[PLACE_PATH_MAX];
	int r = name_format(path, sizeof(path), UDEV "/%s", name);

	r = r < 0 ? r : file_read(root, path, UDEV_MAX, &data, NULL);
	for (const char *line = r < 0 ? "" : data; *line && r >= 0; line = text_next_line(line)) {
		for (size_t i = 0; i < COUNT(keys) && r >= 0; i++) {
			char one[LINE_SIZE], value[WORD_SIZE];

			if (text_starts(line, keys[i].key) &&
				sscanf(bound(line + strlen(keys[i].key), one, sizeof(one)),
					"%255[^\n]", value) == 1) {
				r = keys[i].add(finding, value);
			}
		}
	}
	return r == -ENOMEM ? r : 0;
}

static int add_file(const struct finding *finding, int root, const char *directory,
	const char *name, const char *attribute) {
	char path[PLACE_PATH_MAX], value[WORD_SIZE];

	return name_format(path, sizeof(path), "%s/%s/%s", directory, name, attribute) < 0 ||
			       file_read_line(root, path, value, sizeof(value)) < 0
		       ? 0
		       : add_serial(finding, value);
}

/* Also of what nobody looked at: its serial number may stand elsewhere. */
static int add_hardware(const struct finding *finding, int root) {
	static const char *const directories[] = {
		"sys/class/nvme", "sys/bus/usb/devices", "sys/class/mmc_host", "sys/class/dmi"};
	static const char *const attributes[] = {
		"serial", "wwid", "product_serial", "board_serial", "chassis_serial"};
	AUTO_NAMES struct names noted = {0};
	int r = names_read(root, UDEV, &noted) == -ENOMEM ? -ENOMEM : 0;

	for (size_t i = 0; i < noted.count && r == 0; i++) {
		r = add_udev(finding, root, noted.names[i]);
	}
	for (size_t i = 0; i < COUNT(directories) && r == 0; i++) {
		AUTO_NAMES struct names names = {0};

		r = names_read(root, directories[i], &names) == -ENOMEM ? -ENOMEM : 0;
		for (size_t k = 0; k < names.count * COUNT(attributes) && r == 0; k++) {
			r = add_file(finding, root, directories[i],
				names.names[k / COUNT(attributes)],
				attributes[k % COUNT(attributes)]);
		}
	}
	return r;
}

int secrets_find(int root, const struct place *top, struct disguise *disguise) {
	const struct finding finding = {.top = top, .disguise = disguise};
	int r = disguise->off ? 0 : add_host(&finding, root);

	if (disguise->off) {
		return 0;
	}
	r = r < 0 ? r : add_people(&finding, root);
	r = r < 0 ? r : add_hardware(&finding, root);
	return r < 0 ? r : look_at_all(&finding, top);
}
