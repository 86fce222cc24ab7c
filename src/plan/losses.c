// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "plan/build.h"

/* The one by which whoever asks came in says most. */
static const struct profile *find_worst(const struct host *host) {
	for (size_t i = 0; i < host->profile_count; i++) {
		if (host->profiles[i].own) {
			return &host->profiles[i];
		}
	}
	return host->profile_count > 0 ? &host->profiles[0] : NULL;
}

/* Users name their connections, and root may paste what we say. */
static bool is_plain(const char *name) {
	return !strpbrk(name, "$`\"\\!");
}

/* A connection with permissions ends with its user's last session; one whose secret is with a
 * session stays up, but cannot be set up again. */
void plan_lost_connection(const struct host *host, char ret[LOST_CONNECTION_SIZE]) {
	const struct profile *profile = find_worst(host);
	const char *others = host->profile_count > 1 ? ", and others too" : "";

	ret[0] = '\0';
	if (!profile) {
		return;
	}
	if (profile->user[0]) {
		snprintf(ret, LOST_CONNECTION_SIZE,
			", and so does %s \"%s\" of %s (%s%s); keep it with: nmcli c modify "
			"\"%s\" connection.permissions \"\"",
			profile->own ? "YOUR OWN network connection" : "the network connection",
			profile->name, profile->user, profile->interface, others,
			is_plain(profile->name) ? profile->name : "ITS UUID");
	} else {
		snprintf(ret, LOST_CONNECTION_SIZE,
			", and %s \"%s\" (%s%s) cannot be set up again without them: have "
			"NetworkManager store its secret for all users",
			profile->own ? "YOUR OWN network connection" : "the network connection",
			profile->name, profile->interface, others);
	}
}
