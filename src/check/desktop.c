// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "check/area.h"

/* What ends along with the desktop, when the host's only card goes. */

static void look_wifi(struct look *look) {
	for (size_t i = 0; i < look->host->profile_count; i++) {
		const struct profile *profile = &look->host->profiles[i];
		char remedy[256];

		if (profile->user[0]) {
			snprintf(remedy, sizeof(remedy),
				"nmcli connection modify \"%s\" connection.permissions ''",
				profile->name);
		} else {
			snprintf(remedy, sizeof(remedy),
				"nmcli connection modify \"%s\" wifi-sec.psk-flags 0, and give the secret once more",
				profile->name);
		}
		look_add(look, "wifi-of-a-user", profile->name, remedy,
			"is a network connection that ends with the desktop, so a guest that has the only card is without network%s%s",
			profile->user[0] ? ": it is of the user " : "", profile->user);
		look_at(look, NULL, 0, profile->interface);
	}
}

static const struct check checks[] = {
	{"wifi-of-a-user", FINDING_WARNING, look_wifi},
};
const struct check_area desktop_area = {checks, COUNT(checks)};
