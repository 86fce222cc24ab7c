// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/alias.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"

/* Distributions' own are about 1 MiB. */
#define FILE_MAX_SIZE (64U << 20)

void aliases_free(struct aliases *aliases) {
	free(aliases->aliases);
	*aliases = (struct aliases){0};
}

/* Copies length bytes; false if they do not fit or are none. */
static bool copy(char *ret, size_t size, const char *data, size_t length) {
	if (length == 0 || length >= size) {
		return false;
	}
	memcpy(ret, data, length);
	ret[length] = '\0';
	return true;
}

static int add(struct aliases *aliases, const struct alias *alias, const char *modalias) {
	if (modalias && fnmatch(alias->pattern, modalias, 0) != 0) {
		return 0;
	}
	if (!ARRAY_ROOM(aliases->aliases, aliases->count)) {
		return -ENOMEM;
	}
	aliases->aliases[aliases->count++] = *alias;
	return 0;
}

/* "PATTERN MODULE" */
static int add_line(
	const char *line, size_t length, const char *modalias, struct aliases *aliases) {
	const char *blank = memchr(line, ' ', length);
	struct alias alias;

	if (!blank || !copy(alias.pattern, sizeof(alias.pattern), line, (size_t)(blank - line)) ||
		!copy(alias.module, sizeof(alias.module), blank + 1,
			length - (size_t)(blank + 1 - line))) {
		return 0;
	}
	return add(aliases, &alias, modalias);
}

/* The file has tens of thousands of lines: one search through it finds those with the prefix. */
int aliases_parse(const char *data, size_t length, const char *prefix, const char *modalias,
	struct aliases *aliases) {
	const char *end = data + length, *at = data;
	char start[LABEL_SIZE];
	int r = name_format(start, sizeof(start), "alias %s", prefix);

	if (r < 0) {
		return r;
	}
	while ((at = memmem(at, (size_t)(end - at), start, strlen(start)))) {
		const char *line = at + strlen("alias ");
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *stop = newline ? newline : end;

		if (at == data || at[-1] == '\n') {
			r = add_line(line, (size_t)(stop - line), modalias, aliases);
			if (r < 0) {
				return r;
			}
		}
		at = stop;
	}
	return 0;
}

/* "MODULE.alias=PATTERN"; other entries are passed over. */
static int add_builtin(const char *entry, size_t length, const char *prefix, const char *modalias,
	struct aliases *aliases) {
	static const char key[] = ".alias=";
	const char *found = memmem(entry, length, key, strlen(key));
	const char *pattern = found ? found + strlen(key) : NULL;
	struct alias alias;

	if (!found || !copy(alias.module, sizeof(alias.module), entry, (size_t)(found - entry)) ||
		!copy(alias.pattern, sizeof(alias.pattern), pattern,
			length - (size_t)(pattern - entry)) ||
		!text_starts(alias.pattern, prefix)) {
		return 0;
	}
	return add(aliases, &alias, modalias);
}

int aliases_parse_builtin(const char *data, size_t length, const char *prefix, const char *modalias,
	struct aliases *aliases) {
	const char *end = data + length;

	while (data < end) {
		size_t entry = strnlen(data, (size_t)(end - data));
		int r = add_builtin(data, entry, prefix, modalias, aliases);

		if (r < 0) {
			return r;
		}
		data += entry + 1;
	}
	return 0;
}

static unsigned int wildcards(const char *pattern) {
	unsigned int count = 0;

	for (; *pattern; pattern++) {
		count += *pattern == '*';
	}
	return count;
}

const struct alias *aliases_best(const struct aliases *aliases, const char *modalias) {
	const struct alias *best = NULL;
	unsigned int fewest = UINT32_MAX;

	for (size_t i = 0; i < aliases->count; i++) {
		const struct alias *alias = &aliases->aliases[i];
		unsigned int count = wildcards(alias->pattern);

		if (count < fewest && fnmatch(alias->pattern, modalias, 0) == 0) {
			best = alias;
			fewest = count;
		}
	}
	return best;
}

int module_file_read(
	int root, const char *kernel, const char *name, char **ret, size_t *ret_length) {
	char path[sizeof("lib/modules//") + LABEL_SIZE + LABEL_SIZE];
	int r = name_format(path, sizeof(path), "lib/modules/%s/%s", kernel, name);

	return r < 0 ? r : file_read(root, path, FILE_MAX_SIZE, ret, ret_length);
}

int aliases_add(struct aliases *aliases, const char *pattern, const char *module) {
	struct alias alias;

	if (!copy(alias.pattern, sizeof(alias.pattern), pattern, strlen(pattern)) ||
		!copy(alias.module, sizeof(alias.module), module, strlen(module))) {
		return 0;
	}
	return add(aliases, &alias, NULL);
}
