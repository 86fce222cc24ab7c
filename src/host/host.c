// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/device.h"
#include "host/display/console.h"
#include "host/display/display_manager.h"
#include "host/display/drm.h"
#include "host/display/framebuffer.h"
#include "host/driver/flight.h"
#include "host/driver/module.h"
#include "host/driver/vfio.h"
#include "host/guarded.h"

static void read_line(int root, const char *path, char *ret, size_t size) {
	if (file_read_line(root, path, ret, size) < 0) {
		ret[0] = '\0';
	}
}

/* Groups alone do not say it: VFIO makes some of its own where it runs without an IOMMU. */
static bool has_iommu(int root, const struct host *host) {
	AUTO_NAMES struct names names = {0};
	bool grouped = false;

	for (size_t i = 0; i < host->device_count; i++) {
		grouped |= host->devices[i].group != GROUP_NONE;
	}
	return grouped && names_read(root, "sys/class/iommu", &names) == 0 && names.count > 0;
}

/* Who is found at work on a device is found before we would wait for him. */
static int read_guarded(int root, struct host *host, struct error *error) {
	bool looked = false;
	int r = flights_read(root, host, &looked);

	r = r < 0 ? r : guarded_read(root, host->devices, host->device_count);
	r = r < 0 ? r : flights_read(root, host, &looked);
	return r < 0 ? error_set(error, r, "cannot read the PCI devices: %s", strerror(-r)) : 0;
}

static int read_all(int root, struct host *host, struct error *error) {
	int r;

	read_line(root, "proc/sys/kernel/osrelease", host->kernel, sizeof(host->kernel));
	read_line(root, "proc/sys/kernel/random/boot_id", host->boot_id, sizeof(host->boot_id));
	r = devices_read(root, &host->devices, &host->device_count, error);
	r = r < 0 ? r : read_guarded(root, host, error);
	if (r < 0) {
		return r;
	}
	r = modules_read(root, &host->modules, &host->module_count, error);
	if (r < 0) {
		return r;
	}
	r = vfio_read(root, host);
	if (r == 0) {
		r = cards_read(root, &host->cards, &host->card_count);
	}
	if (r == 0) {
		r = consoles_read(root, &host->consoles, &host->console_count);
	}
	if (r == 0) {
		r = framebuffers_read(root, &host->framebuffers, &host->framebuffer_count);
	}
	if (r == 0) {
		r = display_manager_read(root, &host->display_manager);
	}
	host->iommu = has_iommu(root, host);
	host->udev = file_exists(root, "run/udev/data");
	host->logind = file_exists(root, "run/systemd/seats/seat0");
	return r < 0 ? error_set(error, r, "cannot read the machine: %s", strerror(-r)) : 0;
}

int host_read(int root, struct host *ret, struct error *error) {
	AUTO_HOST struct host host = {0};
	int r = read_all(root, &host, error);

	if (r < 0) {
		return r;
	}
	*ret = host;
	host = (struct host){0};
	return 0;
}

void host_free(struct host *host) {
	devices_free(host->devices, host->device_count);
	cards_free(host->cards, host->card_count);
	free(host->consoles);
	free(host->framebuffers);
	modules_free(host->modules, host->module_count);
	free(host->holders);
	free(host->flights);
	free(host->profiles);
	display_manager_done(&host->display_manager);
	*host = (struct host){0};
}

static int compare(const void *address, const void *device) {
	return address_compare(
		*(const struct address *)address, ((const struct device *)device)->address);
}

const struct device *host_device(const struct host *host, struct address address) {
	return host->device_count ? bsearch(&address, host->devices, host->device_count,
					    sizeof(*host->devices), compare)
				  : NULL;
}

const struct flight *host_flight(const struct host *host, struct address device) {
	for (size_t i = 0; i < host->flight_count; i++) {
		if (address_compare(host->flights[i].device, device) == 0) {
			return &host->flights[i];
		}
	}
	return NULL;
}

bool host_kernel_at_least(const struct host *host, unsigned int major, unsigned int minor) {
	unsigned int x, y;

	if (sscanf(host->kernel, "%u.%u", &x, &y) != 2) {
		return false;
	}
	return x != major ? x > major : y >= minor;
}
