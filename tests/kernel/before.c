// SPDX-License-Identifier: GPL-2.0-or-later
#include "before.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADDRESSES_MAX 32

static char *read_whole(int fd) {
	struct stat stat;
	char *data = fstat(fd, &stat) < 0 ? NULL : malloc((size_t)stat.st_size + 1);
	ssize_t n = data ? pread(fd, data, (size_t)stat.st_size, 0) : -1;

	if (n < 0) {
		free(data);
		return NULL;
	}
	data[n] = '\0';
	return data;
}

static bool dump_into(int fd, char *const *addresses) {
	char name[] = "dump", *words[ADDRESSES_MAX + 2] = {name};
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid;

	for (size_t i = 0; addresses[i] && i < ADDRESSES_MAX; i++) {
		words[i + 1] = addresses[i];
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
	if (posix_spawnp(&pid, "dump", &actions, NULL, words, environ) == 0) {
		(void)waitpid(pid, &status, 0);
	}
	posix_spawn_file_actions_destroy(&actions);
	return status == 0;
}

char *before_take(char *const *addresses) {
	int fd = memfd_create("dump", MFD_CLOEXEC);
	char *text = fd >= 0 && dump_into(fd, addresses) ? read_whole(fd) : NULL;

	if (fd >= 0) {
		close(fd);
	}
	return text;
}

static int order(const char *a, size_t a_length, const char *b, size_t b_length) {
	int r = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return r ? r : (a_length > b_length) - (a_length < b_length);
}

void before_compare(const char *before, const char *now,
	void (*different)(void *context, char sign, const char *line, size_t length),
	void *context) {
	while (*before || *now) {
		size_t before_length = strcspn(before, "\n"), now_length = strcspn(now, "\n");
		int r = !*before ? 1 : !*now ? -1 : order(before, before_length, now, now_length);

		if (r < 0) {
			different(context, '-', before, before_length);
		}
		if (r > 0) {
			different(context, '+', now, now_length);
		}
		before += r <= 0 ? before_length + (before[before_length] == '\n') : 0;
		now += r >= 0 ? now_length + (now[now_length] == '\n') : 0;
	}
}
