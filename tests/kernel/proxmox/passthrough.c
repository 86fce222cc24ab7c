// SPDX-License-Identifier: GPL-2.0-or-later
#include "passthrough.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "vfio.h"

#define DEVICES "/sys/bus/pci/devices"

static int is_function(const struct dirent *entry) {
	return strlen(entry->d_name) == strlen("0000:01:00.0");
}

/* An id without its function is the beginning of all functions' names of that slot. */
static bool add_functions(struct hostpci *entry, const char *id) {
	char beginning[2 * NAME_SIZE];
	struct dirent **names;
	size_t before = entry->count;
	int count = scandir(DEVICES, &names, is_function, alphasort);

	(void)snprintf(beginning, sizeof(beginning), "%s%.12s",
		strlen(id) <= strlen("01:00.0") ? "0000:" : "", id);
	for (int i = 0; i < count; i++) {
		if (strncmp(names[i]->d_name, beginning, strlen(beginning)) == 0 &&
			entry->count < FUNCTIONS_MAX) {
			(void)snprintf(entry->functions[entry->count++], NAME_SIZE, "%.15s",
				names[i]->d_name);
		}
		free(names[i]);
	}
	free(names);
	return entry->count > before || fail("no PCI device found for '%s'", id);
}

static bool take_word(struct hostpci *entry, char *word) {
	char *value = strchr(word, '='), *id;

	if (value && strncmp(word, "host=", 5) != 0) {
		*value++ = '\0';
		entry->keep |= strcmp(word, "driver") == 0 && strcmp(value, "keep") == 0;
		entry->hide_rom |= strcmp(word, "rombar") == 0 && strcmp(value, "0") == 0;
		if (strcmp(word, "romfile") == 0) {
			(void)snprintf(entry->romfile, sizeof(entry->romfile), "%s", value);
		}
		return true;
	}
	value = value ? value + 1 : word;
	while ((id = strsep(&value, ";"))) {
		if (!add_functions(entry, id)) {
			return false;
		}
	}
	return true;
}

bool passthrough_read(const struct config *config, struct passthrough *ret) {
	ret->count = 0;
	for (unsigned int i = 0; i < HOSTPCI_MAX; i++) {
		char key[KEY_SIZE], words[VALUE_SIZE], *rest = words, *word;
		struct hostpci *entry = &ret->entries[ret->count];
		const char *value;

		(void)snprintf(key, sizeof(key), "hostpci%u", i);
		value = section_get(&config->main, key);
		if (!value) {
			continue;
		}
		*entry = (struct hostpci){.index = i};
		(void)snprintf(words, sizeof(words), "%s", value);
		while ((word = strsep(&rest, ","))) {
			if (!take_word(entry, word)) {
				return false;
			}
		}
		ret->count++;
	}
	return true;
}

bool passthrough_prepare(const struct passthrough *passthrough, unsigned int vmid) {
	for (size_t i = 0; i < passthrough->count; i++) {
		const struct hostpci *entry = &passthrough->entries[i];

		for (size_t j = 0; !entry->keep && j < entry->count; j++) {
			if (!vfio_take_group(entry->functions[j], vmid)) {
				return fail("can't bind '%s' to vfio", entry->functions[j]);
			}
			vfio_reset(entry->functions[j]);
		}
	}
	return true;
}
