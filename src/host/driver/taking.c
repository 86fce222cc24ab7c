// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/taking.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/file.h"
#include "base/text.h"
#include "host/lines.h"

#define WORDS_MAX   64 /* of a command */
#define PATIENCE_MS 125
#define LIMIT_MS    10000

static const char *const words[] = {"driver_override", "/unbind", "nodedev-detach",
	"nodedev-reattach", "vfio-pci", "vfio_pci", "new_id", "driverctl"};

const char *taking_word(const char *data, size_t length) {
	for (size_t i = 0; i < COUNT(words); i++) {
		if (memmem(data, length, words[i], strlen(words[i]))) {
			return words[i];
		}
	}
	return NULL;
}

bool taking_gives_ids(const char *text) {
	return strstr(text, "new_id") || (strstr(text, "vfio") && strstr(text, "ids="));
}

/*
 * What a command names may be anything: opening /dev/watchdog arms it, and reading /proc/kmsg takes
 * the kernel's messages from others. Only a file that has bytes is looked into, and that is found
 * out without opening it.
 */
static bool is_file(int root, const char *path) {
	static const char *const kernels[] = {"/dev/", "/proc/", "/sys/"};
	struct stat stat;
	AUTO_CLOSE int fd = -1;

	for (size_t i = 0; i < COUNT(kernels); i++) {
		if (text_starts(path, kernels[i])) {
			return false;
		}
	}
	fd = path_open(root, path, O_PATH);
	return fd >= 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size > 0;
}

struct probe {
	int root;
	const char *path;
};

/* Is it a file, and does its first block come? A program is none: what is in it is not what it
 * does. */
static void probe(void *context, size_t index, void *ret_value) {
	const struct probe *of = context;
	AUTO_CLOSE int fd = -1;
	char magic[4] = "";

	if (is_file(of->root, of->path)) {
		fd = file_open(of->root, of->path);
		*(bool *)ret_value = fd >= 0 && read(fd, magic, sizeof(magic)) > 0 &&
				     memcmp(magic, "\177ELF", sizeof(magic)) != 0;
	}
}

/* A script on a server that does not answer any more must not keep us. */
static bool is_script(int root, const char *path) {
	struct probe of = {root, path};
	const struct aside aside = {.read = probe,
		.context = &of,
		.size = sizeof(bool),
		.root = root,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS};
	bool script = false, answered = false;

	return aside_read(&aside, 1, &script, &answered) == 0 && answered && script;
}

static int add_line(void *context, const struct source_line *line) {
	struct taking *taking = context;
	const char *word = taking_word(line->text, strlen(line->text));
	bool first = !taking->word;

	taking->ids = taking->ids || taking_gives_ids(line->text);
	if (!word || !first) {
		return 0;
	}
	taking->word = word;
	taking->line = line->number;
	taking->text = strdup(line->text);
	return taking->text ? 0 : -ENOMEM;
}

bool taking_find(int root, const char *path, struct taking *ret) {
	struct taking taking = {0};
	const struct line_reader reader = {add_line, &taking};

	if (!is_script(root, path) || lines_read(root, path, &reader) < 0 || !taking.word) {
		taking_done(&taking);
		return false;
	}
	*ret = taking;
	return true;
}

void taking_done(struct taking *taking) {
	free(taking->text);
	*taking = (struct taking){0};
}

bool taking_find_in_command(int root, const char *command, bool *ret_ids) {
	AUTO_FREE char *copy = strdup(command);
	char *rest = copy, *word;
	bool found = taking_word(command, strlen(command)), ids = taking_gives_ids(command);
	size_t count = 0;

	while (rest && (word = strsep(&rest, " \t\"'")) && count++ < WORDS_MAX) {
		struct taking taking = {0};

		if (*word == '/' && taking_find(root, word, &taking)) {
			found = true;
			ids = ids || taking.ids;
		}
		taking_done(&taking);
	}
	*ret_ids = ids;
	return found;
}
