// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/boot_change.h"

#include <errno.h>
#include <string.h>

#include "front/boot_session.h"
#include "inventory/boot/command_line.h"
#include "report/boot.h"
#include "setup/boot/arguments.h"
#include "setup/boot/words.h"

/* Words that may be asked for by name; what they do stands in the manual. */
static bool is_offered(const char *word) {
	static const char *const offered[] = {"intel_iommu=on", "iommu=pt", "kvm.ignore_msrs=1",
		"kvm.report_ignored_msrs=0", "video=efifb:off", "video=vesafb:off"};
	static const char *const beginnings[] = {"preempt=", "pcie_acs_override="};

	for (size_t i = 0; i < COUNT(offered); i++) {
		if (command_line_same(word, offered[i])) {
			return true;
		}
	}
	for (size_t i = 0; i < COUNT(beginnings); i++) {
		if (text_starts(word, beginnings[i]) && word_is_plain(word)) {
			return true;
		}
	}
	return false;
}

static bool is_configured(const struct boot *boot, const char *word) {
	for (size_t i = 0; boot->next_known && i < boot->next.count; i++) {
		if (command_line_same(boot->next.all[i].text, word)) {
			return true;
		}
	}
	return false;
}

/* What this machine lacks, and what was asked for and is not there. */
static enum result gather_words(
	const struct invocation *invocation, const struct boot *boot, struct names *ret) {
	const char *missing =
		boot->cause.verdict == IOMMU_LACKS_ARGUMENT ? cause_missing(&boot->cause) : NULL;
	struct error error;
	int r = missing ? names_add(ret, missing) : 0;

	for (size_t i = 1; r == 0 && i < invocation->word_count; i++) {
		const char *word = invocation->words[i];

		if (!is_offered(word)) {
			error_set(&error, -EINVAL,
				"\"%s\" is none of the arguments that baton sets: baton(8) lists them under BOOT",
				word);
			return command_fail(RESULT_USAGE, &error);
		}
		if (!is_configured(boot, word) && !command_line_has(ret, word)) {
			r = names_add(ret, word);
		}
	}
	error_set(&error, r, "out of memory");
	return r < 0 ? command_fail(RESULT_REFUSED, &error) : RESULT_DONE;
}

/* No word would help: the reason is somewhere else. */
static bool is_elsewhere(enum iommu_verdict verdict) {
	switch (verdict) {
	case IOMMU_LACKS_FIRMWARE:
	case IOMMU_LACKS_DRIVER:
	case IOMMU_SWITCHED_OFF:
	case IOMMU_UNEXPLAINED:
		return true;
	case IOMMU_FINE:
	case IOMMU_LACKS_GRAPHICS:
	case IOMMU_LACKS_ARGUMENT:
	case IOMMU_LACKS_BOOT:
		break;
	}
	return false;
}

static enum result print_verdict(const struct cause *cause, enum result result) {
	AUTO_TEXT struct text text = {0};
	int r = text_add(&text, "IOMMU: %s\n", cause->kind == IOMMU_NONE ? "off" : "on");

	r = r < 0 ? r : report_cause(cause, &text);
	return boot_print(&text, r, result);
}

static enum result change(const struct boot_session *session) {
	const struct boot *boot = &session->boot;
	AUTO_NAMES struct names words = {0};
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	enum result result = gather_words(session->invocation, boot, &words);
	int r;

	if (result != RESULT_DONE) {
		return result;
	}
	if (words.count == 0) {
		return print_verdict(&boot->cause,
			is_elsewhere(boot->cause.verdict) ? RESULT_REFUSED : RESULT_DONE);
	}
	r = boot_plan_words(session->root, session->owner, boot, &words, &plan, &error);
	if (r < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	if (session->invocation->options & OPTION_DRY_RUN) {
		return boot_show_plan(&plan);
	}
	result = boot_check_room(session, &plan);
	return result ? result : boot_carry_out(session->root, &plan);
}

enum result boot_enable_iommu(const struct invocation *invocation) {
	AUTO_BOOT_SESSION struct boot_session session = {.root = -1};
	enum result result = boot_session_open(invocation, &session);

	return result ? result : change(&session);
}

static enum result print_count(size_t count, const char *done) {
	puts(count > 0 ? done : "baton has changed nothing for the next boot");
	return RESULT_DONE;
}

/* What it would do, and what it could not. */
static enum result preview_undo(const struct invocation *invocation, int root) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	AUTO_FINDINGS struct findings findings = {0};
	struct boot_setup setup = boot_make_setup(root);
	struct error error = {0};
	enum result result;
	size_t count = 0;

	setup.owner = boot_owner(invocation, root);
	if (boot_undo_preview(&setup, &plan, &count, &findings, &error) < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	result = boot_print_findings(&findings, RESULT_DONE);
	if (result == RESULT_DONE && count > 0) {
		return boot_show_plan(&plan);
	}
	return result ? result : print_count(count, "");
}

static enum result undo(int root) {
	AUTO_FINDINGS struct findings findings = {0};
	const struct boot_setup setup = boot_make_setup(root);
	struct error error = {0};
	enum result result;
	size_t count = 0;
	int r = boot_undo(&setup, &count, &findings, &error);

	result = boot_print_findings(&findings, r < 0 ? RESULT_UNRESOLVED : RESULT_DONE);
	if (r < 0) {
		return command_fail(RESULT_UNRESOLVED, &error);
	}
	return result ? result
		      : print_count(count, "done: restart the machine for it to take effect");
}

enum result boot_take_back(const struct invocation *invocation) {
	AUTO_CLOSE int root = root_open(invocation->root);
	struct error error = {0};
	enum result result = boot_may_change(invocation);

	if (result != RESULT_DONE) {
		return result;
	}
	if (root < 0 || invocation->word_count > 1) {
		error_set(&error, -EINVAL, "`baton boot undo` takes no words");
		return command_fail(RESULT_USAGE, &error);
	}
	return invocation->options & OPTION_DRY_RUN ? preview_undo(invocation, root) : undo(root);
}
