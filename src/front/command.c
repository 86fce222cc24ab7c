// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/command.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/macros.h"
#include "base/text.h"
#include "capture/unpack.h"
#include "front/invocation.h"
#include "report/table.h"
#include "request/qemu/arguments.h"

const struct command commands[] = {
	{
		.name = "list",
		.arguments = "[GUEST|CARD|ADDRESS...]",
		.summary = "the hardware: what can be handed over, and what is in the way",
		.options = OPTION_CARDS | OPTION_DEVICE | OPTION_GROUP | OPTION_HOLDERS |
			   OPTION_JSON | OPTION_ROOT,
		.words_max = SELECTIONS_MAX,
		.run = command_list,
	},
	{
		.name = "check",
		.arguments = "[GUEST|CARD|ADDRESS...]",
		.summary = "what on this machine keeps a hand-over from working, and what helps",
		.options = OPTION_EXPLAIN | OPTION_JSON | OPTION_ONLY | OPTION_ROOT,
		.words_max = SELECTIONS_MAX,
		.run = command_check,
	},
	{
		.name = "report",
		.arguments = "[GUEST|CARD|ADDRESS...]",
		.summary = "the hardware as one page of HTML, to look at and to pass on",
		.options = OPTION_CARDS | OPTION_DEVICE | OPTION_GROUP | OPTION_ROOT |
			   OPTION_SERIALS | OPTION_SVG,
		.words_max = SELECTIONS_MAX,
		.run = command_report,
	},
	{
		.name = "plan",
		.arguments = "GUEST|CARD|ADDRESS...",
		.summary = "what a hand-over would change, step by step, or why it is refused",
		.options = OPTION_JSON | OPTION_ROOT,
		.words_min = 1,
		.words_max = SELECTIONS_MAX,
		.run = command_plan,
	},
	{
		.name = "start",
		.arguments = "GUEST",
		.summary = "start a guest through its hypervisor, once its devices can be had",
		.options = OPTION_DRY_RUN | OPTION_JSON | OPTION_TIMEOUT,
		.words_min = 1,
		.words_max = 1,
		.run = command_start,
	},
	{
		.name = "stop",
		.arguments = "GUEST",
		.summary = "stop a guest, and wait until its devices are home",
		.options = OPTION_FORCE | OPTION_JSON | OPTION_TIMEOUT,
		.words_min = 1,
		.words_max = 1,
		.run = command_stop,
	},
	{
		.name = "rehearse",
		.arguments = "GUEST|CARD|ADDRESS...",
		.summary = "hand over without a guest, and bring everything home",
		.options = OPTION_DRY_RUN | OPTION_JSON | OPTION_TIMEOUT,
		.words_min = 1,
		.words_max = SELECTIONS_MAX,
		.run = command_rehearse,
	},
	{
		.name = "detach",
		.arguments = "GUEST|CARD|ADDRESS...",
		.summary = "take devices from the host, ready for a guest",
		.options = OPTION_DRY_RUN | OPTION_JSON | OPTION_NO_GUARD,
		.words_min = 1,
		.words_max = SELECTIONS_MAX,
		.run = command_detach,
	},
	{
		.name = "reattach",
		.arguments = "GUEST|CARD|ADDRESS...",
		.summary = "bring devices home",
		.options = OPTION_CYCLE | OPTION_DRY_RUN | OPTION_JSON | OPTION_NO_GUARD,
		.words_min = 1,
		.words_max = SELECTIONS_MAX,
		.run = command_reattach,
	},
	{
		.name = "status",
		.arguments = "",
		.summary = "who has which card",
		.options = OPTION_JSON | OPTION_ROOT,
		.run = command_status,
	},
	{
		.name = "wait",
		.arguments = "GUEST|CARD|ADDRESS...",
		.summary = "wait until a guest or the host has everything",
		.options = OPTION_STATE | OPTION_TIMEOUT,
		.words_min = 1,
		.words_max = SELECTIONS_MAX,
		.run = command_wait,
	},
	{
		.name = "repair",
		.arguments = "[GUEST...]",
		.summary = "put right what an interrupted hand-over left",
		.words_max = SELECTIONS_MAX,
		.run = command_repair,
	},
	{
		.name = "forget",
		.arguments = "GUEST...",
		.summary = "another device is meant than a guest had at its address",
		.words_min = 1,
		.words_max = SELECTIONS_MAX,
		.run = command_forget,
	},
	{
		.name = "run",
		.arguments = "QEMU [ARGUMENTS...]",
		.summary = "run a QEMU with the devices in its arguments, then bring them home",
		.options = OPTION_GUEST | OPTION_NO_GUARD,
		.words_min = 1,
		.words_max = 1 + QEMU_ARGUMENTS_MAX,
		.run = command_run,
		.verbatim = true,
	},
	{
		.name = "rom",
		.arguments = "dump|check|mend FILE...",
		.summary = "a card's video BIOS: into a file, what is wrong with it, cut clean",
		.options = OPTION_JSON,
		.words_min = 1,
		.words_max = 3,
		.run = command_rom,
	},
	{
		.name = "advise",
		.arguments = "GUEST|qemu [CARD...]",
		.summary = "what to change in a guest's definition for the hardware at hand",
		.options = OPTION_APPLY | OPTION_JSON | OPTION_PICTURE | OPTION_ONLY | OPTION_ROM |
			   OPTION_ROOT,
		.words_min = 1,
		.words_max = SELECTIONS_MAX,
		.run = command_advise,
	},
	{
		.name = "capture",
		.arguments = "[FILE]",
		.summary = "this machine as one text that --root reads, for reports and tests",
		.options = OPTION_KEEP_NAMES | OPTION_ROOT,
		.words_max = 1,
		.run = command_capture,
	},
	{
		.name = "install",
		.arguments = "[DOOR] [GUEST...]",
		.summary = "have libvirt and Proxmox VE call baton, or say who does",
		.options = OPTION_DRY_RUN | OPTION_JSON | OPTION_LIST | OPTION_ROOT,
		.words_max = SELECTIONS_MAX,
		.run = command_install,
	},
	{
		.name = "uninstall",
		.arguments = "[DOOR] [GUEST...]",
		.summary = "take back what install has changed",
		.options = OPTION_DRY_RUN | OPTION_JSON,
		.words_max = SELECTIONS_MAX,
		.run = command_uninstall,
	},
	{
		.name = "boot",
		.arguments = "ACTION [ARGUMENT...]",
		.summary =
			"status, setup, enable-iommu, assign, release, clean or undo: what happens when the machine starts",
		.options = OPTION_DRY_RUN | OPTION_JSON | OPTION_ON_DEMAND | OPTION_PERMANENT |
			   OPTION_ROOT | OPTION_YES,
		.words_min = 1,
		.words_max = 32,
		.run = command_boot,
	},
	{
		.name = "guard",
		.arguments = "GUEST",
		.summary = "watch one hand-over until it is over",
		.words_min = 1,
		.words_max = 1,
		.run = command_guard,
		.hidden = true,
	},
};
const size_t command_count = COUNT(commands);

enum result command_fail(enum result result, const struct error *error) {
	struct error printable = *error;

	/* A guest's name may have anything in it; a message is one line. */
	(void)text_tame(printable.text);
	fprintf(stderr, "baton: %s\n", printable.text);
	return result;
}

enum result door_fail(const struct platform *platform, const char *guest, enum result result,
	const struct error *error) {
	const struct event event = {
		.guest = guest,
		.outcome = result == RESULT_REFUSED || result == RESULT_USAGE ? OUTCOME_REFUSED
									      : OUTCOME_FAILED,
		.detail = error->text,
	};

	platform->log(&event);
	return command_fail(result, error);
}

static void print_commands(FILE *stream) {
	fprintf(stream, "usage: baton COMMAND [OPTIONS] [WORDS]\n\n"
			"Hands PCI devices from this host to a virtual machine and back.\n\n");
	for (size_t i = 0; i < command_count; i++) {
		if (!commands[i].hidden) {
			fprintf(stream, "  %-9s %-24s %s\n", commands[i].name,
				commands[i].arguments, commands[i].summary);
		}
	}
	fprintf(stream, "\n  baton COMMAND --help      the options of a command\n"
			"  baton --version           the release\n\n"
			"Exit codes: 0 done, 1 failed and undone, 2 usage, 3 refused, "
			"4 not as before: see `baton status`.\n");
}

static const struct command *find(const char *name) {
	for (size_t i = 0; i < command_count; i++) {
		if (strcmp(commands[i].name, name) == 0) {
			return &commands[i];
		}
	}
	return NULL;
}

/* A root is a directory, or the text of one. */
static int run_below(const struct command *command, struct invocation *invocation) {
	AUTO_UNPACKED struct unpacked unpacked = {.root = -1};
	struct error error = {0};
	struct stat info;

	if (invocation->options & OPTION_ROOT && stat(invocation->root, &info) == 0 &&
		!S_ISDIR(info.st_mode)) {
		if (unpack_file(invocation->root, &unpacked, &error) < 0) {
			return command_fail(RESULT_USAGE, &error);
		}
		invocation->root = unpacked.path;
	}
	return command->run(invocation);
}

static int run_command(
	const struct platform *platform, const struct command *command, int argc, char **argv) {
	struct invocation invocation = {.platform = platform, .root = "/"};
	int code = invocation_read(&invocation, command, argc, argv);

	if (code >= 0) {
		return code;
	}
	if (invocation.word_count < command->words_min ||
		invocation.word_count > command->words_max) {
		fprintf(stderr, "baton: usage: baton %s [OPTIONS]%s%s\n", command->name,
			command->arguments[0] ? " " : "", command->arguments);
		return RESULT_USAGE;
	}
	return run_below(command, &invocation);
}

int command_dispatch(const struct platform *platform, int argc, char **argv) {
	const struct command *command;

	if (argc < 2) {
		print_commands(stderr);
		return RESULT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		print_commands(stdout);
		return RESULT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("baton %s\n", BATON_VERSION);
		return RESULT_DONE;
	}
	command = find(argv[1]);
	if (!command) {
		fprintf(stderr, "baton: there is no command \"%s\"; `baton --help` lists them\n",
			argv[1]);
		return RESULT_USAGE;
	}
	return run_command(platform, command, argc - 1, argv + 1);
}
