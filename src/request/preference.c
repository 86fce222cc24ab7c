// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/preference.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

/* Appends the word behind the separator. */
static int add(char ret[PREFERENCE_TEXT_SIZE], const char *separator, const char *word) {
	size_t used = strlen(ret);

	return name_format(
		ret + used, PREFERENCE_TEXT_SIZE - used, "%s%s", used ? separator : "", word);
}

/* All words that are good, with the separator in between. */
static int collect(const char *words, bool (*is_good)(const char *word), const char *separator,
	char ret[PREFERENCE_TEXT_SIZE]) {
	char all[PREFERENCE_TEXT_SIZE] = "";

	while (*words) {
		size_t length = strcspn(words, " \t");
		char word[PREFERENCE_TEXT_SIZE];

		if (name_format(word, sizeof(word), "%.*s", (int)length, words) < 0 ||
			!is_good(word) || add(all, separator, word) < 0) {
			return -EINVAL;
		}
		words += length;
		words += strspn(words, " \t");
	}
	return name_set(ret, PREFERENCE_TEXT_SIZE, all);
}

static bool is_method(const char *word) {
	static const char *const methods[] = {
		"device_specific", "acpi", "flr", "af_flr", "pm", "bus", "cxl_bus"};

	for (size_t i = 0; i < COUNT(methods); i++) {
		if (strcmp(methods[i], word) == 0) {
			return true;
		}
	}
	return false;
}

int preference_reset_method(
	const char *words, char ret[PREFERENCE_TEXT_SIZE], struct error *error) {
	if (collect(words, is_method, " ", ret) < 0) {
		return error_set(error, -EINVAL,
			"reset-method = \"%s\" is not of the kernel's methods: device_specific, "
			"acpi, flr, af_flr, pm, bus, cxl_bus",
			words);
	}
	return 0;
}

/* "2=8M": of six BARs one, and a power of two from 1M on. */
static bool is_size(const char *word) {
	unsigned long long size;
	char number[8];
	size_t length = strlen(word), digits;

	if (length < 4 || word[0] < '0' || word[0] > '5' || word[1] != '=' || word[2] == '0') {
		return false;
	}
	digits = length - 3;
	if ((word[length - 1] != 'M' && word[length - 1] != 'G') ||
		name_format(number, sizeof(number), "%.*s", (int)digits, word + 2) < 0 ||
		number_parse(number, 1ULL << 20, &size) < 0) {
		return false;
	}
	return (size & (size - 1)) == 0;
}

int preference_bar_sizes(const char *words, char ret[PREFERENCE_TEXT_SIZE], struct error *error) {
	if (collect(words, is_size, ",", ret) < 0) {
		return error_set(error, -EINVAL,
			"bar-size = \"%s\" is not a BAR and its size, such as 2=8M or 0=16G (powers "
			"of two)",
			words);
	}
	return 0;
}
