// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/remote.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/disk/mount.h"

#define ISCSI "sys/class/iscsi_connection"
#define NVME  "sys/class/nvme"

/* Takes the value of "KEY=..." out of "a,b,KEY=VALUE,c". */
static int find_option(const char *options, const char *key, char *ret, size_t size) {
	size_t length = strlen(key);

	for (const char *option = options; *option;) {
		size_t end = strcspn(option, ",");

		if (end > length && strncmp(option, key, length) == 0 && option[length] == '=' &&
			end - length - 1 < size) {
			memcpy(ret, option + length + 1, end - length - 1);
			ret[end - length - 1] = '\0';
			return 0;
		}
		option += end + (option[end] == ',');
	}
	return -ENOENT;
}

static int add(
	const struct network *network, const char *type, const char *name, const char *address) {
	struct holder holder = {.kind = HOLDER_REMOTE};
	struct inet inet;

	if (inet_parse(address, &inet) < 0 ||
		name_set(holder.type, sizeof(holder.type), type) < 0) {
		return 0;
	}
	label_set(holder.name, name);
	return network_hold_way(network, &inet, &holder);
}

static int add_mount(void *context, const struct mount *mount) {
	const struct network *network = context;
	char address[64];

	if (strncmp(mount->type, "nfs", 3) != 0 && strcmp(mount->type, "cifs") != 0 &&
		strcmp(mount->type, "smb3") != 0) {
		return 0;
	}
	return find_option(mount->options, "addr", address, sizeof(address)) < 0
		       ? 0
		       : add(network, mount->type, mount->point, address);
}

static int add_iscsi(const struct network *network) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(network->root, ISCSI, &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		char path[sizeof(ISCSI "//persistent_address") + LABEL_SIZE], address[64];

		if (name_format(path, sizeof(path), ISCSI "/%s/address", names.names[i]) == 0 &&
			file_read_line(network->root, path, address, sizeof(address)) == 0) {
			r = add(network, "iSCSI", address, address);
		}
	}
	return r;
}

/* transport: pcie, tcp, rdma, fc, loop; address: "traddr=192.0.2.1,trsvcid=4420,..." */
static int add_nvme(const struct network *network, const char *name) {
	char path[sizeof(NVME "//transport") + LABEL_SIZE], value[256], address[64];

	if (name_format(path, sizeof(path), NVME "/%s/transport", name) < 0 ||
		file_read_line(network->root, path, value, sizeof(value)) < 0 ||
		(strcmp(value, "tcp") != 0 && strcmp(value, "rdma") != 0) ||
		name_format(path, sizeof(path), NVME "/%s/address", name) < 0 ||
		file_read_line(network->root, path, value, sizeof(value)) < 0 ||
		find_option(value, "traddr", address, sizeof(address)) < 0) {
		return 0;
	}
	return add(network, "NVMe", name, address);
}

static int add_nvmes(const struct network *network) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(network->root, NVME, &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		r = add_nvme(network, names.names[i]);
	}
	return r;
}

int remotes_read(const struct network *network) {
	const struct mount_reader reader = {add_mount, (void *)network};
	int r = mounts_each(network->root, &reader);

	r = r < 0 ? r : add_iscsi(network);
	return r < 0 ? r : add_nvmes(network);
}
