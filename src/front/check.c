// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "front/checked.h"
#include "report/findings.h"
#include "report/table.h"

static enum result refuse_id(const char *id) {
	struct error error;

	error_set(&error, -EINVAL, "there is no finding \"%s\": baton-findings(7) has all of them",
		id);
	return command_fail(RESULT_USAGE, &error);
}

static enum result explain(const char *id) {
	const char *text = check_explain(id);

	if (!check_find(id) || !text) {
		return refuse_id(id);
	}
	fputs(text, stdout);
	return RESULT_DONE;
}

/* "iommu-off,acs-override" */
static enum result take_only(const char *list, struct names *ret) {
	AUTO_FREE char *copy = strdup(list);
	struct error error;
	char *rest = copy, *id;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (id = strsep(&rest, ","))) {
		if (!check_find(id)) {
			return refuse_id(id);
		}
		r = names_add(ret, id);
	}
	if (r < 0) {
		error_set(&error, r, "out of memory");
		return command_fail(RESULT_REFUSED, &error);
	}
	return RESULT_DONE;
}

/* The worst that was found. */
static enum result judge(const struct findings *findings) {
	if (findings_refuse(findings)) {
		return RESULT_REFUSED;
	}
	return findings_have(findings, FINDING_WARNING) ? RESULT_UNDONE : RESULT_DONE;
}

static enum result print(const struct findings *findings, size_t looked_for, bool json) {
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	int r = json ? report_findings_json(findings, looked_for, &text, &error)
		     : report_findings(
			       findings, looked_for, table_is_coloured(STDOUT_FILENO), &text);

	if (r < 0) {
		if (!error.text[0]) {
			error_set(&error, r, "cannot print what was found: %s", strerror(-r));
		}
		return command_fail(RESULT_REFUSED, &error);
	}
	fputs(text.data, stdout);
	return judge(findings);
}

int command_check(const struct invocation *invocation) {
	AUTO_CHECKED struct checked checked = {.session = {.root = -1}};
	AUTO_FINDINGS struct findings findings = {0};
	AUTO_NAMES struct names only = {0};
	struct error error;
	enum result result = RESULT_DONE;

	if (invocation->explain) {
		return explain(invocation->explain);
	}
	if (invocation->only) {
		result = take_only(invocation->only, &only);
	}
	result = result ? result : checked_open(invocation, &checked);
	if (result != RESULT_DONE) {
		return result;
	}
	checked.up.only = invocation->only ? &only : NULL;
	if (check_run(&checked.up, &findings) < 0) {
		error_set(&error, -ENOMEM, "out of memory");
		return command_fail(RESULT_REFUSED, &error);
	}
	return print(&findings, invocation->only ? only.count : check_count(),
		invocation->options & OPTION_JSON);
}
