// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/finding.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void free_finding(struct finding *finding) {
	free(finding->subject);
	free(finding->reason);
	free(finding->remedy);
}

void findings_add(struct findings *findings, enum finding_level level, const char *subject,
	const char *remedy, const char *reason, ...) {
	struct finding *larger =
		reallocarray(findings->items, findings->count + 1, sizeof(*larger));
	struct finding finding = {.level = level};
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

int findings_check(const struct findings *findings) {
	return findings->r;
}

bool findings_refuse(const struct findings *findings) {
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].level == FINDING_ERROR) {
			return true;
		}
	}
	return false;
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
		[FINDING_WARNING] = "warning",
		[FINDING_ERROR] = "error",
		[FINDING_NEXT] = "next",
	};

	assert(level < FINDING_LEVEL_COUNT);
	return names[level];
}
