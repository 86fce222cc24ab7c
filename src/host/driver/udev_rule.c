// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/udev_rule.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

/* Ends the word at the character, if it stands there, and goes on behind it. */
static bool take(char **rest, char c) {
	if (**rest != c) {
		return false;
	}
	*(*rest)++ = '\0';
	return true;
}

static void skip(char **rest, const char *these) {
	*rest += strspn(*rest, these);
}

/* Up to the quote that is not escaped. */
static char *take_value(char **rest) {
	char *start, *c;

	if (**rest == 'e' || **rest == 'i') {
		++*rest; /* e"with C's escapes", i"case does not matter" */
	}
	if (!take(rest, '"')) {
		return NULL;
	}
	for (start = c = *rest; *c && *c != '"'; c++) {
		c += *c == '\\' && c[1] == '"';
	}
	if (!*c) {
		return NULL;
	}
	*c = '\0';
	*rest = c + 1;
	return start;
}

/* "==", "!=" ask; "=", "+=", "-=" and ":=" set. False: there is none of these. */
static bool take_sign(char **rest, struct udev_token *token) {
	char first;

	/* The blanks in front end the key. */
	while (take(rest, ' ') || take(rest, '\t')) {
	}
	first = **rest;
	if (!first || !strchr("=!+-:", first)) {
		return false;
	}
	(void)take(rest, first);
	token->match = **rest == '=' && (first == '=' || first == '!');
	token->negated = first == '!';
	if (**rest == '=') {
		++*rest;
	}
	skip(rest, " \t");
	return true;
}

bool udev_token_next(char **rest, struct udev_token *ret) {
	struct udev_token token = {.attribute = ""};

	skip(rest, " \t,");
	token.key = *rest;
	while (isupper((unsigned char)**rest)) {
		++*rest;
	}
	if (*rest == token.key) {
		return false;
	}
	if (take(rest, '{')) {
		token.attribute = *rest;
		*rest += strcspn(*rest, "}");
		if (!take(rest, '}')) {
			return false;
		}
	}
	if (!take_sign(rest, &token)) {
		return false;
	}
	token.value = take_value(rest);
	if (!token.value) {
		return false;
	}
	*ret = token;
	return true;
}

bool udev_value_fits(const char *value, const char *is) {
	AUTO_FREE char *copy = strdup(value);
	char *rest = copy, *one;

	while (rest && (one = strsep(&rest, "|"))) {
		if (fnmatch(one, is, FNM_CASEFOLD) == 0) {
			return true;
		}
	}
	return !copy;
}
