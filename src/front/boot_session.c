// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/boot_session.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advise/diff.h"
#include "front/ask.h"
#include "report/terminal.h"
#include "setup/boot/interrupted.h"
#include "setup/boot/room.h"

#define PROGRAM_TIMEOUT_S 1800 /* update-initramfs for many kernels on a slow disk */

/* What stands in the terminal's last line: the time that a program has run, or output of its. */
static struct progress { bool shown, inside; } progress;

static void clear_time(void) {
	if (progress.shown) {
		fputs("\r\033[K", stderr);
	}
	progress.shown = false;
}

static void tell_run(void *context, const struct names *words) {
	(void)context;
	clear_time();
	fprintf(stderr, "baton: running");
	for (size_t i = 0; i < words->count; i++) {
		fprintf(stderr, " %s", words->names[i]);
	}
	fprintf(stderr, "\n");
}

static void tell_output(void *context, const char *data, size_t length) {
	(void)context;
	clear_time();
	(void)!fwrite(data, 1, length, stderr);
	progress.inside = length > 0 && data[length - 1] != '\n';
}

/* Who waits for minutes wants to know that something goes on. */
static void tell_time(void *context, unsigned int seconds) {
	(void)context;
	if (seconds == 0) {
		clear_time();
	} else if (!progress.inside) {
		fprintf(stderr, "\r\033[K... %u s", seconds);
		progress.shown = true;
	}
}

struct boot_setup boot_make_setup(int root) {
	bool is_terminal = terminal_look(STDERR_FILENO).is_one;

	progress = (struct progress){0};
	return (struct boot_setup){.root = root,
		.prefix = "",
		.timeout_ms = PROGRAM_TIMEOUT_S * 1000,
		.run = tell_run,
		.hear = tell_output,
		.tick = is_terminal ? tell_time : NULL};
}

enum result boot_print(const struct text *text, int r, enum result result) {
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

/* program: what makes the difference between two of that name; NULL: nothing. */
static void say_untried(const char *name, const char *program) {
	fprintf(stderr,
		"baton: what baton does has not yet been run on a real machine with %s%s%s%s\n",
		name, program ? " (" : "", program ? program : "", program ? ")" : "");
}

/* Whoever does on their machine what nobody has seen yet is told. */
static void say_what_is_untried(const struct boot_plan *plan) {
	if (plan->loader && !plan->loader->tried && plan->loader->kind != LOADER_UNKNOWN) {
		say_untried(plan->loader->name, plan->loader->make[0]);
	}
	if (plan->initramfs && !plan->initramfs->tried) {
		say_untried(plan->initramfs->name, NULL);
	}
}

enum result boot_show_plan(const struct boot_plan *plan) {
	AUTO_TEXT struct text text = {0};
	int r = text_append(&text, "", 0);

	say_what_is_untried(plan);
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
	return boot_print(&text, r, RESULT_DONE);
}

static enum result carry_out(int root, const struct boot_plan *plan) {
	const struct boot_setup setup = boot_make_setup(root);
	struct error error = {0};
	bool as_before = true;

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

enum result boot_carry_out(int root, const struct boot_plan *plan) {
	say_what_is_untried(plan);
	return carry_out(root, plan);
}

/* Who alone may write what happens at boot: below another root, whoever has that. */
uid_t boot_owner(const struct invocation *invocation, int root) {
	struct stat stat;

	return invocation->options & OPTION_ROOT && fstat(root, &stat) == 0 ? stat.st_uid : 0;
}

enum result boot_print_findings(const struct findings *findings, enum result result) {
	AUTO_TEXT struct text text = {0};
	int r = findings_check(findings);

	r = r < 0 ? r : text_append(&text, "", 0);
	for (size_t i = 0; r == 0 && i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		r = text_add(&text, "%-8s %s %s\n", finding_level_name(finding->level),
			finding->subject, finding->reason);
	}
	return boot_print(&text, r, result);
}

/* Before anything is looked at, what was left half done is taken back. */
static enum result recover(int root) {
	const struct boot_setup setup = boot_make_setup(root);
	AUTO_FINDINGS struct findings findings = {0};
	struct error error = {0};
	int r = boot_recover(&setup, &findings, &error);

	if (findings.count > 0) {
		fprintf(stderr,
			"baton: an earlier call was interrupted, and is taken back first\n");
		(void)boot_print_findings(&findings, RESULT_DONE);
	}
	return r < 0 ? command_fail(RESULT_UNRESOLVED, &error) : RESULT_DONE;
}

enum result boot_may_change(const struct invocation *invocation) {
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

enum result boot_check_room(const struct boot_session *session, const struct boot_plan *plan) {
	struct error error = {0};

	return room_check_plan(session->root, &session->boot, plan, &error) < 0
		       ? command_fail(RESULT_REFUSED, &error)
		       : RESULT_DONE;
}

static enum result confirm(const struct invocation *invocation, const char *question) {
	struct error error;

	if (invocation->options & OPTION_YES) {
		return RESULT_DONE;
	}
	if (!ask_can()) {
		error_set(&error, -EINVAL,
			"nobody is there to be asked: --yes does it, --dry-run shows what would be done");
		return command_fail(RESULT_USAGE, &error);
	}
	if (!ask_yes(question)) {
		error_set(&error, -ECANCELED, "nothing was changed");
		return command_fail(RESULT_REFUSED, &error);
	}
	return RESULT_DONE;
}

enum result boot_ask_and_carry_out(
	const struct boot_session *session, const struct boot_plan *plan, const char *question) {
	enum result result = boot_check_room(session, plan);

	if (result == RESULT_DONE) {
		say_what_is_untried(plan);
		result = confirm(session->invocation, question);
	}
	return result ? result : carry_out(session->root, plan);
}

enum result boot_begin(const struct invocation *invocation, int root) {
	struct error error;
	enum result result = boot_may_change(invocation);

	if (result == RESULT_DONE && root < 0) {
		error_set(&error, root, "cannot read %s: %s", invocation->root, strerror(-root));
		result = command_fail(RESULT_USAGE, &error);
	}
	if (result != RESULT_DONE || !(invocation->options & OPTION_DRY_RUN)) {
		return result ? result : recover(root);
	}
	if (boot_is_interrupted(root)) {
		fputs("baton: an earlier call was interrupted, and whoever changes something takes it "
		      "back first: what is shown here is from before that\n",
			stderr);
	}
	return result;
}

enum result boot_session_open(const struct invocation *invocation, struct boot_session *ret) {
	struct error error = {0};
	enum result result;
	int r;

	ret->invocation = invocation;
	ret->root = root_open(invocation->root);
	result = boot_begin(invocation, ret->root);
	if (result != RESULT_DONE) {
		return result;
	}
	ret->owner = boot_owner(invocation, ret->root);
	r = host_read(ret->root, &ret->host, &error);
	r = r < 0 ? r : boot_read(ret->root, &ret->host, &ret->boot, &error);
	return r < 0 ? command_fail(RESULT_REFUSED, &error) : RESULT_DONE;
}

void boot_session_close(struct boot_session *session) {
	boot_free(&session->boot);
	host_free(&session->host);
	closep(&session->root);
}
