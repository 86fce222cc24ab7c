// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/boot_change.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advise/diff.h"
#include "inventory/boot/command_line.h"
#include "report/boot.h"
#include "setup/boot/arguments.h"
#include "setup/boot/make.h"
#include "setup/boot/words.h"

#define PROGRAM_TIMEOUT_S 1800 /* update-initramfs for many kernels on a slow disk */

static void tell_run(void *context, const struct names *words) {
	(void)context;
	fprintf(stderr, "baton: running");
	for (size_t i = 0; i < words->count; i++) {
		fprintf(stderr, " %s", words->names[i]);
	}
	fprintf(stderr, "\n");
}

static void tell_output(void *context, const char *data, size_t length) {
	(void)context;
	(void)!fwrite(data, 1, length, stderr);
}

static struct boot_setup make_setup(int root) {
	return (struct boot_setup){.root = root,
		.prefix = "",
		.timeout_ms = PROGRAM_TIMEOUT_S * 1000,
		.run = tell_run,
		.hear = tell_output};
}

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

static enum result print_text(const struct text *text, int r, enum result result) {
	struct error error;

	if (r < 0) {
		error_set(&error, r, "cannot print what is changed: %s", strerror(-r));
		return command_fail(result ? result : RESULT_UNDONE, &error);
	}
	fputs(text->data, stdout);
	return result;
}

static int add_diff(const struct boot_file *file, struct text *ret) {
	AUTO_TEXT struct text before = {0}, after = {0};
	int r = text_add(
		&before, "%s%s", file->was ? "" : "/dev/null", file->was ? file->path : "");

	r = r < 0 ? r : text_add(&after, "%s", file->gone ? "/dev/null" : file->path);
	return r < 0 ? r : diff_unified(before.data, after.data, &file->before, &file->after, ret);
}

/* The difference that it makes to each file, and the commands in their order. */
static enum result print_plan(const struct boot_plan *plan) {
	AUTO_TEXT struct text text = {0};
	int r = text_append(&text, "", 0);

	for (size_t i = 0; r == 0 && i < plan->file_count; i++) {
		r = add_diff(&plan->files[i], &text);
	}
	for (size_t i = 0; r == 0 && i < plan->command_count; i++) {
		const struct boot_command *command = &plan->commands[i];

		if (command->way != BOOT_WAY_BOTH && command->way != BOOT_WAY_THERE) {
			continue;
		}
		r = text_add(&text, "run");
		for (size_t k = 0; r == 0 && k < command->words.count; k++) {
			r = text_add(&text, " %s", command->words.names[k]);
		}
		r = r < 0 ? r : text_add(&text, "\n");
	}
	return print_text(&text, r, RESULT_DONE);
}

static enum result print_verdict(const struct cause *cause, enum result result) {
	AUTO_TEXT struct text text = {0};
	int r = text_add(&text, "IOMMU: %s\n", cause->kind == IOMMU_NONE ? "off" : "on");

	r = r < 0 ? r : report_cause(cause, &text);
	return print_text(&text, r, result);
}

static enum result carry_out(int root, const struct boot_plan *plan, const char *loader) {
	const struct boot_setup setup = make_setup(root);
	struct error error = {0};
	bool as_before = true;

	fprintf(stderr, "baton: what baton does has not yet been run on a real machine with %s\n",
		loader);
	if (boot_make(&setup, plan, &as_before, &error) < 0) {
		return command_fail(as_before ? RESULT_UNDONE : RESULT_UNRESOLVED, &error);
	}
	for (size_t i = 0; i < plan->file_count; i++) {
		if (boot_file_changes(&plan->files[i])) {
			printf("%s %s\n", plan->files[i].gone ? "removed" : "changed",
				plan->files[i].path);
		}
	}
	printf("done: restart the machine, then look at `baton boot status`; `baton boot undo` takes it back\n");
	return RESULT_DONE;
}

/* Who alone may write what happens at boot: below another root, whoever has that. */
static uid_t find_owner(const struct invocation *invocation, int root) {
	struct stat stat;

	return invocation->options & OPTION_ROOT && fstat(root, &stat) == 0 ? stat.st_uid : 0;
}

static enum result change(const struct invocation *invocation, int root, const struct boot *boot) {
	AUTO_NAMES struct names words = {0};
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	enum result result = gather_words(invocation, boot, &words);
	int r;

	if (result != RESULT_DONE) {
		return result;
	}
	if (words.count == 0) {
		return print_verdict(&boot->cause,
			is_elsewhere(boot->cause.verdict) ? RESULT_REFUSED : RESULT_DONE);
	}
	r = boot_plan_words(root, find_owner(invocation, root), boot, &words, &plan, &error);
	if (r < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	return invocation->options & OPTION_DRY_RUN
		       ? print_plan(&plan)
		       : carry_out(root, &plan, boot->loader.loader->name);
}

static enum result print_findings(const struct findings *findings, enum result result) {
	AUTO_TEXT struct text text = {0};
	int r = findings_check(findings);

	r = r < 0 ? r : text_append(&text, "", 0);
	for (size_t i = 0; r == 0 && i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		r = text_add(&text, "%-8s %s %s\n", finding_level_name(finding->level),
			finding->subject, finding->reason);
	}
	return print_text(&text, r, result);
}

/* Before anything is looked at, what was left half done is taken back. */
static enum result recover(int root) {
	const struct boot_setup setup = make_setup(root);
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {0};
	int r = boot_recover(&setup, &findings, &error);

	if (findings.count > 0) {
		fprintf(stderr,
			"baton: an earlier call was interrupted, and is taken back first\n");
		(void)print_findings(&findings, RESULT_DONE);
	}
	return r < 0 ? command_fail(RESULT_UNRESOLVED, &error) : RESULT_DONE;
}

/* --root is for looking, and only root changes anything. */
static enum result check(const struct invocation *invocation) {
	struct error error;

	if (invocation->options & OPTION_JSON) {
		error_set(&error, -EINVAL, "--json is for `baton boot status`");
		return command_fail(RESULT_USAGE, &error);
	}
	if (invocation->options & OPTION_DRY_RUN) {
		return RESULT_DONE;
	}
	if (invocation->options & OPTION_ROOT) {
		error_set(&error, -EINVAL, "--root is for looking: add --dry-run");
		return command_fail(RESULT_USAGE, &error);
	}
	if (geteuid() != 0) {
		error_set(&error, -EPERM, "only root can change what happens at boot");
		return command_fail(RESULT_REFUSED, &error);
	}
	return RESULT_DONE;
}

enum result boot_enable_iommu(const struct invocation *invocation) {
	AUTO_CLOSE int root = root_open(invocation->root);
	AUTO_HOST struct host host = {0};
	AUTO_BOOT struct boot boot = {0};
	struct error error = {0};
	enum result result = check(invocation);
	int r;

	if (result == RESULT_DONE && root < 0) {
		error_set(&error, root, "cannot read %s: %s", invocation->root, strerror(-root));
		result = command_fail(RESULT_USAGE, &error);
	}
	if (result == RESULT_DONE && !(invocation->options & OPTION_DRY_RUN)) {
		result = recover(root);
	}
	if (result != RESULT_DONE) {
		return result;
	}
	r = host_read(root, &host, &error);
	r = r < 0 ? r : boot_read(root, &host, &boot, &error);
	return r < 0 ? command_fail(RESULT_REFUSED, &error) : change(invocation, root, &boot);
}

enum result boot_take_back(const struct invocation *invocation) {
	AUTO_CLOSE int root = root_open(invocation->root);
	AUTO_FINDINGS struct findings findings = {0};
	const struct boot_setup setup = make_setup(root);
	struct error error = {0};
	enum result result = check(invocation);
	size_t count = 0;
	int r;

	if (result != RESULT_DONE) {
		return result;
	}
	if (root < 0 || (invocation->options & OPTION_DRY_RUN) || invocation->word_count > 1) {
		error_set(&error, -EINVAL, "`baton boot undo` takes no words and no --dry-run");
		return command_fail(RESULT_USAGE, &error);
	}
	r = boot_undo(&setup, &count, &findings, &error);
	result = print_findings(&findings, r < 0 ? RESULT_UNRESOLVED : RESULT_DONE);
	if (r < 0) {
		return command_fail(RESULT_UNRESOLVED, &error);
	}
	puts(count > 0 ? "done: restart the machine for it to take effect"
		       : "baton has changed nothing for the next boot");
	return result;
}
