// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "request/qemu/arguments.h"
#include "request/qemu/group.h"

/*
 * A file of -readconfig, as qemu_config_foreach in util/qemu-config.c reads it. It is no INI as
 * others have it: values are quoted, blanks around '=' are required, nothing escapes anything.
 */

#define LINE_SIZE 1024 /* QEMU takes what is longer for two lines */

static const char blanks[] = " \t\r";

struct parser {
	unsigned int line;
	bool in_group;
	unsigned int group_line;
	struct qemu_group group;
	struct qemu_arguments *arguments;
	struct error *error;
};

static void parser_done(struct parser *parser) {
	qemu_group_done(&parser->group);
}

static int end_group(struct parser *parser) {
	int r = 0;

	if (parser->in_group) {
		r = qemu_group_apply(&parser->group, parser->arguments, parser->error);
	}
	qemu_group_done(&parser->group);
	if (r < 0) {
		/* Told of the heading: the line where we noticed it is another group's. */
		parser->line = parser->group_line;
	}
	return r;
}

/* [GROUP] or [GROUP "ID"]. */
static int read_heading(struct parser *parser, char *line) {
	char *name = line + 1 + strspn(line + 1, blanks);
	int r;

	if (!strchr(name, ']')) {
		return error_set(parser->error, -EINVAL, "expected [GROUP] or [GROUP \"ID\"]");
	}
	r = end_group(parser);
	if (r < 0) {
		return r;
	}
	name[strcspn(name, " \t\r]")] = '\0';
	parser->in_group = true;
	parser->group_line = parser->line;
	parser->group.kind = qemu_group_kind(name);
	return 0;
}

/* KEY = "VALUE". */
static int read_pair(struct parser *parser, char *line) {
	char *key = line + strspn(line, blanks);
	char *key_end = key + strcspn(key, blanks);
	char *value = key_end + strspn(key_end, blanks);
	char *value_end = NULL;

	if (*value == '=') {
		value += 1 + strspn(value + 1, blanks);
		value_end = *value == '"' ? strchr(value + 1, '"') : NULL;
	}
	if (key == key_end || !value_end) {
		return error_set(parser->error, -EINVAL, "expected KEY = \"VALUE\"");
	}
	*key_end = '\0';
	*value_end = '\0';
	if (!parser->in_group) {
		return error_set(parser->error, -EINVAL, "\"%s\" stands before any [GROUP]", key);
	}
	return qemu_group_set(&parser->group, key, value + 1, parser->error);
}

static int read_line(struct parser *parser, const char *data, size_t length) {
	char line[LINE_SIZE];

	if (length == 0 || data[0] == '#') {
		return 0;
	}
	if (length >= sizeof(line)) {
		return error_set(parser->error, -EINVAL, "the line is longer than %zu bytes",
			sizeof(line) - 1);
	}
	if (memchr(data, '\0', length)) {
		return error_set(parser->error, -EINVAL, "there is a zero byte");
	}
	memcpy(line, data, length);
	line[length] = '\0';
	return line[0] == '[' ? read_heading(parser, line) : read_pair(parser, line);
}

static int read_lines(struct parser *parser, const char *data, size_t length) {
	while (length > 0) {
		const char *newline = memchr(data, '\n', length);
		size_t line = newline ? (size_t)(newline - data) : length;
		int r;

		parser->line++;
		r = read_line(parser, data, line);
		if (r < 0) {
			return r;
		}
		line += newline != NULL;
		data += line;
		length -= line;
	}
	return end_group(parser);
}

int qemu_config_parse(const char *name, const char *data, size_t length,
	struct qemu_arguments *arguments, struct error *error) {
	struct qemu_arguments found = *arguments;
	CLEANUP(parser_done)
	struct parser parser = {.arguments = &found, .error = error};
	int r;

	if (length > QEMU_CONFIG_MAX) {
		return error_set(
			error, -EFBIG, "%s is larger than %zu MiB", name, QEMU_CONFIG_MAX >> 20);
	}
	r = read_lines(&parser, data, length);
	if (r < 0) {
		return error_add(error, r, "%s:%u", name, parser.line);
	}
	if (arguments->name[0]) {
		memcpy(found.name, arguments->name, sizeof(found.name));
	}
	*arguments = found;
	return 0;
}
