// SPDX-License-Identifier: GPL-2.0-or-later
#include "strike.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/linux.h"
#include "promise.h"

/* Nothing takes this long: whatever does has hung. */
#define ACT_LIMIT_MS 180000

void strike_wrong(struct strike *strike, const char *format, ...) {
	va_list args;

	if (strike->wrong[0]) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(strike->wrong, sizeof(strike->wrong), format, args);
	va_end(args);
}

const char *strike_act_name(const struct strike *strike) {
	static const char *const names[] = {"detach", "reattach", "repair"};

	return names[strike->act];
}

/* ---- what the injector asks for ---- */

static void die(void *context) {
	(void)context;
	raise(SIGKILL);
}

static void stick(void *context, bool midway) {
	struct strike *strike = context;
	enum hang hang = midway ? HANG_AFTER : HANG_BEFORE;

	for (size_t i = 0; i < strike->injector.fault_count; i++) {
		const struct fault *fault = &strike->injector.faults[i];

		/* A third way for a hang, which only the real kernel has. */
		if (fault->fired && fault->kind == FAULT_HANG && fault->part == HANG_KERNEL) {
			hang = HANG_KERNEL;
		}
	}
	hang_end(&strike->stuck);
	if (!hang_begin(hang, &strike->step, strike->writer, &strike->stuck)) {
		strike_wrong(strike, "the writer %d of %s %s cannot be made to hang (%u)",
			strike->writer, fact_name(strike->step.fact), strike->step.subject, hang);
	}
}

static void unstick(void *context) {
	struct strike *strike = context;

	hang_end(&strike->stuck);
}

static bool stranger(void *context, unsigned int what) {
	(void)context;
	(void)what;
	return false;
}

static void observe(void *context, unsigned int number, const char *key) {
	struct strike *strike = context;

	if (strike->exploring && text_starts(key, "commit ")) {
		strike->real[number] = hang_is_real(&strike->step);
	}
}

static const struct injector_hooks hooks = {
	.die = die, .stick = stick, .unstick = unstick, .stranger = stranger, .observe = observe};

/* ---- one process of baton ---- */

static struct strike *current;
static int (*real_begin)(struct ops *ops, const struct step *step, bool home, struct writer *ret,
	struct error *error);

/* The injector does not know writers; hang.c needs them. */
static int note_begin(struct ops *ops, const struct step *step, bool home, struct writer *ret,
	struct error *error) {
	int r = real_begin(ops, step, home, ret, error);

	current->step = *step;
	current->writer = r == 0 ? ret->process.pid : 0;
	return r;
}

static bool hangs(const struct strike *strike) {
	for (size_t i = 0; i < strike->injector.fault_count; i++) {
		enum fault_kind kind = strike->injector.faults[i].kind;

		if (kind == FAULT_HANG || kind == FAULT_HANG_LATE || kind == FAULT_DIE_HANG) {
			return !strike->injector.disarmed;
		}
	}
	return false;
}

struct ops *strike_open_ops(struct strike *strike) {
	const struct linux_options options = {
		.writer_timeout_ms = hangs(strike) ? STRIKE_HANG_MS : STRIKE_PATIENCE_MS,
		.guard = false,
	};
	struct ops *ops = linux_ops_new(&options, &strike->error);

	if (ops) {
		current = strike;
		real_begin = ops->begin;
		ops->begin = note_begin;
		strike->injector.inner = ops;
	}
	return ops;
}

static int make_request(const struct cards *cards, struct request *ret, struct error *error) {
	int r = 0;

	*ret = (struct request){.guest = STRIKE_GUEST, .title = "libvirt:trial"};
	for (size_t i = 0; r == 0 && cards->addresses[i]; i++) {
		struct address address;

		r = address_parse(cards->addresses[i], &address);
		r = r < 0 ? r : request_add(ret, address, NULL, error);
	}
	return r;
}

static enum result act(struct strike *strike, const struct cards *cards) {
	struct handover handover = {.ops = &strike->injector.ops, .guarded = true};
	struct request request;
	enum result result = RESULT_USAGE;

	switch (strike->act) {
	case ACT_DETACH:
		if (make_request(cards, &request, &strike->error) == 0) {
			result = detach(&handover, &request, "libvirt", &strike->error);
		}
		break;
	case ACT_REATTACH:
		result = reattach(&handover, STRIKE_GUEST, &strike->error);
		break;
	case ACT_REPAIR:
		result = repair(&handover, &strike->error);
		break;
	}
	plan_free(&handover.plan);
	return result;
}

static _Noreturn void be_baton(struct strike *strike, const struct cards *cards) {
	struct ops *ops = strike_open_ops(strike);

	if (!ops) {
		_exit(2);
	}
	strike->result = act(strike, cards);
	linux_ops_free(ops);
	strike->ended = true;
	_exit(0);
}

/* Waits for a process; one that takes too long is killed. Returns its status. */
static int await(struct strike *strike, pid_t pid, int limit_ms) {
	struct pollfd wait = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	int status = 0;

	if (poll(&wait, 1, limit_ms) == 0) {
		strike_wrong(strike, "%s does not come back", strike_act_name(strike));
		kill(pid, SIGKILL);
	}
	close(wait.fd);
	(void)waitpid(pid, &status, 0);
	return status;
}

static void run_process(struct strike *strike, const struct cards *cards, enum act what) {
	int status;
	pid_t pid;

	strike->clean = false;
	strike->act = what;
	strike->ended = false;
	strike->result = RESULT_UNRESOLVED;
	strike->error.text[0] = '\0';
	pid = fork();
	if (pid == 0) {
		be_baton(strike, cards);
	}
	status = await(strike, pid, ACT_LIMIT_MS);
	strike->died = !strike->ended;
	if (strike->telling) {
		printf("    %s: %s %u after %u operations: %s\n", strike_act_name(strike),
			strike->died ? "killed" : "ended with", strike->result,
			strike->injector.count, strike->error.text);
		fflush(stdout);
	}
	if (strike->died && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)) {
		strike_wrong(strike, "%s ended with status %d", strike_act_name(strike), status);
	}
}

static void step(struct strike *strike, const struct cards *cards, enum act what) {
	run_process(strike, cards, what);
	if (strike->died || strike->result == RESULT_UNRESOLVED) {
		promise_named(strike, cards);
		return;
	}
	if (strike->result == RESULT_USAGE ||
		(what != ACT_DETACH && strike->result != RESULT_DONE)) {
		strike_wrong(strike, "%s ended with %u: %s", strike_act_name(strike),
			strike->result, strike->error.text);
	}
	if (what == ACT_DETACH && strike->result == RESULT_DONE) {
		promise_guest_starts(strike, cards);
	} else {
		promise_as_before(strike, cards, false);
	}
}

/* ---- the trial ---- */

static bool is_over(const struct strike *strike) {
	return !strike->died && strike->result != RESULT_UNRESOLVED;
}

/* libvirt's place: it calls the door and lives as long as the guest is starting or there. */
static _Noreturn void be_daemon(struct strike *strike, const struct cards *cards) {
	step(strike, cards, ACT_DETACH);
	if (!strike->died && strike->result == RESULT_DONE) {
		step(strike, cards, ACT_REATTACH);
	}
	_exit(0);
}

/* Writers whose baton was killed are ours now. */
static void await_writers(struct strike *strike) {
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
		siginfo_t info;

		if (pid == 0) {
			alarm(ACT_LIMIT_MS / 1000);
			if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
				strike_wrong(strike, "a writer does not end");
				alarm(0);
				return;
			}
			alarm(0);
		}
	}
}

/* Everything that was stuck goes on, and nothing fails any more. */
static void heal(struct strike *strike) {
	strike->injector.disarmed = true;
	strike->clean = strike->clean && !strike->stuck.writer;
	hang_end(&strike->stuck);
	await_writers(strike);
}

static void finish(struct strike *strike, const struct cards *cards) {
	strike->last = strike->injector.count;
	heal(strike);
	if (is_over(strike) && strike->clean) {
		return; /* nothing is left that a repair could do */
	}
	run_process(strike, cards, ACT_REPAIR);
	if (!is_over(strike) || strike->result != RESULT_DONE) {
		strike_wrong(strike, "the last repair ended with %u: %s", strike->result,
			strike->error.text);
	}
	promise_as_before(strike, cards, true);
}

static void ring(int number) {
	(void)number;
}

struct strike *strike_new(void) {
	struct sigaction action = {.sa_handler = ring};
	struct strike *strike = mmap(
		NULL, sizeof(*strike), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	sigaction(SIGALRM, &action, NULL);
	if (strike == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
		return NULL;
	}
	return strike;
}

void strike_run(struct strike *strike, const struct cards *cards, const struct fault *faults,
	size_t fault_count) {
	pid_t daemon;

	strike->wrong[0] = '\0';
	injector_init(&strike->injector, NULL, &hooks, strike);
	memcpy(strike->injector.faults, faults, fault_count * sizeof(*faults));
	strike->injector.fault_count = fault_count;
	daemon = fork();
	if (daemon == 0) {
		be_daemon(strike, cards);
	}
	(void)await(strike, daemon, 3 * ACT_LIMIT_MS);
	if (!is_over(strike)) {
		step(strike, cards, ACT_REPAIR);
	}
	finish(strike, cards);
}

const char *strike_describe(const struct strike *strike, char *ret, size_t size) {
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < strike->injector.fault_count && used < size; i++) {
		const struct fault *fault = &strike->injector.faults[i];

		used += (size_t)snprintf(ret + used, size - used, "%s%u %s: %s %u%s",
			i ? ", then " : "", fault->at, fault->fired ? fault->key : "not reached",
			fault_name(fault->kind), fault->part, fault->persistent ? " for good" : "");
	}
	return ret;
}
