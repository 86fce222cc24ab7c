// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/systemd.h"

#define ENTRY(name) {#name, offsetof(struct systemd, name)},

int systemd_load(const struct systemd **ret, struct error *error) {
	static const struct symbol symbols[] = {SYSTEMD_SYMBOLS(ENTRY)};
	static struct systemd systemd;

	if (!systemd.sd_bus_new) {
		struct systemd fresh;
		int r = library_load("libsystemd.so.0", symbols, COUNT(symbols), &fresh, error);

		if (r < 0) {
			return r;
		}
		systemd = fresh;
	}
	*ret = &systemd;
	return 0;
}
