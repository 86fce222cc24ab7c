// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/character.h"

static int reserve(struct text *text, size_t length) {
	size_t size = text->size ? text->size : 256;
	char *data;

	while (size < text->length + length + 1) {
		size *= 2;
	}
	if (size == text->size) {
		return 0;
	}
	data = realloc(text->data, size);
	if (!data) {
		return -ENOMEM;
	}
	text->data = data;
	text->size = size;
	return 0;
}

int text_append(struct text *text, const char *data, size_t length) {
	int r = reserve(text, length);

	if (r < 0) {
		return r;
	}
	if (length > 0) {
		memcpy(text->data + text->length, data, length);
	}
	text->length += length;
	text->data[text->length] = '\0';
	return 0;
}

int text_add(struct text *text, const char *format, ...) {
	AUTO_FREE char *addition = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&addition, format, args);
	va_end(args);
	if (length < 0) {
		addition = NULL;
		return -ENOMEM;
	}
	return text_append(text, addition, (size_t)length);
}

int text_add_line(struct text *text, const char *format, ...) {
	AUTO_FREE char *line = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&line, format, args);
	va_end(args);
	if (n < 0) {
		line = NULL;
		return -ENOMEM;
	}
	(void)text_tame(line);
	return text_add(text, "%s\n", line);
}

void text_free(struct text *text) {
	free(text->data);
	*text = (struct text){0};
}

int name_set(char *ret, size_t size, const char *value) {
	size_t length = strlen(value);

	if (length >= size) {
		return -ENAMETOOLONG;
	}
	memmove(ret, value, length + 1);
	return 0;
}

int name_format(char *ret, size_t size, const char *format, ...) {
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(ret, size, format, args);
	va_end(args);
	if (length < 0) {
		return -EINVAL;
	}
	return (size_t)length < size ? 0 : -ENAMETOOLONG;
}

static bool is_plain(char c) {
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
		return true;
	}
	return c != '\0' && strchr("!#$&()*+,-./:;<=>?@[]^_{|}~", c);
}

int token_encode(const char *value, char *ret, size_t size) {
	static const char digits[] = "0123456789abcdef";
	size_t length = 0;

	for (const char *c = value; *c; c++) {
		if (length + 4 > size) {
			return -ENAMETOOLONG;
		}
		if (is_plain(*c)) {
			ret[length++] = *c;
		} else {
			ret[length++] = '%';
			ret[length++] = digits[(unsigned char)*c >> 4];
			ret[length++] = digits[(unsigned char)*c & 15];
		}
	}
	if (length == 0) {
		if (size < 2) {
			return -ENAMETOOLONG;
		}
		ret[length++] = '%';
	}
	ret[length] = '\0';
	return 0;
}

static int digit(char c) {
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int decode_byte(const char *token, size_t length, char *ret) {
	int high, low, byte;

	if (length < 3) {
		return -EINVAL;
	}
	high = digit(token[1]);
	low = digit(token[2]);
	byte = high * 16 + low;
	if (high < 0 || low < 0 || byte == 0 || is_plain((char)byte)) {
		return -EINVAL;
	}
	*ret = (char)byte;
	return 0;
}

int token_decode(const char *token, size_t length, char *ret, size_t size) {
	size_t done = 0, i = 0;

	if (length == 0) {
		return -EINVAL;
	}
	if (length == 1 && token[0] == '%') {
		length = 0;
	}
	while (i < length) {
		char c = token[i];

		if (done + 1 >= size) {
			return -ENAMETOOLONG;
		}
		if (c == '%') {
			int r = decode_byte(token + i, length - i, &c);

			if (r < 0) {
				return r;
			}
			i += 3;
		} else if (is_plain(c)) {
			i++;
		} else {
			return -EINVAL;
		}
		ret[done++] = c;
	}
	if (size == 0) {
		return -ENAMETOOLONG;
	}
	ret[done] = '\0';
	return 0;
}

size_t token_next(const char **line, const char **ret) {
	const char *start = *line;
	size_t length = strcspn(start, " ");

	*ret = start;
	*line = start + length + (start[length] == ' ');
	return length;
}

int token_take(const char **line, char *ret, size_t size) {
	const char *token;
	size_t length = token_next(line, &token);

	return token_decode(token, length, ret, size);
}

const char *text_next_line(const char *text) {
	const char *newline = strchr(text, '\n');

	return newline ? newline + 1 : text + strlen(text);
}

bool text_starts(const char *text, const char *prefix) {
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix) {
	size_t length = strlen(text), ending = strlen(suffix);

	return length > ending && strcmp(text + length - ending, suffix) == 0;
}

size_t text_tame(char *text) {
	size_t columns = 0;

	while (*text) {
		uint32_t code = '?';
		size_t length = character_read(text, &code);

		if (length == 0) {
			*text = '?';
			length = 1;
		}
		text += length;
		columns += character_columns(code);
	}
	return columns;
}

int number_parse(const char *text, unsigned long long max, unsigned long long *ret) {
	unsigned long long value = 0;

	if (!*text) {
		return -EINVAL;
	}
	for (; *text; text++) {
		unsigned int d = (unsigned int)(*text - '0');

		if (d > 9) {
			return -EINVAL;
		}
		if (value > (max - d) / 10) {
			return -ERANGE;
		}
		value = value * 10 + d;
	}
	*ret = value;
	return 0;
}
