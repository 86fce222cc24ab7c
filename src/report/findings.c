// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/findings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "report/document.h"
#include "report/table.h"

#define STRONG "\033[1m"
#define PLAIN  "\033[0m"

static int add_evidence(const struct finding *finding, struct text *ret) {
	const char *file = finding->file ? finding->file : "";
	const char *value = finding->value ? finding->value : "";
	char line[16] = "";

	if (!finding->file && !finding->value) {
		return 0;
	}
	if (finding->line) {
		snprintf(line, sizeof(line), ":%u", finding->line);
	}
	return text_add_line(ret, "         seen    %s%s%s%s", file, line,
		finding->file && finding->value ? ": " : "", value);
}

/* Those of one kind that follow each other are explained once, behind the last: more follows. */
static int add_finding(const struct finding *finding, bool more, bool coloured, struct text *ret) {
	bool strong = coloured && finding->level != FINDING_NOTE;
	int r = text_add(ret, "%s%-8s%s ", strong ? STRONG : "", finding_level_name(finding->level),
		strong ? PLAIN : "");

	r = r < 0 ? r : text_add_line(ret, "%s %s", finding->subject, finding->reason);
	r = r < 0 ? r : add_evidence(finding, ret);
	if (r == 0 && finding->remedy[0]) {
		r = text_add_line(ret, "         remedy  %s", finding->remedy);
	}
	if (r == 0 && !more) {
		r = text_add(ret, "         more    baton check --explain %s\n\n", finding->id);
	}
	return r;
}

static size_t count_level(const struct findings *findings, enum finding_level level) {
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++) {
		count += findings->items[i].level == level;
	}
	return count;
}

/* "1 error, 2 warnings" */
static int add_count(
	const struct findings *findings, enum finding_level level, bool *first, struct text *ret) {
	size_t count = count_level(findings, level);
	int r = 0;

	if (count > 0) {
		r = text_add(ret, "%s%zu %s%s", *first ? "" : ", ", count,
			finding_level_name(level), count > 1 ? "s" : "");
		*first = false;
	}
	return r;
}

int report_findings(
	const struct findings *findings, size_t looked_for, bool coloured, struct text *ret) {
	bool first = true;
	int r = 0;

	for (size_t i = 0; r == 0 && i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		bool more = i + 1 < findings->count && strcmp(finding->id, finding[1].id) == 0;

		r = add_finding(finding, more, coloured, ret);
	}
	if (r == 0 && findings->count == 0) {
		return text_add(ret, "nothing is wrong: %zu things were looked for\n", looked_for);
	}
	r = r < 0 ? r : add_count(findings, FINDING_ERROR, &first, ret);
	r = r < 0 ? r : add_count(findings, FINDING_WARNING, &first, ret);
	r = r < 0 ? r : add_count(findings, FINDING_NOTE, &first, ret);
	return r < 0 ? r : text_add(ret, "; %zu things were looked for\n", looked_for);
}

static void add_json(struct document *document, const struct finding *finding) {
	document_object(document, NULL);
	document_text(document, "id", finding->id);
	document_text(document, "level", finding_level_name(finding->level));
	document_text(document, "subject", finding->subject);
	document_text(document, "reason", finding->reason);
	document_name(document, "remedy", finding->remedy);
	document_name(document, "file", finding->file ? finding->file : "");
	if (finding->line) {
		document_number(document, "line", finding->line);
	} else {
		document_name(document, "line", "");
	}
	document_name(document, "value", finding->value ? finding->value : "");
	document_close(document);
}

int report_findings_json(
	const struct findings *findings, size_t looked_for, struct text *ret, struct error *error) {
	struct document document;

	document_begin(&document);
	document_number(&document, "looked_for", (long long)looked_for);
	document_array(&document, "findings");
	for (size_t i = 0; i < findings->count; i++) {
		add_json(&document, &findings->items[i]);
	}
	document_close(&document);
	return document_end(&document, ret, error);
}
