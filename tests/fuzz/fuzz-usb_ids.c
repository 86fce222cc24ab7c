// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <string.h>

#include "base/macros.h"
#include "host/udev.h"
#include "inventory/usb_ids.h"

/* The same for what udev has noted: both are looked up line by line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	AUTO_FREE char *text = strndup((const char *)data, size);
	char name[LABEL_SIZE] = "", value[16] = "";

	assert(text);
	if (usb_ids_find(text, "046d:c52b", name)) {
		assert(strlen(name) < sizeof(name));
	}
	if (udev_property(text, "ID_FS_TYPE", value, sizeof(value)) == 0) {
		assert(strlen(value) < sizeof(value) && !strchr(value, '\n'));
	}
	return 0;
}
