/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

static bool is_blank(char character) {
	return character == ' ' || character == '\t' || character == '\n';
}

static void add_character(struct text *text, char character) {
	if (text->length + 1 >= text->size) {
		text->cut = true;
		return;
	}
	text->data[text->length++] = character;
	text->data[text->length] = '\0';
}

static void add_number(struct text *text, uint32_t value, uint32_t base, size_t width) {
	char digits[16];
	size_t count = 0;
	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	while (count < width && count < sizeof(digits)) {
		digits[count++] = '0';
	}
	while (count > 0) {
		add_character(text, digits[--count]);
	}
}

/* One conversion, after its %; returns where the format goes on. */
static const char *add_conversion(struct text *text, const char *format, va_list *list) {
	size_t width = 0;
	while (*format >= '0' && *format <= '9') {
		width = width * 10 + (size_t)(*format++ - '0');
	}
	if (*format == 's') {
		for (const char *string = va_arg(*list, const char *); *string != '\0'; string++) {
			add_character(text, *string);
		}
	} else if (*format == 'c') {
		add_character(text, (char)va_arg(*list, int));
	} else {
		add_number(text, va_arg(*list, uint32_t), *format == 'x' ? 16 : 10, width);
	}
	return format + 1;
}

void text_add_list(struct text *text, const char *format, va_list list) {
	va_list rest;
	va_copy(rest, list);
	while (*format != '\0') {
		if (*format == '%') {
			format = add_conversion(text, format + 1, &rest);
		} else {
			add_character(text, *format++);
		}
	}
	va_end(rest);
}

void text_add(struct text *text, const char *format, ...) {
	va_list list;
	va_start(list, format);
	text_add_list(text, format, list);
	va_end(list);
}

const char *text_value(const char *line, const char *key) {
	const char *found = NULL;
	bool fresh = true;
	for (; *line != '\0'; fresh = is_blank(*line), line++) {
		size_t length = 0;
		while (key[length] != '\0' && line[length] == key[length]) {
			length++;
		}
		if (fresh && key[length] == '\0' && line[length] == '=') {
			found = line + length + 1;
		}
	}
	return found;
}

size_t text_word_length(const char *string) {
	size_t length = 0;
	while (string[length] != '\0' && !is_blank(string[length])) {
		length++;
	}
	return length;
}

bool text_word_is(const char *string, const char *word) {
	size_t index = 0;
	while (word[index] != '\0' && string[index] == word[index]) {
		index++;
	}
	return word[index] == '\0' && text_word_length(string) == index;
}

bool text_number(const char *string, uint32_t limit, uint32_t *ret) {
	size_t length = text_word_length(string);
	uint32_t value = 0;
	if (length == 0 || length > 9) {
		return false;
	}
	for (size_t index = 0; index < length; index++) {
		if (string[index] < '0' || string[index] > '9') {
			return false;
		}
		value = value * 10 + (uint32_t)(string[index] - '0');
	}
	if (value > limit) {
		return false;
	}
	*ret = value;
	return true;
}
