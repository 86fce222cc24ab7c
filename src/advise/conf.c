// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/conf.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "request/line.h"

/* Where the main section ends, and what is in a line of it. */
struct entry {
	size_t begin, end; /* of the line, its newline included */
	struct line line;
	size_t key_length; /* 0: it has none */
};

static bool is_heading(const struct line *line) {
	return line->length > 1 && line->text[0] == '[' && line->text[line->length - 1] == ']';
}

/* The line at *at: false at the end of the main section. */
static bool next_entry(const struct text *document, size_t *at, struct entry *ret) {
	struct lines lines = {.rest = document->data + *at, .length = document->length - *at};
	struct entry entry = {.begin = *at};
	size_t i = 0;

	if (*at >= document->length || !line_next(&lines, &entry.line)) {
		return false;
	}
	entry.end = document->length - lines.length;
	line_trim_end(&entry.line);
	if (is_heading(&entry.line)) {
		return false;
	}
	while (i < entry.line.length && entry.line.text[i] != ':' && entry.line.text[i] != '#') {
		i++;
	}
	entry.key_length = i < entry.line.length && entry.line.text[i] == ':' ? i : 0;
	*at = entry.end;
	*ret = entry;
	return true;
}

static bool has_key(const struct entry *entry, const char *key) {
	return strlen(key) == entry->key_length &&
	       strncmp(entry->line.text, key, entry->key_length) == 0;
}

bool conf_get(const struct text *document, const char *key, char ret[CONF_VALUE_SIZE]) {
	struct entry entry;
	bool found = false;
	size_t at = 0;

	ret[0] = '\0';
	while (next_entry(document, &at, &entry)) {
		struct line value = entry.line;

		if (!has_key(&entry, key)) {
			continue;
		}
		value.text += entry.key_length + 1;
		value.length -= entry.key_length + 1;
		line_trim(&value);
		found = line_copy(&value, ret, CONF_VALUE_SIZE) == 0;
	}
	return found;
}

int conf_next(const struct text *document, size_t *at, char ret[CONF_KEY_SIZE]) {
	struct entry entry;

	while (next_entry(document, at, &entry)) {
		if (entry.key_length > 0 && name_format(ret, CONF_KEY_SIZE, "%.*s",
						    (int)entry.key_length, entry.line.text) == 0) {
			return 1;
		}
	}
	return 0;
}

static int replace(
	struct text *document, size_t begin, size_t end, const char *key, const char *value) {
	AUTO_TEXT struct text fresh = {0};
	int r = text_append(&fresh, document->data, begin);

	/* A last line without a newline. */
	if (r == 0 && value && begin > 0 && document->data[begin - 1] != '\n') {
		r = text_add(&fresh, "\n");
	}
	r = r < 0 || !value ? r : text_add(&fresh, "%s: %s\n", key, value);
	r = r < 0 ? r : text_append(&fresh, document->data + end, document->length - end);
	if (r == 0) {
		struct text former = *document;

		*document = fresh;
		fresh = former;
	}
	return r;
}

int conf_set(struct text *document, const char *key, const char *value) {
	struct entry entry, last = {0};
	bool found = false, behind = false;
	size_t at = 0, place = 0;

	while (next_entry(document, &at, &entry)) {
		if (has_key(&entry, key)) {
			last = entry;
			found = true;
		}
		/* Before the first key that comes after it, or behind the last one. */
		if (entry.key_length > 0 && !behind) {
			char other[CONF_KEY_SIZE] = "";

			(void)!name_format(other, sizeof(other), "%.*s", (int)entry.key_length,
				entry.line.text);
			behind = strcmp(other, key) > 0;
			place = behind ? entry.begin : entry.end;
		} else if (entry.key_length == 0 && entry.line.length > 0 && !behind) {
			place = entry.end; /* the description */
		}
	}
	if (found) {
		return replace(document, last.begin, last.end, key, value);
	}
	return value ? replace(document, place, place, key, value) : 0;
}

/* The part at *rest; its length. */
static size_t next_part(const char **rest, const char **ret) {
	size_t length = strcspn(*rest, ",");

	*ret = *rest;
	*rest += length + ((*rest)[length] == ',');
	return length;
}

static bool is_part(const char *part, size_t length, const char *key, size_t *ret_value) {
	const char *equals = memchr(part, '=', length);

	if (!key) {
		*ret_value = 0;
		return !equals;
	}
	*ret_value = strlen(key) + 1;
	return equals && (size_t)(equals - part) == strlen(key) &&
	       strncmp(part, key, strlen(key)) == 0;
}

bool property_get(const char *properties, const char *key, char ret[CONF_VALUE_SIZE]) {
	ret[0] = '\0';
	while (*properties) {
		const char *part;
		size_t length = next_part(&properties, &part), value;

		if (length > 0 && is_part(part, length, key, &value)) {
			return name_format(ret, CONF_VALUE_SIZE, "%.*s", (int)(length - value),
				       part + value) == 0;
		}
	}
	return false;
}

static int add_part(struct text *text, const char *key, const char *value) {
	return text_add(text, "%s%s%s%s", text->length > 0 ? "," : "", key ? key : "",
		key ? "=" : "", value);
}

int property_set(
	const char *properties, const char *key, const char *value, char ret[CONF_VALUE_SIZE]) {
	AUTO_TEXT struct text text = {0};
	bool done = !value;
	int r = 0;

	if (!key && value) {
		r = add_part(&text, NULL, value);
		done = true;
	}
	while (r == 0 && *properties) {
		const char *part;
		size_t length = next_part(&properties, &part), at;

		if (length == 0) {
			continue;
		}
		if (!is_part(part, length, key, &at)) {
			r = text_add(
				&text, "%s%.*s", text.length > 0 ? "," : "", (int)length, part);
		} else if (!done) {
			r = add_part(&text, key, value);
			done = true;
		}
	}
	if (r == 0 && !done) {
		r = add_part(&text, key, value);
	}
	return r < 0 ? r : name_set(ret, CONF_VALUE_SIZE, text.data ? text.data : "");
}
