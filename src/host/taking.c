// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/taking.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "host/lines.h"

#define WORDS_MAX 64 /* of a command */

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

/* 1: found. A program is none: what is in it is not what it does. */
static int add_line(void *context, const struct source_line *line) {
	struct taking *taking = context;
	const char *word = taking_word(line->text, strlen(line->text));

	if (line->number == 1 && text_starts(line->text, "\177ELF")) {
		return 2;
	}
	if (!word) {
		return 0;
	}
	*taking = (struct taking){.word = word, .line = line->number, .text = strdup(line->text)};
	return taking->text ? 1 : 2;
}

bool taking_find(int root, const char *path, struct taking *ret) {
	struct taking taking = {0};
	const struct line_reader reader = {add_line, &taking};

	if (lines_read(root, path, &reader) != 1) {
		return false;
	}
	*ret = taking;
	return true;
}

void taking_done(struct taking *taking) {
	free(taking->text);
	*taking = (struct taking){0};
}

bool taking_find_in_command(int root, const char *command, struct taking *ret, char **ret_script) {
	AUTO_FREE char *copy = strdup(command);
	char *rest = copy, *word;
	size_t count = 0;

	*ret_script = NULL;
	*ret = (struct taking){.word = taking_word(command, strlen(command))};
	if (ret->word) {
		return true;
	}
	while (rest && (word = strsep(&rest, " \t\"'")) && count++ < WORDS_MAX) {
		if (*word == '/' && taking_find(root, word, ret)) {
			*ret_script = strdup(word);
			return true;
		}
	}
	return false;
}
