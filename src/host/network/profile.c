// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/profile.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/lines.h"

#define ACTIVE    "run/NetworkManager/devices"
#define CLASS     "sys/class/net"
#define PATH_SIZE 512

#define UUID_SIZE   64
#define AGENT_OWNED 0x1ULL /* NM_SETTING_SECRET_FLAG_AGENT_OWNED */

/* In the order in which they hide one another. */
static const char *const directories[] = {"etc/NetworkManager/system-connections",
	"run/NetworkManager/system-connections", "usr/lib/NetworkManager/system-connections"};

/* One that is up. */
struct active {
	char uuid[UUID_SIZE];
	int index;
};

struct actives {
	struct active *actives;
	size_t count;
};

static void actives_free(struct actives *actives) {
	free(actives->actives);
	*actives = (struct actives){0};
}

/* Takes "KEY = VALUE" apart: the value, or NULL if the line has another key. */
static char *value_of(char *line, const char *key) {
	size_t length = strlen(key);
	char *value = line + length;

	if (!text_starts(line, key)) {
		return NULL;
	}
	value += strspn(value, " \t");
	if (*value != '=') {
		return NULL;
	}
	value++;
	return value + strspn(value, " \t");
}

static int look_at_state(void *context, const struct source_line *line) {
	struct active *active = context;
	const char *uuid = value_of(line->text, "connection-uuid");

	if (uuid && name_set(active->uuid, sizeof(active->uuid), uuid) < 0) {
		active->uuid[0] = '\0';
	}
	return 0;
}

/* A file for each device, named by the index of its interface. */
static int read_actives(int root, struct actives *actives) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(root, ACTIVE, &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		struct active active = {0};
		const struct line_reader reader = {.found = look_at_state, .context = &active};
		unsigned long long index;
		char path[PATH_SIZE];

		if (number_parse(names.names[i], INT_MAX, &index) < 0 ||
			name_format(path, sizeof(path), ACTIVE "/%llu", index) < 0) {
			continue;
		}
		active.index = (int)index;
		r = lines_read(root, path, &reader);
		if (r < 0 || !active.uuid[0]) {
			continue;
		}
		if (!ARRAY_ROOM(actives->actives, actives->count)) {
			return -ENOMEM;
		}
		actives->actives[actives->count++] = active;
	}
	return r;
}

/* What a file says of a connection. */
struct settings {
	const struct names *users;
	bool in_connection; /* the section that the line is of */
	char id[sizeof(((struct profile *)NULL)->name)];
	char uuid[UUID_SIZE];
	char user[sizeof(((struct profile *)NULL)->user)]; /* one of those who may use it */
	bool agent;
};

/* "user:alice:;user:bob:;": for these alone */
static void set_permissions(struct settings *settings, char *list) {
	char *entry;

	while ((entry = strsep(&list, ";"))) {
		char *user = text_starts(entry, "user:") ? entry + strlen("user:") : NULL;

		if (!user) {
			continue;
		}
		user[strcspn(user, ":")] = '\0';
		if (names_has(settings->users, user) &&
			name_set(settings->user, sizeof(settings->user), user) < 0) {
			settings->user[0] = '\0';
		}
	}
}

/* psk-flags, password-flags, wep-key-flags, private-key-password-flags, ... */
static void look_at_flags(struct settings *settings, char *line) {
	char *end = strpbrk(line, " \t=");
	unsigned long long flags;
	char *value;

	if (!end || end - line < (ptrdiff_t)strlen("-flags") ||
		strncmp(end - strlen("-flags"), "-flags", strlen("-flags")) != 0) {
		return;
	}
	value = strchr(end, '=');
	if (value && number_parse(value + 1 + strspn(value + 1, " \t"), INT_MAX, &flags) == 0) {
		settings->agent |= flags & AGENT_OWNED;
	}
}

static int look_at_setting(void *context, const struct source_line *line) {
	struct settings *settings = context;
	char *text = line->text, *value;

	if (text[0] == '[') {
		settings->in_connection = strcmp(text, "[connection]") == 0;
		return 0;
	}
	if (!settings->in_connection) {
		look_at_flags(settings, text);
		return 0;
	}
	value = value_of(text, "id");
	if (value && name_set(settings->id, sizeof(settings->id), value) < 0) {
		settings->id[0] = '\0'; /* the uuid is a name too */
	}
	value = value_of(text, "uuid");
	if (value && name_set(settings->uuid, sizeof(settings->uuid), value) < 0) {
		settings->uuid[0] = '\0';
	}
	value = value_of(text, "permissions");
	if (value) {
		set_permissions(settings, value);
	}
	return 0;
}

static void find_interface(int root, int index, char *ret, size_t size) {
	AUTO_NAMES struct names names = {0};

	ret[0] = '\0';
	if (names_read(root, CLASS, &names) < 0) {
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		char path[PATH_SIZE];
		uint64_t number;

		if (name_format(path, sizeof(path), CLASS "/%s/ifindex", names.names[i]) == 0 &&
			file_read_number(root, path, 10, &number) == 0 &&
			number == (uint64_t)index && name_set(ret, size, names.names[i]) == 0) {
			return;
		}
	}
}

struct search {
	int root;
	const struct names *users;
	const struct names *own;
	const struct actives *actives;
	struct profile *profiles;
	size_t count;
};

static void search_done(struct search *search) {
	free(search->profiles);
}

/* One connection may be up on several devices; each is told of. */
static int add(
	struct search *search, const struct settings *settings, const struct active *active) {
	struct profile profile = {0};
	int r = name_set(profile.name, sizeof(profile.name),
		settings->id[0] ? settings->id : settings->uuid);

	if (r < 0) {
		return 0;
	}
	memcpy(profile.user, settings->user, sizeof(profile.user));
	find_interface(search->root, active->index, profile.interface, sizeof(profile.interface));
	profile.own = names_has(search->own, profile.interface);
	if (!ARRAY_ROOM(search->profiles, search->count)) {
		return -ENOMEM;
	}
	search->profiles[search->count++] = profile;
	return 0;
}

static int look_at_file(struct search *search, const char *path) {
	struct settings settings = {.users = search->users};
	const struct line_reader reader = {.found = look_at_setting, .context = &settings};
	int r = lines_read(search->root, path, &reader);

	if (r < 0 || (!settings.user[0] && !settings.agent) || !settings.uuid[0]) {
		return r;
	}
	for (size_t i = 0; i < search->actives->count && r == 0; i++) {
		const struct active *active = &search->actives->actives[i];

		if (strcmp(active->uuid, settings.uuid) == 0) {
			r = add(search, &settings, active);
		}
	}
	return r;
}

static int look_at_directory(struct search *search, const char *directory) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(search->root, directory, &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		char path[PATH_SIZE];

		if (name_format(path, sizeof(path), "%s/%s", directory, names.names[i]) == 0) {
			r = look_at_file(search, path);
		}
	}
	return r;
}

int profiles_read(int root, const struct names *users, const struct names *own,
	struct profile **ret, size_t *ret_count) {
	CLEANUP(actives_free) struct actives actives = {0};
	CLEANUP(search_done)
	struct search search = {.root = root, .users = users, .own = own, .actives = &actives};
	int r = users->count > 0 ? read_actives(root, &actives) : 0;

	for (size_t i = 0; i < COUNT(directories) && actives.count > 0 && r == 0; i++) {
		r = look_at_directory(&search, directories[i]);
	}
	if (r < 0) {
		return r;
	}
	*ret = TAKE(search.profiles);
	*ret_count = search.count;
	return 0;
}
