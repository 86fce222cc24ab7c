// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/cause.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "inventory/boot/command_line.h"

#define TABLES       "/sys/firmware/acpi/tables"
#define INTEL_ON     "intel_iommu=on"
#define VENDOR_INTEL 0x8086
#define FILE_MAX     (1U << 20)

/* The first processor tells. */
static enum processor_maker read_maker(int root) {
	AUTO_CLOSE int fd = file_open(root, "proc/cpuinfo");
	char data[4096];
	ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof(data) - 1);

	if (n <= 0) {
		return MAKER_OTHER;
	}
	data[n] = '\0';
	if (strstr(data, "GenuineIntel")) {
		return MAKER_INTEL;
	}
	return strstr(data, "AuthenticAMD") || strstr(data, "HygonGenuine") ? MAKER_AMD
									    : MAKER_OTHER;
}

/* Everybody may list the tables; a directory that is not there says nothing. */
static enum iommu_table read_table(int root, enum processor_maker maker) {
	AUTO_NAMES struct names names = {0};
	const char *wanted = maker == MAKER_INTEL ? "DMAR" : "IVRS";

	if (maker == MAKER_OTHER || names_read(root, TABLES, &names) < 0 || names.count == 0) {
		return TABLE_UNKNOWN;
	}
	for (size_t i = 0; i < names.count; i++) {
		if (strcmp(names.names[i], wanted) == 0) {
			return TABLE_THERE;
		}
	}
	return TABLE_MISSING;
}

static bool has_line(const char *data, const char *line) {
	size_t length = strlen(line);

	for (; *data; data = text_next_line(data)) {
		if (text_starts(data, line) && (data[length] == '\n' || !data[length])) {
			return true;
		}
	}
	return false;
}

static enum iommu_default judge_default(const char *data, enum processor_maker maker) {
	if (maker == MAKER_AMD) {
		return has_line(data, "CONFIG_AMD_IOMMU=y") ? DEFAULT_ON : DEFAULT_NO_DRIVER;
	}
	if (!has_line(data, "CONFIG_INTEL_IOMMU=y")) {
		return DEFAULT_NO_DRIVER;
	}
	if (has_line(data, "CONFIG_INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF=y")) {
		return DEFAULT_ON_BUT_GRAPHICS;
	}
	return has_line(data, "CONFIG_INTEL_IOMMU_DEFAULT_ON=y") ? DEFAULT_ON : DEFAULT_OFF;
}

static int read_default(int root, const char *kernel, struct cause *cause) {
	static const char *const forms[][2] = {{"/boot/config-", ""}, {"/lib/modules/", "/config"}};

	for (size_t i = 0; i < COUNT(forms) && cause->maker != MAKER_OTHER; i++) {
		AUTO_FREE char *data = NULL;
		char path[LABEL_SIZE];
		int r;

		if (name_format(path, sizeof(path), "%s%s%s", forms[i][0], kernel, forms[i][1]) <
			0) {
			continue;
		}
		r = file_read(root, path, FILE_MAX, &data, NULL);
		if (r == -ENOMEM) {
			return r;
		}
		if (r == 0) {
			memcpy(cause->configuration, path, sizeof(path));
			cause->by_itself = judge_default(data, cause->maker);
			return 0;
		}
	}
	return 0;
}

/* The word by which somebody has switched it off, or NULL. */
static bool switches_off(enum processor_maker maker, const char *word) {
	static const struct {
		const char *word;
		enum processor_maker maker;
	} off[] = {{"intel_iommu=off", MAKER_INTEL}, {"amd_iommu=off", MAKER_AMD},
		{"iommu=off", MAKER_OTHER}};

	for (size_t i = 0; i < COUNT(off); i++) {
		if ((off[i].maker == maker || off[i].maker == MAKER_OTHER) &&
			command_line_same(off[i].word, word)) {
			return true;
		}
	}
	return false;
}

bool cause_switches_off(const struct cause *cause, const char *word) {
	return switches_off(cause->maker, word);
}

static const char *find_off(const struct names *words, enum processor_maker maker) {
	for (size_t i = 0; i < words->count; i++) {
		if (switches_off(maker, words->names[i])) {
			return words->names[i];
		}
	}
	return NULL;
}

/* Intel's own graphics, which have no group although others have one. */
static const struct device *find_left_out(const struct host *host) {
	for (size_t i = 0; host->iommu && i < host->device_count; i++) {
		const struct device *device = &host->devices[i];

		if (device->class >> 16 == CLASS_DISPLAY && device->group == GROUP_NONE &&
			device->identity.vendor == VENDOR_INTEL) {
			return device;
		}
	}
	return NULL;
}

/* intel_iommu=on, also with more behind a comma. */
static bool switches_on(const struct names *words) {
	static const char key[] = "intel_iommu";
	const char *value = command_line_value(words, key);

	while (value && (!text_starts(value, "on") || !strchr(",", value[2]))) {
		value = strchr(value, ',');
		value = value ? value + 1 : NULL;
	}
	return value;
}

/* Why it is off. */
static enum iommu_verdict explain(
	const struct cause *cause, const struct names *running, const struct names *next) {
	if (cause->off[0]) {
		return next && !find_off(next, cause->maker) ? IOMMU_LACKS_BOOT
							     : IOMMU_SWITCHED_OFF;
	}
	if (cause->table == TABLE_MISSING) {
		return IOMMU_LACKS_FIRMWARE;
	}
	if (cause->by_itself == DEFAULT_NO_DRIVER) {
		return IOMMU_LACKS_DRIVER;
	}
	if (cause->maker != MAKER_INTEL || switches_on(running) || cause->by_itself == DEFAULT_ON ||
		cause->by_itself == DEFAULT_ON_BUT_GRAPHICS) {
		return IOMMU_UNEXPLAINED;
	}
	return next && switches_on(next) ? IOMMU_LACKS_BOOT : IOMMU_LACKS_ARGUMENT;
}

/* It is on because of a word that somebody has typed, or taken out since. */
static bool is_for_now(
	const struct cause *cause, const struct names *running, const struct names *next) {
	return cause->maker == MAKER_INTEL && cause->by_itself == DEFAULT_OFF &&
	       switches_on(running) && next && !switches_on(next);
}

static enum iommu_verdict judge(const struct cause *cause, const struct host *host,
	const struct names *running, const struct names *next) {
	if (!host->iommu) {
		return explain(cause, running, next);
	}
	if (is_for_now(cause, running, next)) {
		return IOMMU_LACKS_ARGUMENT;
	}
	if (!cause->graphics[0] || switches_on(running)) {
		return IOMMU_FINE;
	}
	return next && switches_on(next) ? IOMMU_LACKS_BOOT : IOMMU_LACKS_GRAPHICS;
}

int cause_read(int root, const struct host *host, const struct names *running,
	const struct names *next, struct cause *ret) {
	struct cause cause = {.maker = read_maker(root)};
	const struct device *graphics = find_left_out(host);
	const char *off = find_off(running, cause.maker);
	struct iommu iommu = {0};
	int r = iommu_read(root, &iommu);

	cause.kind = iommu.kind;
	iommu_free(&iommu);
	cause.table = read_table(root, cause.maker);
	r = r < 0 ? r : read_default(root, host->kernel, &cause);
	if (r < 0) {
		return r;
	}
	if (off) {
		(void)!name_set(cause.off, sizeof(cause.off), off);
	}
	if (graphics) {
		(void)!name_set(cause.graphics, sizeof(cause.graphics), graphics->name);
	}
	cause.verdict = judge(&cause, host, running, next);
	*ret = cause;
	return 0;
}

const char *cause_missing(const struct cause *cause) {
	return cause->verdict == IOMMU_LACKS_ARGUMENT || cause->verdict == IOMMU_LACKS_GRAPHICS
		       ? INTEL_ON
		       : NULL;
}

const char *iommu_verdict_name(enum iommu_verdict verdict) {
	static const char *const names[] = {
		[IOMMU_FINE] = "fine",
		[IOMMU_LACKS_GRAPHICS] = "lacks-graphics",
		[IOMMU_LACKS_ARGUMENT] = "lacks-argument",
		[IOMMU_LACKS_BOOT] = "lacks-boot",
		[IOMMU_LACKS_FIRMWARE] = "lacks-firmware",
		[IOMMU_LACKS_DRIVER] = "lacks-driver",
		[IOMMU_SWITCHED_OFF] = "switched-off",
		[IOMMU_UNEXPLAINED] = "unexplained",
	};

	assert(verdict < COUNT(names));
	return names[verdict];
}
