// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/form.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool fits(char form, char c) {
	return form == 'x' ? isxdigit((unsigned char)c) != 0 : form == c;
}

static char lower(char c) {
	return (char)tolower((unsigned char)c);
}

int form_read(const char *form, const char *value, char *ret) {
	size_t size = strlen(form) + 1;

	/* The zero at the end is compared too: it stands for itself. */
	for (size_t i = 0; i < size; i++) {
		if (!fits(form[i], value[i])) {
			return -EINVAL;
		}
	}
	for (size_t i = 0; i < size; i++) {
		ret[i] = lower(value[i]);
	}
	return 0;
}
