// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/guest.h"

#include "base/file.h"
#include "base/text.h"
#include "request/proxmox/choice.h"
#include "request/qemu/arguments.h"
#include "request/words.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

#define PATH_SIZE 320
#define NODE_SIZE 64 /* a host's name without its domain */

struct reader {
	struct proxmox_choice choice;
	char path[PATH_SIZE]; /* of the guest's configuration */
	struct proxmox_conf conf;
	struct proxmox_guest guest;
	struct error *error;
};

static int cannot_read(const struct reader *reader, int r, const char *path) {
	return error_set(reader->error, r, "cannot read %s: %s", path, strerror(-r));
}

static bool node_is_sound(const char *name) {
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

	return isalnum((unsigned char)*name) && strlen(name) < NODE_SIZE &&
	       name[strspn(name, plain)] == '\0';
}

/* The link /etc/pve/local leads to nodes/NAME; without it, a node has its host's name. */
static int read_node(const struct reader *reader, char ret[NODE_SIZE]) {
	int root = reader->choice.root;
	char name[256];
	int r = link_read_name(root, "/etc/pve/local", name, sizeof(name));

	if (r < 0) {
		r = file_read_line(root, "/etc/hostname", name, sizeof(name));
	}
	if (r == 0) {
		name[strcspn(name, ".")] = '\0';
		r = node_is_sound(name) ? name_set(ret, NODE_SIZE, name) : -EINVAL;
	}
	if (r < 0) {
		return error_set(reader->error, -EINVAL,
			"neither the link /etc/pve/local nor /etc/hostname says what this node is called: is pve-cluster.service up?");
	}
	return 0;
}

/* directory: below /etc/pve. Where the file was stays in reader->path. */
static int read_conf(struct reader *reader, const char *directory, char **ret, size_t *ret_length) {
	int r = name_format(reader->path, sizeof(reader->path), "/etc/pve/%s/%u.conf", directory,
		reader->choice.vmid);

	r = r < 0 ? r
		  : file_read(reader->choice.root, reader->path, PROXMOX_CONF_MAX, ret, ret_length);
	return r < 0 ? cannot_read(reader, r, reader->path) : 0;
}

/* -ENOENT: it is at neither place. */
static int find_conf(
	struct reader *reader, const char *migrated_from, char **ret, size_t *ret_length) {
	char directory[PATH_SIZE];
	int r;

	if (migrated_from && !node_is_sound(migrated_from)) {
		return error_set(reader->error, -EINVAL,
			"the guest comes from a node with a name that no node can have");
	}
	r = read_conf(reader, "qemu-server", ret, ret_length);
	if (r != -ENOENT || !migrated_from) {
		return r;
	}
	r = name_format(directory, sizeof(directory), "nodes/%s/qemu-server", migrated_from);
	return r < 0 ? r : read_conf(reader, directory, ret, ret_length);
}

/* 0: there is a container of that number; -ENOENT. */
static int find_container(struct reader *reader) {
	char path[PATH_SIZE];
	int r = name_format(path, sizeof(path), "/etc/pve/lxc/%u.conf", reader->choice.vmid);

	if (r < 0) {
		return r;
	}
	if (!file_exists(reader->choice.root, path)) {
		return error_set(reader->error, -ENOENT,
			"there is no guest %u on this node: neither /etc/pve/qemu-server/%u.conf nor %s is there",
			reader->choice.vmid, reader->choice.vmid, path);
	}
	reader->guest.container = true;
	return 0;
}

static int add(struct reader *reader, const struct proxmox_device *device) {
	struct proxmox_guest *guest = &reader->guest;
	char address[ADDRESS_SIZE];

	for (size_t i = 0; i < guest->device_count; i++) {
		if (selection_overlaps(&guest->devices[i].selection, &device->selection)) {
			return error_set(reader->error, -EINVAL,
				"%s is given to guest %u twice, by %s and by %s: Proxmox does not start it so",
				address_format(device->selection.address, address),
				reader->choice.vmid, guest->devices[i].source, device->source);
		}
	}
	if (guest->device_count == COUNT(guest->devices)) {
		return error_set(
			reader->error, -E2BIG, "more than %d devices are wanted", SELECTIONS_MAX);
	}
	guest->devices[guest->device_count++] = *device;
	return 0;
}

static int add_set(
	struct reader *reader, unsigned int index, const struct proxmox_alternative *alternative) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < alternative->set.count; i++) {
		struct proxmox_device device = {
			.selection = alternative->set.selections[i],
			.keep = reader->conf.hostpci[index].keep,
			.identity = alternative->identity,
		};

		if (i > 0) {
			device.identity.iommu_group = -1;
		}
		r = name_format(device.source, sizeof(device.source), "hostpci%u", index);
		r = r < 0 ? r : add(reader, &device);
	}
	return r;
}

static int read_mapping(
	const struct reader *reader, const char *name, struct proxmox_mapping *ret) {
	AUTO_FREE char *data = NULL;
	char node[NODE_SIZE];
	size_t length = 0;
	int r = read_node(reader, node);

	if (r < 0) {
		return r;
	}
	r = file_read(reader->choice.root, PROXMOX_MAPPING_FILE, PROXMOX_MAPPING_FILE_MAX, &data,
		&length);
	if (r < 0 && r != -ENOENT) {
		return cannot_read(reader, r, PROXMOX_MAPPING_FILE);
	}
	return proxmox_mapping_parse(data ? data : "", length, name, node, ret, reader->error);
}

/* Does an earlier hostpciN of the same guest have one of these devices? */
static bool is_used(const struct reader *reader, const struct proxmox_set *set) {
	for (size_t i = 0; i < reader->guest.device_count; i++) {
		if (proxmox_set_overlaps(set, &reader->guest.devices[i].selection)) {
			return true;
		}
	}
	return false;
}

/* The first alternative that is free. */
static int choose(
	struct reader *reader, unsigned int index, const struct proxmox_mapping *mapping) {
	const char *name = reader->conf.hostpci[index].mapping;
	unsigned int vmid = 0;

	for (size_t i = 0; i < mapping->count; i++) {
		const struct proxmox_alternative *alternative = &mapping->alternatives[i];
		enum proxmox_claim claim;
		int r;

		if (is_used(reader, &alternative->set)) {
			continue;
		}
		r = proxmox_choice_ask(
			&reader->choice, &alternative->set, &claim, &vmid, reader->error);
		if (r < 0) {
			return r;
		}
		if (claim == PROXMOX_FREE) {
			return add_set(reader, index, alternative);
		}
	}
	if (!vmid) {
		return error_set(reader->error, -EBUSY,
			"all %zu devices of mapping %s are this guest's already", mapping->count,
			name);
	}
	return error_set(reader->error, -EBUSY,
		"none of the %zu devices of mapping %s is free, guest %u has the last: stop it first",
		mapping->count, name, vmid);
}

static int take_mapping(struct reader *reader, unsigned int index) {
	struct proxmox_mapping mapping = {0};
	int r = read_mapping(reader, reader->conf.hostpci[index].mapping, &mapping);

	if (r < 0) {
		return r;
	}
	/* Proxmox does not ask either whether the only one is free. */
	return mapping.count == 1 ? add_set(reader, index, &mapping.alternatives[0])
				  : choose(reader, index, &mapping);
}

/* In the order of their numbers, as Proxmox: what one has is no alternative for the next. */
static int take_hostpci(struct reader *reader) {
	for (unsigned int i = 0; i < PROXMOX_HOSTPCI_MAX; i++) {
		const struct proxmox_hostpci *hostpci = &reader->conf.hostpci[i];
		const struct proxmox_alternative given = {
			.set = hostpci->set, .identity.iommu_group = -1};
		int r;

		if (!hostpci->line || hostpci->mediated) {
			reader->guest.mediated |= hostpci->mediated;
			continue;
		}
		r = hostpci->set.count > 0 ? add_set(reader, i, &given) : take_mapping(reader, i);
		if (r < 0) {
			return error_add(reader->error, r, "%s:%u: hostpci%u", reader->path,
				hostpci->line, i);
		}
	}
	return 0;
}

static int read_config(
	const struct reader *reader, const char *path, struct qemu_arguments *arguments) {
	AUTO_FREE char *data = NULL;
	size_t length;
	int r = file_read(reader->choice.root, path, QEMU_CONFIG_MAX, &data, &length);

	if (r < 0) {
		/* -ENOENT is kept for a guest that is not there. */
		cannot_read(reader, r, path);
		return r == -ENOENT ? -EINVAL : r;
	}
	return qemu_config_parse(path, data, length, arguments, reader->error);
}

static int read_args(const struct reader *reader, const char *args, struct qemu_arguments *ret) {
	AUTO_NAMES struct names words = {0};
	struct qemu_arguments arguments;
	int r = words_split(args, &words, reader->error);

	r = r < 0 ? r
		  : qemu_arguments_parse((const char *const *)words.names, words.count, &arguments,
			    reader->error);
	for (size_t i = 0; r == 0 && i < arguments.config_count; i++) {
		r = read_config(reader, arguments.configs[i], &arguments);
	}
	if (r < 0) {
		return r;
	}
	/* They point into the words. */
	arguments.pidfile = NULL;
	arguments.config_count = 0;
	*ret = arguments;
	return 0;
}

static int take_args(struct reader *reader) {
	AUTO_FREE char *args = NULL;
	struct qemu_arguments arguments;
	int r;

	if (!reader->conf.args) {
		return 0;
	}
	args = strndup(reader->conf.args, reader->conf.args_length);
	if (!args) {
		return error_set(reader->error, -ENOMEM, "no memory to read %s", reader->path);
	}
	r = read_args(reader, args, &arguments);
	for (size_t i = 0; r == 0 && i < arguments.device_count; i++) {
		const struct proxmox_device device = {
			.selection.address = arguments.devices[i],
			.source = "args",
			.identity.iommu_group = -1,
		};

		r = add(reader, &device);
	}
	if (r < 0) {
		return error_add(
			reader->error, r, "%s:%u: args", reader->path, reader->conf.args_line);
	}
	return 0;
}

/* Whatever is in there has been measured: it fits. */
static void name_guest(struct proxmox_guest *guest, unsigned int vmid, const char *name) {
	int r = name_format(guest->guest, sizeof(guest->guest), "proxmox:%u", vmid);

	r = r < 0 ? r : name_set(guest->name, sizeof(guest->name), name);
	if (*name) {
		r = r < 0 ? r
			  : name_format(guest->title, sizeof(guest->title), "%s (%s)", guest->guest,
				    name);
	} else {
		r = r < 0 ? r : name_set(guest->title, sizeof(guest->title), guest->guest);
	}
	assert(r == 0);
}

static int read_guest(struct reader *reader, const char *data, size_t length) {
	struct proxmox_guest *guest = &reader->guest;
	int r = proxmox_conf_parse(reader->path, data, length, &reader->conf, reader->error);

	if (r < 0) {
		return r;
	}
	memcpy(guest->lock, reader->conf.lock, sizeof(guest->lock));
	guest->template = reader->conf.template;
	r = guest->template ? 0 : take_hostpci(reader);
	return r < 0 ? r : take_args(reader);
}

int proxmox_read(int root, unsigned int vmid, const char *migrated_from, long long now_s,
	struct proxmox_guest *ret, struct error *error) {
	struct reader reader = {.choice = {root, vmid, now_s}, .error = error};
	AUTO_FREE char *data = NULL;
	size_t length;
	int r = find_conf(&reader, migrated_from, &data, &length);

	if (r == -ENOENT) {
		r = find_container(&reader);
	} else if (r == 0) {
		r = read_guest(&reader, data, length);
	}
	if (r < 0) {
		return r;
	}
	name_guest(&reader.guest, vmid, reader.conf.name);
	*ret = reader.guest;
	return 0;
}
