// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/request.h"

#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

bool driver_name_is_sound(const char *name) {
	static const char first[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	if (!*name || !strchr(first, *name) || strlen(name) >= REQUEST_DRIVER_SIZE) {
		return false;
	}
	for (; *name; name++) {
		if (*name < ' ' || *name > '~' || *name == '/') {
			return false;
		}
	}
	return true;
}

static struct request_device *find(struct request *request, struct address address) {
	for (size_t i = 0; i < request->device_count; i++) {
		if (address_compare(request->devices[i].address, address) == 0) {
			return &request->devices[i];
		}
	}
	return NULL;
}

/* An empty driver leaves the choice open, so that another mention of the device may make it. */
static int merge(struct request_device *device, const char *driver, struct error *error) {
	char text[ADDRESS_SIZE];

	if (!*driver || strcmp(device->driver, driver) == 0) {
		return 0;
	}
	if (device->driver[0]) {
		return error_set(error, -EINVAL,
			"%s is wanted twice, with driver %s and with driver %s",
			address_format(device->address, text), device->driver, driver);
	}
	return name_set(device->driver, sizeof(device->driver), driver);
}

int request_add(
	struct request *request, struct address address, const char *driver, struct error *error) {
	struct request_device *device = find(request, address);
	char text[ADDRESS_SIZE];

	if (!driver) {
		driver = "";
	}
	if (*driver && !driver_name_is_sound(driver)) {
		return error_set(error, -EINVAL,
			"the driver that is wanted for %s has a name that no driver can have",
			address_format(address, text));
	}
	if (!device && request->device_count == REQUEST_DEVICES_MAX) {
		return error_set(error, -E2BIG, "more than %d devices are wanted for one guest",
			REQUEST_DEVICES_MAX);
	}
	if (!device) {
		device = &request->devices[request->device_count++];
		*device = (struct request_device){.address = address};
	}
	return merge(device, driver, error);
}

void request_name(struct request *request, const char *door) {
	char address[ADDRESS_SIZE];
	int r;

	address_format(request->devices[0].address, address);
	r = name_format(request->guest, sizeof(request->guest), "%s:%s", door, address);
	assert(r == 0);
	r = name_set(request->title, sizeof(request->title), request->guest);
	assert(r == 0);
}
