// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kill -9 of the real baton at every operation, on the machine where this runs, and then `baton
 * repair`: as before, always. For virtual hosts only: as root.
 *
 *     slay [--workers] [--exits] [--second N] [--guard] [--every N] [--from K] ADDRESS...
 *
 * An operation is a system call by which baton changes something or lets somebody change it
 * (victim.h). It is killed right before each, and with --exits also right after each. --workers:
 * not baton is killed but the child that makes its changes. --second: every Nth time the repair is
 * killed as well, at each of its operations in turn. --guard: baton starts its guard, and nobody
 * calls a repair.
 * --every: only every Nth operation, from the Kth on.
 */
#include <dirent.h>
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "before.h"
#include "victim.h"

#define ADDRESSES_MAX 8
#define WORDS_MAX     16
#define RETRIES_MAX   50
#define STATE         "/run/baton"
#define GUARD_MS      300000 /* until the guard has put everything right */
#define SETTLE_MS     60000
#define LOOK_MS       50
#define SHOWN_MAX     10
#define UNRESOLVED    4 /* baton's exit code */

struct totals {
	unsigned int deaths[2], seconds, in_flight, held, failures;
};

static struct totals totals;
static char *addresses[ADDRESSES_MAX + 1];
static char *before;
static bool with_exits, workers, guarded;
static unsigned int second; /* every how-manieth repair is killed; 0: none */
static unsigned int every = 1, from;

/* ---- baton ---- */

struct command {
	char *words[WORDS_MAX];
};

static struct command make_command(const char *name, bool with_addresses) {
	struct command command = {{(char *)"baton", (char *)name}};
	size_t count = 2;

	if (strcmp(name, "detach") == 0 && !guarded) {
		command.words[count++] = (char *)"--no-guard";
	}
	for (size_t i = 0; with_addresses && addresses[i]; i++) {
		command.words[count++] = addresses[i];
	}
	return command;
}

static void run(const char *name, bool with_addresses, struct death *death) {
	struct command command = make_command(name, with_addresses);

	victim_run(command.words, death);
}

static int run_whole(const char *name, bool with_addresses) {
	struct command command = make_command(name, with_addresses);

	return victim_run_whole(command.words);
}

/* ---- as before ---- */

struct difference {
	char first[512];
};

static void keep_first(void *context, char sign, const char *line, size_t length) {
	struct difference *difference = context;

	if (!difference->first[0]) {
		(void)snprintf(difference->first, sizeof(difference->first), "%c%.*s", sign,
			(int)length, line);
	}
}

static bool is_as_before(struct difference *ret) {
	char *now = before_take(addresses);

	ret->first[0] = '\0';
	if (now) {
		before_compare(before, now, keep_first, ret);
	}
	free(now);
	return now && !ret->first[0];
}

/* A driver that has taken its device may go on finding what hangs on it. */
static bool comes_as_before(struct difference *ret) {
	for (int looks = 0; !is_as_before(ret); looks++) {
		if (looks == SETTLE_MS / LOOK_MS) {
			return false;
		}
		(void)poll(NULL, 0, LOOK_MS);
	}
	return true;
}

static void show_log(void) {
	char line[512];
	FILE *log = fopen(VICTIM_LOG, "re");

	while (log && fgets(line, sizeof(line), log)) {
		printf("    %s", line);
	}
	if (log) {
		fclose(log);
	}
}

static void fail(const char *command, const struct death *death, const char *why) {
	if (totals.failures++ < SHOWN_MAX) {
		printf("FAILED %s, killed %s %u (%s): %s\n", command,
			death->after ? "after" : "before", death->at,
			death->name ? death->name : "-", why);
		show_log();
		fflush(stdout);
	}
}

/* ---- repair ---- */

/* A writer may still be busy: then the repair says so, and another when it has ended does it. */
static int repair(void) {
	int code = run_whole("repair", false);

	if (code == UNRESOLVED) {
		totals.in_flight++;
		victim_await_workers();
		code = run_whole("repair", false);
	}
	return code;
}

/* Repairs die, each one operation later than the one before, until one does not. */
static void repair_in_pieces(void) {
	struct death death = {.name = "first"};

	for (; death.at < RETRIES_MAX && death.name; death.at++) {
		death.name = NULL;
		run("repair", false, &death);
		totals.seconds += death.name != NULL;
	}
}

/* ---- the guard ---- */

/* Whether a journal says so in a line of its own. */
static bool journal_says(const char *name, const char *word) {
	char path[512], line[1024];
	bool says = false;
	FILE *journal;

	(void)snprintf(path, sizeof(path), STATE "/%s", name);
	journal = fopen(path, "re");
	while (journal && !says && fgets(line, sizeof(line), journal)) {
		const char *found = strstr(line, word);

		says = found && found > line && found[-1] == ' ';
	}
	if (journal) {
		fclose(journal);
	}
	return says;
}

/* Is there anything for a guard to do: a journal with steps that is nobody's? */
static bool guard_has_work(void) {
	DIR *directory = opendir(STATE);
	const struct dirent *entry;
	bool work = false;

	while (directory && (entry = readdir(directory))) {
		work |= strstr(entry->d_name, ".journal") && journal_says(entry->d_name, "push") &&
			(!journal_says(entry->d_name, "held") ||
				journal_says(entry->d_name, "home"));
	}
	if (directory) {
		closedir(directory);
	}
	return work;
}

/*
 * Nobody calls a repair. A run that died before it had a guard has changed nothing: it leaves a
 * journal without steps, which the next run removes, as does the repair here.
 */
static int await_guard(void) {
	for (unsigned int looks = 0; guard_has_work(); looks++) {
		if (looks == GUARD_MS / LOOK_MS) {
			return -1;
		}
		(void)poll(NULL, 0, LOOK_MS);
	}
	return run_whole("repair", false);
}

/* What is held is whole, and belongs to whoever detached it: only a person ends that. */
static bool is_held(void) {
	char *now = before_take(addresses);
	bool held = now && strstr(now, "state /run/baton/hand") && strstr(now, " held\n");

	free(now);
	return held;
}

static void put_right(const char *command, const struct death *death) {
	static unsigned int count;
	struct difference difference;
	char why[768];
	int code;

	if (second && count++ % second == 0) {
		repair_in_pieces();
	}
	code = guarded ? await_guard() : repair();
	if (code == 0 && is_held()) {
		totals.held++;
		code = run_whole("reattach", true);
	}
	victim_await_workers();
	if (code != 0 || !comes_as_before(&difference)) {
		(void)snprintf(why, sizeof(why), "repaired with %d: %s", code,
			code ? "" : difference.first);
		fail(command, death, why);
		(void)run_whole("reattach", true);
	}
}

/* ---- trials ---- */

/* False: baton ended before this operation. */
static bool trial(const char *command, bool home, struct death *death) {
	death->name = NULL;
	(void)unlink(VICTIM_LOG);
	if (home && run_whole("detach", true) != 0) {
		fail(command, death, "the card cannot be detached");
		return false;
	}
	run(command, true, death);
	if (!death->name && death->status != 0) {
		fail(command, death, "without being killed it fails");
	}
	if (!death->name && !home) {
		(void)run_whole("reattach", true);
	}
	if (death->name) {
		put_right(command, death);
	}
	return death->name;
}

static void try_all(const char *command, bool home) {
	for (struct death death = {.at = from, .of_worker = workers};; death.at += every) {
		death.after = false;
		if (!trial(command, home, &death)) {
			return;
		}
		totals.deaths[home]++;
		death.after = true;
		if (with_exits && trial(command, home, &death)) {
			totals.deaths[home]++;
		}
	}
}

static bool parse(int argc, char **argv) {
	static const struct option names[] = {
		{"every", required_argument, NULL, 'n'},
		{"exits", no_argument, NULL, 'e'},
		{"from", required_argument, NULL, 'f'},
		{"guard", no_argument, NULL, 'g'},
		{"second", required_argument, NULL, 's'},
		{"workers", no_argument, NULL, 'w'},
		{0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == '?') {
			return false;
		}
		every = c == 'n' ? (unsigned int)atoi(optarg) : every;
		from = c == 'f' ? (unsigned int)atoi(optarg) : from;
		guarded |= c == 'g';
		with_exits |= c == 'e';
		workers |= c == 'w';
		second = c == 's' ? (unsigned int)atoi(optarg) : second;
	}
	for (int i = 0; optind + i < argc && i < ADDRESSES_MAX; i++) {
		addresses[i] = argv[optind + i];
	}
	return addresses[0] != NULL && every > 0;
}

int main(int argc, char **argv) {
	if (!parse(argc, argv)) {
		fprintf(stderr, "usage: slay [--workers] [--exits] [--second N] [--guard] "
				"[--every N] [--from K] ADDRESS...\n");
		return 2;
	}
	before = before_take(addresses);
	if (!before || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
		perror("slay");
		return 2;
	}
	try_all("detach", false);
	try_all("reattach", true);
	printf("%s killed at %u operations of detach and %u of reattach, and %u repairs killed: %u were "
	       "in flight, %u were held, %u failed\n",
		workers ? "workers" : "baton", totals.deaths[0], totals.deaths[1], totals.seconds,
		totals.in_flight, totals.held, totals.failures);
	free(before);
	return totals.failures > 0;
}
