// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/area.h"

/* What ends along with the desktop, when the host's only card goes. */

static void look_wifi(struct look *look) {
	for (size_t i = 0; i < look->host->profile_count; i++) {
		const struct profile *profile = &look->host->profiles[i];
		const char *format =
			profile->user[0]
				? "nmcli connection modify %s connection.permissions ''"
				: "nmcli connection edit %s: set the flags of its secret to 0 "
				  "(wifi-sec.psk-flags, or what it has), and give it once more";

		look_add(look, "wifi-of-a-user", profile->name,
			look_command(look, format, profile->name),
			"is a network connection that ends with the desktop, so a guest that has the only card is without network%s%s",
			profile->user[0] ? ": it is of the user " : "", profile->user);
		look_at(look, NULL, 0, profile->interface);
	}
}

static const struct check checks[] = {
	{"wifi-of-a-user", FINDING_WARNING, look_wifi},
};
const struct check_area desktop_area = {checks, COUNT(checks)};
