// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "machine.h"
#include "request/proxmox/guest.h"

/*
 * Compares what is read from each configuration with what should be: NAME.conf is guest 100 (a
 * container if NAME begins with "container") of node pve1, NAME.txt what it wants. pci.cfg and
 * pci-id-reservations are the same for all; guest 101 runs, as process 4711.
 *
 * usage: golden DIRECTORY [--update]
 *
 * --update writes what it is now, to be read before it is committed.
 */

#define FILE_MAX ((size_t)1 << 20)
#define NOW_S    1800000000
#define CMDLINE  "/usr/bin/kvm\0-id\000101\0-pidfile\0/var/run/qemu-server/101.pid\0-daemonize"

/* With its zeros and all: what is in a golden file may be no text. */
static int copy(const struct machine *machine, const char *path, const char *data, size_t length) {
	char full[320];
	FILE *file;
	int r = machine_write(machine, path, "");

	r = r < 0 ? r : name_format(full, sizeof(full), "%s%s", machine->path, path);
	file = r < 0 ? NULL : fopen(full, "we");
	if (!file) {
		return -1;
	}
	r = fwrite(data, 1, length, file) == length ? 0 : -1;
	return fclose(file) == 0 ? r : -1;
}

static int copy_file(
	const struct machine *machine, int golden, const char *name, const char *path) {
	AUTO_FREE char *data = NULL;
	size_t length;
	int r = file_read(golden, name, FILE_MAX, &data, &length);

	return r < 0 ? r : copy(machine, path, data, length);
}

static int make_node(int golden, struct machine *ret) {
	int r = machine_make("", 0, ret);

	if (r < 0) {
		return r;
	}
	r = machine_link(ret, "/etc/pve/local", "nodes/pve1");
	r = r < 0 ? r : copy_file(ret, golden, "pci.cfg", PROXMOX_MAPPING_FILE);
	r = r < 0 ? r
		  : copy_file(ret, golden, "pci-id-reservations",
			    "/run/qemu-server/pci-id-reservations");
	r = r < 0 ? r : machine_write(ret, "/run/qemu-server/101.pid", "4711\n");
	r = r < 0 ? r : copy(ret, "/proc/4711/cmdline", CMDLINE, sizeof(CMDLINE));
	return r;
}

static int add_device(const struct proxmox_device *device, struct text *ret) {
	char address[ADDRESS_SIZE];
	int r;

	address_format(device->selection.address, address);
	if (device->selection.whole_slot) {
		strcpy(strrchr(address, '.'), ".*");
	}
	r = text_add(ret, "device %s %s%s", address, device->source, device->keep ? " keep" : "");
	if (r == 0 && device->identity.id[0]) {
		r = text_add(ret, " id %s", device->identity.id);
	}
	if (r == 0 && device->identity.subsystem_id[0]) {
		r = text_add(ret, " subsystem %s", device->identity.subsystem_id);
	}
	if (r == 0 && device->identity.iommu_group >= 0) {
		r = text_add(ret, " group %d", device->identity.iommu_group);
	}
	return r < 0 ? r : text_add(ret, "\n");
}

static int describe(const struct proxmox_guest *guest, struct text *ret) {
	int r = text_add(ret, "%s\n", guest->title);

	if (r == 0 && guest->lock[0]) {
		r = text_add(ret, "lock %s\n", guest->lock);
	}
	r = r < 0 ? r
		  : text_add(ret, "%s%s%s", guest->container ? "container\n" : "",
			    guest->template ? "template\n" : "",
			    guest->mediated ? "mediated\n" : "");
	for (size_t i = 0; r == 0 && i < guest->device_count; i++) {
		r = add_device(&guest->devices[i], ret);
	}
	return r;
}

/* What is read from NAME.conf, as text. */
static int ask(const struct machine *machine, int golden, const char *name, struct text *ret) {
	static const char *const places[] = {
		"/etc/pve/qemu-server/100.conf", "/etc/pve/lxc/100.conf"};
	bool container = text_starts(name, "container");
	struct proxmox_guest guest;
	struct error error = {{0}};
	char file[NAME_MAX + 1];
	int r = name_format(file, sizeof(file), "%s.conf", name);

	r = r < 0 ? r : copy_file(machine, golden, file, places[container]);
	if (r < 0) {
		return r;
	}
	r = proxmox_read(machine->root, 100, NULL, NOW_S, &guest, &error);
	r = r < 0 ? text_add(ret, "%s: %s\n", strerrorname_np(-r), error.text)
		  : describe(&guest, ret);
	return r < 0 ? r : machine_remove(machine, places[container]);
}

static int update(int golden, const char *file, const struct text *text) {
	AUTO_CLOSE int fd = openat(golden, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return fd >= 0 && write(fd, text->data, text->length) == (ssize_t)text->length ? 0 : -1;
}

/* 0: as expected, or so from now on. */
static int compare(const struct machine *machine, int golden, const char *name, bool updating) {
	AUTO_TEXT struct text text = {0};
	AUTO_FREE char *expected = NULL;
	char file[NAME_MAX + 1];

	if (name_format(file, sizeof(file), "%s.txt", name) < 0 ||
		ask(machine, golden, name, &text) < 0) {
		printf("%s cannot be tried\n", name);
		return -1;
	}
	if (updating) {
		return update(golden, file, &text);
	}
	if (file_read(golden, file, FILE_MAX, &expected, NULL) < 0) {
		printf("%s is missing\n", file);
		return -1;
	}
	if (strcmp(expected, text.data) != 0) {
		printf("%s\nexpected: %sit is: %s", file, expected, text.data);
		return -1;
	}
	return 0;
}

static bool take_name(const char *file, char ret[NAME_MAX + 1]) {
	size_t length = strlen(file);

	return length > 5 && strcmp(file + length - 5, ".conf") == 0 &&
	       name_format(ret, NAME_MAX + 1, "%.*s", (int)length - 5, file) == 0;
}

int main(int argc, char **argv) {
	AUTO_NAMES struct names files = {0};
	AUTO_MACHINE struct machine machine = {.root = -1};
	bool updating = argc == 3 && strcmp(argv[2], "--update") == 0;
	AUTO_CLOSE int golden = argc == 2 || updating ? root_open(argv[1]) : -1;
	size_t passed = 0, failed = 0;

	if (golden < 0 || names_read(golden, ".", &files) < 0) {
		fprintf(stderr, "usage: %s DIRECTORY [--update]\n", argv[0]);
		return 2;
	}
	if (make_node(golden, &machine) < 0) {
		fprintf(stderr, "%s: cannot make a node\n", argv[0]);
		return 1;
	}
	for (size_t i = 0; i < files.count; i++) {
		char name[NAME_MAX + 1];

		if (take_name(files.names[i], name)) {
			bool as_expected = compare(&machine, golden, name, updating) == 0;

			*(as_expected ? &passed : &failed) += 1;
		}
	}
	printf("%zu passed, %zu failed\n", passed, failed);
	return failed > 0 || passed == 0;
}
