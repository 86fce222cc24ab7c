// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/command.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>

#include "base/macros.h"
#include "base/text.h"
#include "capture/unpack.h"
#include "report/table.h"
#include "request/qemu/arguments.h"

#define TIMEOUT_MAX_S 2592000 /* 30 days: in milliseconds, it still fits an unsigned int */

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

static const struct {
	enum command_option option;
	const char *text;
	const char *summary;
} option_help[] = {
	{OPTION_CARDS, "--cards", "only cards with a picture, whole"},
	{OPTION_APPLY, "--apply", "have the hypervisor change it, once what was is kept"},
	{OPTION_ON_DEMAND, "--on-demand", "setup: the host has all cards, and hands them over"},
	{OPTION_PERMANENT, "--permanent", "setup: guests have these cards for good"},
	{OPTION_CYCLE, "--cycle", "take cards that are home to VFIO and back"},
	{OPTION_DEVICE, "--device DEVICE", "only this device, slot or card"},
	{OPTION_DRY_RUN, "-n, --dry-run", "only say what would be done"},
	{OPTION_EXPLAIN, "--explain ID",
		"say all that is known of a finding, and look for nothing"},
	{OPTION_FORCE, "--force", "end it like a power cut, without asking the guest"},
	{OPTION_GROUP, "--group NUMBER", "only this IOMMU group"},
	{OPTION_GUEST, "--guest NAME", "call the guest so, whatever QEMU calls it"},
	{OPTION_HOLDERS, "--holders", "only who keeps them busy, and what would make each go"},
	{OPTION_JSON, "--json", "report as JSON"},
	{OPTION_PICTURE, "--looking-glass SIZE",
		"memory for Looking Glass: of a picture such as 2560x1440"},
	{OPTION_ONLY, "--only IDS", "only these"},
	{OPTION_ROM, "--rom FILE", "give the guest this file for the card's ROM"},
	{OPTION_ROOT, "--root ROOT",
		"read a captured machine, a directory or a file, not this one"},
	{OPTION_KEEP_NAMES, "--keep-names", "leave ids, addresses and names of people as they are"},
	{OPTION_LIST, "--list", "only say which guest has which door"},
	{OPTION_NO_GUARD, "--no-guard", "start no guard: `baton repair` is then up to you"},
	{OPTION_SERIALS, "--serials", "with serial numbers and addresses, left out otherwise"},
	{OPTION_STATE, "--state STATE", "host or guest (the default): who is to have it"},
	{OPTION_SVG, "--svg", "the drawing alone"},
	{OPTION_TIMEOUT, "--timeout SECONDS", "go on, or give up, after so long"},
	{OPTION_YES, "-y, --yes", "do not ask"},
};

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

int invocation_timeout(const struct invocation *invocation, unsigned int otherwise_s,
	unsigned int *ret_s, struct error *error) {
	unsigned long long seconds = otherwise_s;

	if (invocation->timeout && number_parse(invocation->timeout, TIMEOUT_MAX_S, &seconds) < 0) {
		return error_set(error, -EINVAL,
			"--timeout is a whole number of seconds, and not \"%s\"",
			invocation->timeout);
	}
	*ret_s = (unsigned int)seconds;
	return 0;
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

static void print_command(const struct command *command) {
	printf("usage: baton %s [OPTIONS]%s%s\n\n%s\n", command->name,
		command->arguments[0] ? " " : "", command->arguments, command->summary);
	for (size_t i = 0; i < COUNT(option_help); i++) {
		if (command->options & option_help[i].option) {
			printf("  %-22s %s\n", option_help[i].text, option_help[i].summary);
		}
	}
	printf("  %-22s %s\n", "-h, --help", "this");
}

static const struct command *find(const char *name) {
	for (size_t i = 0; i < command_count; i++) {
		if (strcmp(commands[i].name, name) == 0) {
			return &commands[i];
		}
	}
	return NULL;
}

/* The argument of an option that has one. */
static void set_value(struct invocation *invocation, unsigned int option) {
	switch (option) {
	case OPTION_EXPLAIN:
		invocation->explain = optarg;
		break;
	case OPTION_ROOT:
		invocation->root = optarg;
		break;
	case OPTION_GUEST:
		invocation->guest = optarg;
		break;
	case OPTION_ONLY:
		invocation->only = optarg;
		break;
	case OPTION_ROM:
		invocation->rom = optarg;
		break;
	case OPTION_PICTURE:
		invocation->picture = optarg;
		break;
	case OPTION_STATE:
		invocation->state = optarg;
		break;
	case OPTION_DEVICE:
		invocation->device = optarg;
		break;
	case OPTION_GROUP:
		invocation->group = optarg;
		break;
	case OPTION_TIMEOUT:
		invocation->timeout = optarg;
		break;
	default:
		break;
	}
}

/* Takes the options off the front; -1: go on, otherwise the exit code. */
static int parse_options(
	const struct command *command, int argc, char **argv, struct invocation *invocation) {
	static const struct option options[] = {
		{"cards", no_argument, NULL, OPTION_CARDS},
		{"apply", no_argument, NULL, OPTION_APPLY},
		{"cycle", no_argument, NULL, OPTION_CYCLE},
		{"device", required_argument, NULL, OPTION_DEVICE},
		{"dry-run", no_argument, NULL, OPTION_DRY_RUN},
		{"explain", required_argument, NULL, OPTION_EXPLAIN},
		{"force", no_argument, NULL, OPTION_FORCE},
		{"group", required_argument, NULL, OPTION_GROUP},
		{"guest", required_argument, NULL, OPTION_GUEST},
		{"help", no_argument, NULL, 'h'},
		{"holders", no_argument, NULL, OPTION_HOLDERS},
		{"json", no_argument, NULL, OPTION_JSON},
		{"keep-names", no_argument, NULL, OPTION_KEEP_NAMES},
		{"list", no_argument, NULL, OPTION_LIST},
		{"looking-glass", required_argument, NULL, OPTION_PICTURE},
		{"no-guard", no_argument, NULL, OPTION_NO_GUARD},
		{"on-demand", no_argument, NULL, OPTION_ON_DEMAND},
		{"only", required_argument, NULL, OPTION_ONLY},
		{"permanent", no_argument, NULL, OPTION_PERMANENT},
		{"rom", required_argument, NULL, OPTION_ROM},
		{"root", required_argument, NULL, OPTION_ROOT},
		{"serials", no_argument, NULL, OPTION_SERIALS},
		{"state", required_argument, NULL, OPTION_STATE},
		{"svg", no_argument, NULL, OPTION_SVG},
		{"timeout", required_argument, NULL, OPTION_TIMEOUT},
		{"yes", no_argument, NULL, OPTION_YES},
		{0},
	};
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, command->verbatim ? "+hny" : "hny", options, NULL)) !=
		-1) {
		unsigned int option = c == 'n'   ? OPTION_DRY_RUN
				      : c == 'y' ? OPTION_YES
						 : (unsigned int)c;

		if (c == 'h') {
			print_command(command);
			return RESULT_DONE;
		}
		if (c == '?' || !(command->options & option)) {
			fprintf(stderr, "baton: see `baton %s --help` for the options it has\n",
				command->name);
			return RESULT_USAGE;
		}
		invocation->options |= option;
		set_value(invocation, option);
	}
	return -1;
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
	int code = parse_options(command, argc, argv, &invocation);

	if (code >= 0) {
		return code;
	}
	invocation.words = argv + optind;
	invocation.word_count = (size_t)(argc - optind);
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
