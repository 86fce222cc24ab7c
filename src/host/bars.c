// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/bars.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

#define RESOURCES_MAX 4096 /* seventeen lines of 57 characters */

unsigned int bars_look(const char *name) {
	static const char before[] = "resource", behind[] = "_resize";
	const char *digit = name + strlen(before);

	if (!text_starts(name, before) || *digit < '0' || *digit >= '0' + BARS_MAX ||
		strcmp(digit + 1, behind) != 0) {
		return 0;
	}
	return 1U << (*digit - '0');
}

/* Appends to the text; one that does not fit leaves it as it is. */
static void add(char ret[BARS_SIZE], unsigned int bar, uint64_t size) {
	size_t length = strlen(ret);
	bool whole = size % GIB == 0;

	if (name_format(ret + length, BARS_SIZE - length, "%s%u=%llu%c", length ? "," : "", bar,
		    (unsigned long long)(size / (whole ? GIB : MIB)), whole ? 'G' : 'M') < 0) {
		ret[length] = '\0';
	}
}

/* A line is "START END FLAGS", all hexadecimal; a BAR without room has zeros. */
static uint64_t take_size(const char *line) {
	unsigned long long start, end;

	if (sscanf(line, "%llx %llx", &start, &end) != 2 || end <= start) {
		return 0;
	}
	return end - start + 1;
}

void bars_read(int device, unsigned int resizable, char ret[BARS_SIZE]) {
	AUTO_FREE char *lines = NULL;
	const char *line;

	ret[0] = '\0';
	if (!resizable || file_read(device, "resource", RESOURCES_MAX, &lines, NULL) < 0) {
		return;
	}
	line = lines;
	for (unsigned int bar = 0; bar < BARS_MAX && *line; bar++) {
		uint64_t size = take_size(line);

		if ((resizable & 1U << bar) && size >= MIB) {
			add(ret, bar, size);
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
}

void bars_find(int device, char ret[BARS_SIZE]) {
	unsigned int resizable = 0;

	for (unsigned int bar = 0; bar < BARS_MAX; bar++) {
		char name[32];

		(void)!name_format(name, sizeof(name), "resource%u_resize", bar);
		resizable |= file_exists(device, name) ? bars_look(name) : 0;
	}
	bars_read(device, resizable, ret);
}

static bool is_power_of_two(uint64_t size) {
	return size && (size & (size - 1)) == 0;
}

bool bars_take(const char **text, unsigned int *ret_bar, uint64_t *ret_size) {
	const char *word = *text;
	unsigned long long count;
	uint64_t size;
	char *end;

	if (word[0] < '0' || word[0] >= '0' + BARS_MAX || word[1] != '=' || word[2] < '1' ||
		word[2] > '9') {
		return false;
	}
	count = strtoull(word + 2, &end, 10);
	if (count >= GIB || (*end != 'M' && *end != 'G') || (end[1] && end[1] != ',')) {
		return false;
	}
	size = count * (*end == 'M' ? MIB : GIB);
	if (!is_power_of_two(size) || (end[1] == ',' && !end[2])) {
		return false;
	}
	*ret_bar = (unsigned int)(word[0] - '0');
	*ret_size = size;
	*text = end + 1 + (end[1] == ',');
	return true;
}

int bars_merge(const char *all, const char *some, char ret[BARS_SIZE]) {
	uint64_t wanted[BARS_MAX] = {0}, size;
	char merged[BARS_SIZE] = "";
	unsigned int bar;

	while (bars_take(&some, &bar, &size)) {
		wanted[bar] = size;
	}
	while (bars_take(&all, &bar, &size)) {
		add(merged, bar, wanted[bar] ? wanted[bar] : size);
		wanted[bar] = 0;
	}
	for (bar = 0; bar < BARS_MAX; bar++) {
		if (wanted[bar]) {
			return -EINVAL;
		}
	}
	return name_set(ret, BARS_SIZE, merged);
}
