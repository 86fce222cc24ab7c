// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/qemu/option.h"

#include <string.h>

/* clang-format off */
static const char *const with_value[] = {
	"D", "L", "M", "accel", "acpitable", "action", "add-fd", "append", "audio", "audiodev",
	"bios", "blockdev", "boot", "cdrom", "chardev", "chroot", "compat", "cpu", "d", "debugcon",
	"device", "dfilter", "display", "drive", "dtb", "dump-vmstate", "echr", "fda", "fdb",
	"fsdev", "fw_cfg", "g", "gdb", "global", "hda", "hdb", "hdc", "hdd", "icount", "incoming",
	"initrd", "iscsi", "k", "kernel", "loadvm", "m", "machine", "mem-path", "mon", "monitor",
	"msg", "mtdblock", "name", "net", "netdev", "nic", "numa", "object", "option-rom",
	"overcommit", "parallel", "pflash", "pidfile", "plugin", "prom-env", "qmp", "qmp-pretty",
	"qtest", "qtest-log", "readconfig", "realtime", "rotate", "rtc", "run-with", "runas",
	"sandbox", "sd", "seed", "semihosting-config", "serial", "set", "shim", "smbios", "smp",
	"soundhw", "spice", "tb-size", "tpmdev", "trace", "usbdevice", "uuid", "vga", "virtfs",
	"vnc", "watchdog", "watchdog-action", "writeconfig", "xen-domid",
};
/* clang-format on */

bool qemu_option_takes_value(const char *name) {
	for (size_t i = 0; i < COUNT(with_value); i++) {
		if (strcmp(with_value[i], name) == 0) {
			return true;
		}
	}
	return false;
}

/* Appends the value at *rest, which ends at the first comma that is not doubled. */
static int take_value(const char **rest, struct text *ret) {
	const char *c = *rest;
	int r = 0;

	for (;;) {
		size_t length = strcspn(c, ",");
		bool doubled = c[length] == ',' && c[length + 1] == ',';

		r = text_append(ret, c, length + doubled);
		c += length + 2 * (size_t)doubled;
		if (r < 0 || !doubled) {
			break;
		}
	}
	*rest = c;
	return r;
}

int qemu_option_take(
	const char **rest, const char *implied, struct text *ret_key, struct text *ret_value) {
	const char *c = *rest;
	size_t length = strcspn(c, "=,");
	int r;

	ret_key->length = 0;
	ret_value->length = 0;
	if (c[length] == '=') {
		r = text_append(ret_key, c, length);
		c += length + 1;
		r = r < 0 ? r : take_value(&c, ret_value);
	} else if (implied) {
		r = text_append(ret_key, implied, strlen(implied));
		r = r < 0 ? r : take_value(&c, ret_value);
	} else {
		r = text_append(ret_key, c, length);
		c += length;
		r = r < 0 ? r : text_append(ret_value, "on", strlen("on"));
	}
	*rest = c + (*c == ',');
	return r;
}
