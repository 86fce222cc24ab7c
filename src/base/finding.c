// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/finding.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void free_finding(struct finding *finding) {
	free(finding->subject);
	free(finding->reason);
	free(finding->remedy);
	free(finding->file);
	free(finding->value);
}

void findings_add(struct findings *findings, const char *id, enum finding_level level,
	const char *subject, const char *remedy, const char *reason, ...) {
	struct finding *larger =
		reallocarray(findings->items, findings->count + 1, sizeof(*larger));
	struct finding finding = {.id = id, .level = level};
	va_list args;

	if (!larger) {
		findings->r = -ENOMEM;
		return;
	}
	findings->items = larger;
	va_start(args, reason);
	if (vasprintf(&finding.reason, reason, args) < 0) {
		finding.reason = NULL;
	}
	va_end(args);
	finding.subject = strdup(subject);
	finding.remedy = strdup(remedy);
	if (!finding.reason || !finding.subject || !finding.remedy) {
		free_finding(&finding);
		findings->r = -ENOMEM;
		return;
	}
	findings->items[findings->count++] = finding;
}

static void set(struct findings *findings, char **text, const char *value) {
	free(*text);
	*text = value ? strdup(value) : NULL;
	if (value && !*text) {
		findings->r = -ENOMEM;
	}
}

void findings_locate(
	struct findings *findings, const char *file, unsigned int line, const char *value) {
	struct finding *last;

	if (findings->count == 0) {
		return;
	}
	last = &findings->items[findings->count - 1];
	set(findings, &last->file, file);
	set(findings, &last->value, value);
	last->line = line;
}

int findings_check(const struct findings *findings) {
	return findings->r;
}

bool findings_have(const struct findings *findings, enum finding_level level) {
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].level == level) {
			return true;
		}
	}
	return false;
}

bool findings_refuse(const struct findings *findings) {
	return findings_have(findings, FINDING_ERROR);
}

void findings_free(struct findings *findings) {
	for (size_t i = 0; i < findings->count; i++) {
		free_finding(&findings->items[i]);
	}
	free(findings->items);
	*findings = (struct findings){0};
}

const char *finding_level_name(enum finding_level level) {
	static const char *const names[FINDING_LEVEL_COUNT] = {
		[FINDING_OK] = "ok",
		[FINDING_NOTE] = "note",
		[FINDING_WARNING] = "warning",
		[FINDING_ERROR] = "error",
		[FINDING_NEXT] = "next",
	};

	assert(level < FINDING_LEVEL_COUNT);
	return names[level];
}
