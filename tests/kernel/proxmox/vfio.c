// SPDX-License-Identifier: GPL-2.0-or-later
#include "vfio.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "report.h"

#define DRIVER "/sys/bus/pci/drivers/vfio-pci"

static bool is_bound(const char *name) {
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), DRIVER "/%s", name);
	return access(path, F_OK) == 0;
}

static bool load_module(void) {
	int status = -1;
	pid_t pid;

	if (access(DRIVER, F_OK) == 0) {
		return true;
	}
	pid = fork();
	if (pid == 0) {
		execl("/sbin/modprobe", "modprobe", "vfio-pci", NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool read_id(const char *name, const char *which, char *ret, size_t size) {
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", name, which);
	if (!file_read(path, ret, size)) {
		return false;
	}
	ret[strcspn(ret, "\n")] = '\0';
	return true;
}

static bool bind_one(const char *name, unsigned int vmid) {
	char vendor[16], device[16], words[40], path[PATH_SIZE];
	int r;

	if (is_bound(name)) {
		return true;
	}
	if (!read_id(name, "vendor", vendor, sizeof(vendor)) ||
		!read_id(name, "device", device, sizeof(device))) {
		return false;
	}
	record(vmid, "Proxmox VE binds %s itself", name);
	(void)snprintf(words, sizeof(words), "%s %s", vendor + 2, device + 2);
	r = file_push(DRIVER "/new_id", words);
	if (r < 0 && r != -EEXIST) {
		return false;
	}
	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver/unbind", name);
	if (!is_bound(name) && access(path, F_OK) == 0 && file_push(path, name) < 0) {
		return false;
	}
	return is_bound(name) || file_push(DRIVER "/bind", name) == 0;
}

bool vfio_take_group(const char *name, unsigned int vmid) {
	char path[PATH_SIZE];
	struct dirent *entry;
	bool bound = true;
	DIR *group;

	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group/devices", name);
	group = load_module() ? opendir(path) : NULL;
	if (!group) {
		return false;
	}
	while (bound && (entry = readdir(group))) {
		(void)snprintf(
			path, sizeof(path), "/sys/bus/pci/devices/%.16s/pci_bus", entry->d_name);
		if (entry->d_name[0] != '.' && access(path, F_OK) < 0) {
			bound = bind_one(entry->d_name, vmid);
		}
	}
	closedir(group);
	return bound;
}

void vfio_reset(const char *name) {
	char path[PATH_SIZE];
	int r;

	(void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/reset", name);
	r = file_push(path, "1");
	if (r < 0) {
		warning("failed to reset PCI device '%s': %s", name, strerror(-r));
	}
}
