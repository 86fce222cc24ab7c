// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "setup/boot/put_back.h"

/* Three texts, with a byte of zeroes between them. */
static struct text take(const char **data, size_t *length) {
	const char *end = memchr(*data, '\0', *length);
	struct text text = {.data = (char *)*data, .length = end ? (size_t)(end - *data) : *length};
	size_t used = text.length + (end != NULL);

	*data += used;
	*length -= used;
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	const char *rest = (const char *)data;
	const struct text before = take(&rest, &size), after = take(&rest, &size),
			  now = take(&rest, &size);
	AUTO_TEXT struct text home = {0}, other = {0}, list = {0};

	/* What nobody has changed becomes what it was, or it cannot be told. */
	if (put_back(&before, &after, &after, &home) == 0) {
		assert(home.length == before.length &&
			(!home.length || memcmp(home.data, before.data, home.length) == 0));
	}
	if (put_back(&before, &after, &now, &other) < 0) {
		assert(!other.data);
	}
	(void)!put_back_list(&before, &after, &list);
	return 0;
}
