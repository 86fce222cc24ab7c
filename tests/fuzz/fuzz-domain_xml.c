// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "request/domain_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static const char plain[] = "0123456789abcdef-";
	struct request request;
	struct error error = {{0}};

	if (domain_xml_parse((const char *)data, size, &request, &error) < 0) {
		assert(error.text[0]);
		return 0;
	}
	/* The key is a file's name: a UUID and nothing else. */
	assert(strncmp(request.guest, "libvirt:", 8) == 0 && strlen(request.guest) == 44);
	assert(strspn(request.guest + 8, plain) == 36);
	assert(strncmp(request.title, "libvirt:", 8) == 0 && strlen(request.title) > 8);
	assert(request.device_count <= REQUEST_DEVICES_MAX);
	for (size_t i = 0; i < request.device_count; i++) {
		const struct request_device *device = &request.devices[i];

		assert(!device->driver[0] || driver_name_is_sound(device->driver));
		assert(device->address.slot <= 31 && device->address.function <= 7);
	}
	return 0;
}
