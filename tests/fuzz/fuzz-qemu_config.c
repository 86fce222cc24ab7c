// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "request/qemu/arguments.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct qemu_arguments arguments = {0};
	struct error error = {{0}};

	if (qemu_config_parse("a", (const char *)data, size, &arguments, &error) < 0) {
		assert(error.text[0] && arguments.device_count == 0 && !arguments.name[0]);
		return 0;
	}
	assert(arguments.device_count <= REQUEST_DEVICES_MAX);
	assert(strlen(arguments.name) < QEMU_NAME_SIZE);
	assert(!arguments.pidfile && !arguments.daemonize && arguments.config_count == 0);
	for (size_t i = 0; i < arguments.device_count; i++) {
		assert(arguments.devices[i].slot <= 31 && arguments.devices[i].function <= 7);
	}
	return 0;
}
