// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/backup.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/create.h"
#include "setup/record.h"

/* As many in one second; a person makes one. */
#define SAME_SECOND_MAX 16

static int name_file(const char *key, unsigned int number, char *ret, size_t size) {
	time_t now = time(NULL);
	struct tm at;
	char stamp[32];
	int r;

	if (!gmtime_r(&now, &at) || strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &at) == 0) {
		return -EINVAL;
	}
	r = number == 0 ? name_format(ret, size, "%s-%s", key, stamp)
			: name_format(ret, size, "%s-%s-%u", key, stamp, number);
	for (char *c = ret; r == 0 && *c; c++) {
		*c = *c == ':' || *c == '/' ? '-' : *c;
	}
	return r;
}

int backup_write(int root, uid_t owner, const char *key, const struct text *text,
	char ret[BACKUP_PATH_SIZE], struct error *error) {
	AUTO_CLOSE int directory = record_open(root, owner, true, error);
	char name[BACKUP_PATH_SIZE - sizeof(RECORD_DIRECTORY)];
	int r = directory < 0 ? directory : -EEXIST;

	for (unsigned int i = 0; r == -EEXIST && i < SAME_SECOND_MAX; i++) {
		r = name_file(key, i, name, sizeof(name));
		r = r < 0 ? r : file_create(directory, name, S_IRUSR | S_IWUSR, text);
	}
	if (r < 0) {
		return directory < 0 ? r
				     : error_set(error, r, "cannot write into %s: %s",
					       RECORD_DIRECTORY, strerror(-r));
	}
	return name_format(ret, BACKUP_PATH_SIZE, "%s/%s", RECORD_DIRECTORY, name);
}

void backup_remove(int root, uid_t owner, const char *path) {
	AUTO_CLOSE int directory = record_open(root, owner, false, NULL);
	const char *slash = strrchr(path, '/');

	if (directory >= 0 && slash) {
		(void)unlinkat(directory, slash + 1, 0);
	}
}
