// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <stdlib.h>

#include "base/macros.h"
#include "capture/disguise.h"
#include "capture/keep.h"

/* A file for each way of keeping. */
static const char *const paths[] = {"/proc/1/cmdline", "/proc/1/stat", "/proc/1/maps",
	"/proc/1/mountinfo", "/proc/1/net/tcp", "/proc/cpuinfo", "/sys/devices/a/config",
	"/sys/devices/a/dm/uuid", "/sys/devices/a/loop/backing_file", "/usr/share/pci.ids",
	"/lib/modules/a/modules.alias", "/lib/modules/a/modules.builtin.modinfo", "/etc/passwd",
	"/etc/fstab", "/run/udev/data/a", "/etc/libvirt/qemu/a.xml", "/etc/libvirt/hooks/qemu",
	"/etc/pve/qemu-server/1.conf", "/etc/NetworkManager/system-connections/a"};

static void disguise(const struct text *text) {
	AUTO_DISGUISE struct disguise disguise = {.seed = {1, 2}};
	AUTO_TEXT struct text first = {0}, second = {0}, table = {0}, edid = {0};

	assert(disguise_word(&disguise, "user", "alice") == 0);
	assert(disguise_text(&disguise, text->data, text->length, &first) == 0);
	assert(disguise_text(&disguise, text->data, text->length, &second) == 0);
	assert(first.length == second.length && memcmp(first.data, second.data, first.length) == 0);
	assert(disguise_table(&disguise, text->data, 6, true, &table) == 0);
	assert(disguise_edid(text->data, text->length, &edid) == 0);
}

/* The first byte chooses the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static struct device device = {.identity = {.vendor = 0x10de, .device = 0x2484},
		.modalias = "pci:v000010DEd00002484sv0sd0bc03sc00i00"};
	static const struct host host = {.devices = &device, .device_count = 1};
	AUTO_KEEPER struct keeper keeper = {0};
	AUTO_TEXT struct text text = {0}, kept = {0};

	if (size == 0) {
		return 0;
	}
	assert(keeper_begin(&host, &keeper) == 0);
	assert(text_append(&text, (const char *)data + 1, size - 1) == 0);
	assert(keep(&keeper, paths[data[0] % COUNT(paths)], text.data, text.length, &kept) == 0);
	disguise(&text);
	return 0;
}
