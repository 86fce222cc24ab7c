// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "capture/blank.h"
#include "capture/keep.h"

/* All, but for passwords in words of a command line. */
int keep_words(const struct keeping *keeping, struct text *ret) {
	return blank_secrets(keeping->data, keeping->length, false, ret);
}

/* "Linux version 6.12.0 (alice@laptop) ...": who built a kernel, or a module, and where. */
int keep_builder(const struct keeping *keeping, struct text *ret) {
	const char *at = keeping->data;
	int r = text_append(ret, "", 0);

	while (*at && r == 0) {
		size_t length = strcspn(at, " \t\n()");

		r = memchr(at, '@', length) ? text_add(ret, "user@host")
					    : text_append(ret, at, length);
		at += length;
		length = strspn(at, " \t\n()");
		r = r < 0 ? r : text_append(ret, at, length);
		at += length;
	}
	return r;
}

/* A guest of Proxmox VE: "args" are words of QEMU's. */
int keep_options(const struct keeping *keeping, struct text *ret) {
	AUTO_TEXT struct text rest = {0};
	int r = keep_but_starts(keeping, &rest);

	return r < 0 || !rest.data ? r : blank_secrets(rest.data, rest.length, true, ret);
}

/* What a person wrote about a guest, what it is told of its hardware, and its environment. */
static const struct {
	const char *begin, *end;
} dropped[] = {
	{"<!--", "-->"},
	{"<sysinfo", "</sysinfo>"},
	{"<serial>", "</serial>"}, /* a disk's; a port has a type */
	{"<title>", "</title>"},
	{"<description>", "</description>"},
	{"<qemu:env", ">"},
};

/* Behind what is dropped from here on: `at` itself if nothing is. */
static const char *skip_dropped(const char *at) {
	for (size_t i = 0; i < COUNT(dropped); i++) {
		const char *end, *close;

		if (!text_starts(at, dropped[i].begin)) {
			continue;
		}
		close = strchr(at, '>');
		if (close && close[-1] == '/' && at[1] != '!') {
			return close + 1;
		}
		end = strstr(at, dropped[i].end);
		return end ? end + strlen(dropped[i].end) : at + strlen(at);
	}
	return at;
}

int keep_domain(const struct keeping *keeping, struct text *ret) {
	AUTO_TEXT struct text rest = {0};
	const char *at = keeping->data;
	int r = text_append(&rest, "", 0);

	while (r == 0 && *at) {
		const char *behind = *at == '<' ? skip_dropped(at) : at;
		size_t length = behind == at ? 1 + strcspn(at + 1, "<") : 0;

		r = text_append(&rest, at, length);
		at = behind + length;
	}
	return r < 0 ? r : blank_secrets(rest.data, rest.length, true, ret);
}
