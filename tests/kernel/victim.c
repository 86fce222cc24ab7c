// SPDX-License-Identifier: GPL-2.0-or-later
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>

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

static _Noreturn void be_baton(char *const *words, bool traced) {
	int log = open(VICTIM_LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

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
static _Noreturn void be_tracer(char *const *words, struct death *death, int answer) {
	struct death nobody = {.name = "nobody"};
	int status;
	pid_t baton = fork();

	if (baton == 0) {
		be_baton(words, true);
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

void victim_run(char *const *words, struct death *death) {
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return;
	}
	pid = fork();
	if (pid == 0) {
		be_tracer(words, death, ends[1]);
	}
	close(ends[1]);
	if (read(ends[0], death, sizeof(*death)) != sizeof(*death)) {
		death->status = -1;
	}
	close(ends[0]);
}

int victim_run_whole(char *const *words) {
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		be_baton(words, false);
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void victim_await_workers(void) {
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
	}
}
