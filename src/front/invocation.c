// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/invocation.h"

#include <errno.h>
#include <getopt.h>

#include "base/macros.h"
#include "base/text.h"

#define TIMEOUT_MAX_S 2592000 /* 30 days: in milliseconds, it still fits an unsigned int */

static const struct {
	enum command_option option;
	const char *text;
	const char *summary;
} option_help[] = {
	{OPTION_APPLY, "--apply", "have the hypervisor change it, once what was is kept"},
	{OPTION_CARDS, "--cards", "only cards with a picture, whole"},
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
	{OPTION_KEEP_NAMES, "--keep-names", "leave ids, addresses and names of people as they are"},
	{OPTION_LIST, "--list", "only say which guest has which door"},
	{OPTION_PICTURE, "--looking-glass SIZE",
		"memory for Looking Glass: of a picture such as 2560x1440"},
	{OPTION_NO_GUARD, "--no-guard", "start no guard: `baton repair` is then up to you"},
	{OPTION_ON_DEMAND, "--on-demand", "setup: the host has all cards, and hands them over"},
	{OPTION_ONLY, "--only IDS", "only these"},
	{OPTION_PERMANENT, "--permanent", "setup: guests have these cards for good"},
	{OPTION_ROM, "--rom FILE", "give the guest this file for the card's ROM"},
	{OPTION_ROOT, "--root ROOT",
		"read a captured machine, a directory or a file, not this one"},
	{OPTION_SERIALS, "--serials", "with serial numbers and addresses, left out otherwise"},
	{OPTION_STATE, "--state STATE", "host or guest (the default): who is to have it"},
	{OPTION_SVG, "--svg", "the drawing alone"},
	{OPTION_TIMEOUT, "--timeout SECONDS", "go on, or give up, after so long"},
	{OPTION_YES, "-y, --yes", "do not ask"},
};

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

int invocation_read(
	struct invocation *invocation, const struct command *command, int argc, char **argv) {
	static const struct option options[] = {
		{"apply", no_argument, NULL, OPTION_APPLY},
		{"cards", no_argument, NULL, OPTION_CARDS},
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
	invocation->words = argv + optind;
	invocation->word_count = (size_t)(argc - optind);
	return -1;
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
