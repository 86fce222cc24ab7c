// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kill -9 of the real baton at every operation, on the machine where this runs, and then `baton
 * repair`: as before, always. For virtual hosts only: as root.
 *
 *     slay [--workers] [--exits] [--second N] [--guard] [--every N] [--from K] ADDRESS...
 *
 * An operation is a system call by which baton changes something or lets somebody change it. It is
 * killed right before each, and with --exits also right after each. --workers: not baton is killed
 * but the child that makes its changes. --second: every Nth time the repair is killed as well, at
 * each of its operations in turn. --guard: baton starts its guard, and nobody calls a repair.
 * --every: only every Nth operation, from the Kth on.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>

#include "before.h"

#define LOG           "/tmp/slay.log"
#define ADDRESSES_MAX 8
#define WORDS_MAX     16
#define RETRIES_MAX   50
#define STATE         "/run/baton"
#define GUARD_MS      300000 /* until the guard has put everything right */
#define SETTLE_MS     60000
#define LOOK_MS       50
#define SHOWN_MAX     10
#define UNRESOLVED    4 /* baton's exit code */

static const struct {
	uint64_t number;
	const char *name;
} operations[] = {
	{SYS_write, "write"},
	{SYS_fdatasync, "fdatasync"},
	{SYS_fsync, "fsync"},
	{SYS_fallocate, "fallocate"},
	{SYS_mkdir, "mkdir"},
	{SYS_unlinkat, "unlinkat"},
	{SYS_flock, "flock"},
	{SYS_sendto, "sendto"},
	{SYS_sendmsg, "sendmsg"},
	{SYS_recvmsg, "recvmsg"},
	{SYS_clone, "clone"},
	{SYS_clone3, "clone3"},
};

#define OPERATION_COUNT (sizeof(operations) / sizeof(operations[0]))

struct totals {
	unsigned int deaths[2], seconds, in_flight, held, failures;
};

static struct totals totals;
static char *addresses[ADDRESSES_MAX + 1];
static char *before;
static bool with_exits, workers, guarded;
static unsigned int second; /* every how-manieth repair is killed; 0: none */
static unsigned int every = 1, from;

/* ---- baton, and its death ---- */

struct death {
	uint32_t at;      /* which operation, from 0 */
	bool after;       /* it has been done */
	bool of_worker;   /* not baton dies but the child that makes its changes */
	const char *name; /* out: of the operation; NULL: there is none of that number */
	int status;       /* out: how baton ended */
};

/* Only operations stop, and not each of the thousands of calls that read. */
static bool install_filter(void) {
	struct sock_filter filter[OPERATION_COUNT + 3] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
	struct sock_fprog program = {.len = OPERATION_COUNT + 3, .filter = filter};
	size_t i;

	for (i = 0; i < OPERATION_COUNT; i++) {
		filter[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			(unsigned int)operations[i].number, (unsigned char)(OPERATION_COUNT - i),
			0);
	}
	filter[i + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	filter[i + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static _Noreturn void be_baton(const char *command, bool with_addresses, bool traced) {
	char *words[WORDS_MAX] = {(char *)"baton", (char *)command};
	int log = open(LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	size_t count = 2;

	if (strcmp(command, "detach") == 0 && !guarded) {
		words[count++] = (char *)"--no-guard";
	}
	for (size_t i = 0; with_addresses && addresses[i]; i++) {
		words[count++] = addresses[i];
	}
	(void)dup2(log, STDOUT_FILENO);
	(void)dup2(log, STDERR_FILENO);
	if (traced && (raise(SIGSTOP) != 0 || !install_filter())) {
		_exit(126);
	}
	execvp(words[0], words);
	_exit(127);
}

static const char *find_operation(const struct __ptrace_syscall_info *info) {
	for (size_t i = 0; i < OPERATION_COUNT; i++) {
		if (operations[i].number != info->seccomp.nr) {
			continue;
		}
		/* What it tells people changes nothing. */
		return info->seccomp.nr == SYS_write && info->seccomp.args[0] <= STDERR_FILENO
			       ? NULL
			       : operations[i].name;
	}
	return NULL;
}

/* One operation is about to be done: is it the one to die at? *ret_pass: it is to be done first. */
static bool is_time(struct death *death, uint32_t *met, pid_t pid, bool *ret_pass) {
	struct __ptrace_syscall_info info;
	const char *name = NULL;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) > 0) {
		name = find_operation(&info);
	}
	if (!name || (*met)++ != death->at) {
		return false;
	}
	death->name = name;
	*ret_pass = death->after;
	return !death->after;
}

/* A stop of a tracee: it goes on, or dies. *pass: it is to die at the end of this system call. */
static void decide(struct death *death, pid_t pid, int status, bool victim, bool *pass) {
	static uint32_t met;
	int event = status >> 16, signal = WSTOPSIG(status);
	bool over = signal == (SIGTRAP | 0x80); /* of the system call */
	bool own = event || over || signal == SIGSTOP || signal == SIGCONT;

	if ((*pass && over && victim) || (victim && !death->name && event == PTRACE_EVENT_SECCOMP &&
						 is_time(death, &met, pid, pass))) {
		*pass = false;
		kill(pid, SIGKILL);
		return;
	}
	(void)ptrace(*pass && victim ? PTRACE_SYSCALL : PTRACE_CONT, pid, NULL,
		(void *)(uintptr_t)(own ? 0 : signal));
}

/* Follows baton and its children until baton has ended; with -1 until all have. */
static void follow(struct death *death, pid_t baton) {
	bool pass = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			decide(death, pid, status, (pid == baton) != death->of_worker, &pass);
		} else if (pid == baton) {
			death->status = status;
			return;
		}
	}
}

/*
 * Traces baton and says how it ended as soon as it has; but goes on with what it left behind, which
 * could do nothing without a tracer.
 */
static _Noreturn void be_tracer(
	const char *command, bool with_addresses, struct death *death, int answer) {
	struct death nobody = {.name = "nobody"};
	int status;
	pid_t baton = fork();

	if (baton == 0) {
		be_baton(command, with_addresses, true);
	}
	(void)waitpid(baton, &status, WUNTRACED);
	(void)ptrace(PTRACE_SEIZE, baton, NULL,
		(void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK |
			 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE));
	kill(baton, SIGCONT);
	follow(death, baton);
	(void)!write(answer, death, sizeof(*death));
	close(answer);
	follow(&nobody, -1);
	_exit(0);
}

static void run(const char *command, bool with_addresses, struct death *death) {
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return;
	}
	pid = fork();
	if (pid == 0) {
		be_tracer(command, with_addresses, death, ends[1]);
	}
	close(ends[1]);
	if (read(ends[0], death, sizeof(*death)) != sizeof(*death)) {
		death->status = -1;
	}
	close(ends[0]);
}

static int run_whole(const char *command, bool with_addresses) {
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		be_baton(command, with_addresses, false);
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Tracers, and with them the workers of a baton that was killed. */
static void await_workers(void) {
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
	}
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
	FILE *log = fopen(LOG, "re");

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
		await_workers();
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
	await_workers();
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
	(void)unlink(LOG);
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
