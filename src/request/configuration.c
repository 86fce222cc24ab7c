// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/configuration.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "base/timeouts.h"

#define DIRECTORY "/etc/baton"

void configuration_init(struct configuration *ret) {
	*ret = (struct configuration){
		.policy.backups = CONSENT_REFUSE,
		.writer_timeout_s = DEVICE_TIMEOUT_S,
		.service_timeout_s = SERVICE_TIMEOUT_S,
		.process_timeout_s = PROCESS_TIMEOUT_S,
		.lock_timeout_s = LOCK_TIMEOUT_S,
		.home_watch_s = HOME_WATCH_S,
	};
}

const struct card_name *configuration_card(
	const struct configuration *configuration, const char *name) {
	for (size_t i = 0; i < configuration->card_count; i++) {
		if (strcmp(configuration->cards[i].name, name) == 0) {
			return &configuration->cards[i];
		}
	}
	return NULL;
}

/* Where we are: what is the same for all files of one reading. */
struct reader {
	int root;
	enum configuration_owner owner;
	struct configuration *configuration;
	struct error *error;
};

/* Whoever can write this could have a root process hand over any device, so it must be root. */
static int check(const struct reader *reader, int fd, mode_t type, const char *path) {
	struct stat status;

	if (fstat(fd, &status) < 0) {
		return error_set(
			reader->error, -errno, "cannot look at %s: %s", path, strerror(errno));
	}
	if ((status.st_mode & S_IFMT) != type) {
		return error_set(reader->error, -EINVAL, "%s is not a file", path);
	}
	if (reader->owner == CONFIGURATION_OWNER_ROOT &&
		(status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)))) {
		return error_set(reader->error, -EPERM,
			"others than root can write %s: run chown root %s and chmod go-w %s", path,
			path, path);
	}
	return 0;
}

static int cannot_read(const struct reader *reader, int r, const char *path) {
	if (r == -EFBIG) {
		return error_set(reader->error, r, "%s is larger than %zu KiB", path,
			CONFIGURATION_FILE_MAX >> 10);
	}
	return error_set(reader->error, r, "cannot read %s: %s", path, strerror(-r));
}

/* 0: it is there and may be trusted; -ENOENT. */
static int check_directory(const struct reader *reader, const char *path) {
	AUTO_CLOSE int fd = dir_open(reader->root, path);

	if (fd == -ENOENT) {
		return fd;
	}
	if (fd < 0) {
		return cannot_read(reader, fd, path);
	}
	return check(reader, fd, S_IFDIR, path);
}

/* A file that is not there says nothing. */
static int read_file(const struct reader *reader, const char *path) {
	AUTO_CLOSE int fd = file_open(reader->root, path);
	AUTO_FREE char *data = NULL;
	size_t length;
	int r;

	if (fd == -ENOENT) {
		return 0;
	}
	if (fd < 0) {
		return cannot_read(reader, fd, path);
	}
	r = check(reader, fd, S_IFREG, path);
	if (r < 0) {
		return r;
	}
	r = stream_read(fd, CONFIGURATION_FILE_MAX, &data, &length);
	if (r < 0) {
		return cannot_read(reader, r, path);
	}
	return configuration_parse(path, data, length, reader->configuration, reader->error);
}

static bool is_drop_in(const char *name) {
	size_t length = strlen(name);

	return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".conf") == 0;
}

static int read_drop_ins(const struct reader *reader) {
	static const char directory[] = DIRECTORY "/baton.conf.d";
	AUTO_NAMES struct names names = {0};
	size_t count = 0;
	int r = check_directory(reader, directory);

	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	r = names_read(reader->root, directory, &names);
	if (r < 0) {
		return cannot_read(reader, r, directory);
	}
	for (size_t i = 0; i < names.count; i++) {
		char path[PATH_MAX];

		if (!is_drop_in(names.names[i])) {
			continue;
		}
		if (++count > DROP_INS_MAX) {
			return error_set(reader->error, -E2BIG, "more than %d files in %s",
				DROP_INS_MAX, directory);
		}
		r = name_format(path, sizeof(path), "%s/%s", directory, names.names[i]);
		if (r < 0) {
			return cannot_read(reader, r, directory);
		}
		r = read_file(reader, path);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static int read_guest(const struct reader *reader, const char *name) {
	static const char directory[] = DIRECTORY "/guests";
	char path[sizeof(directory) + NAME_MAX + 1];
	int r = check_directory(reader, directory);

	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	/* What cannot be a file's name has no file, and leads to no other. */
	if (strchr(name, '/') ||
		name_format(path, sizeof(path), "%s/%s.conf", directory, name) < 0) {
		return 0;
	}
	return read_file(reader, path);
}

int configuration_read(int root, enum configuration_owner owner, const char *guest_name,
	struct configuration *ret, struct error *error) {
	struct configuration configuration;
	const struct reader reader = {root, owner, &configuration, error};
	int r;

	configuration_init(&configuration);
	r = check_directory(&reader, DIRECTORY);
	if (r == 0) {
		r = read_file(&reader, DIRECTORY "/baton.conf");
	}
	if (r == 0) {
		r = read_drop_ins(&reader);
	}
	if (r == 0 && configuration.unit[0]) {
		return error_set(error, -EINVAL,
			"[guest] in baton.conf or baton.conf.d is about no guest: it belongs into " DIRECTORY
			"/guests/NAME.conf");
	}
	if (r == 0 && guest_name) {
		r = read_guest(&reader, guest_name);
	}
	if (r < 0 && r != -ENOENT) {
		return r;
	}
	*ret = configuration;
	return 0;
}

int configuration_read_guest(int root, enum configuration_owner owner, const char *guest_name,
	struct configuration *ret, struct error *error) {
	struct configuration configuration;
	const struct reader reader = {root, owner, &configuration, error};
	int r;

	configuration_init(&configuration);
	r = check_directory(&reader, DIRECTORY);
	r = r < 0 ? r : read_guest(&reader, guest_name);
	if (r < 0 && r != -ENOENT) {
		return r;
	}
	*ret = configuration;
	return 0;
}
