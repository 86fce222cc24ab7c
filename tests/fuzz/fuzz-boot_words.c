// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "setup/boot/words.h"

static bool same(const struct text *text, const char *data, size_t length) {
	return text->length == length && memcmp(text->data, data, length) == 0;
}

static void try_place(const struct word_place *place, const char *data, size_t length) {
	static const char word[] = "intel_iommu=on";
	AUTO_TEXT struct text without = {0}, with = {0}, again = {0}, home = {0};

	if (word_remove(place, data, length, word, &without) < 0) {
		assert(memchr(data, '\0', length));
		return;
	}
	assert(without.length <= length);
	if (word_add(place, without.data, without.length, word, &with) < 0) {
		return;
	}
	/* Once is enough, and there and back is nowhere. */
	assert(with.length > without.length);
	assert(word_add(place, with.data, with.length, word, &again) == 0);
	assert(same(&again, with.data, with.length));
	assert(word_remove(place, with.data, with.length, word, &home) == 0);
	assert(same(&home, without.data, without.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static const struct word_place places[] = {{FORM_SHELL, "GRUB_CMDLINE_LINUX_DEFAULT"},
		{FORM_SHELL, "A"}, {FORM_SHELL, "HOOKS", true}, {FORM_WORDS, NULL},
		{FORM_ENTRIES, NULL}};

	for (size_t i = 0; i < COUNT(places); i++) {
		try_place(&places[i], (const char *)data, size);
	}
	return 0;
}
