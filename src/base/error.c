// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *error, int r, const char *format, ...) {
	va_list args;

	if (!error) {
		return r;
	}
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return r;
}

int error_add(struct error *error, int r, const char *format, ...) {
	struct error before;
	va_list args;
	size_t length;

	if (!error) {
		return r;
	}
	before = *error;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	length = strlen(error->text);
	snprintf(error->text + length, sizeof(error->text) - length, ": %s", before.text);
	return r;
}
