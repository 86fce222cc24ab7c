// SPDX-License-Identifier: GPL-2.0-or-later
#include "strike.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Only x86 is told of a failure here: elsewhere an operation cannot be kept from being done. */
#ifndef __x86_64__
#error "write the registers of this processor"
#endif

static bool changes(const struct user_regs_struct *registers) {
	switch (registers->orig_rax) {
	case SYS_openat:
		return registers->rdx & (O_CREAT | O_WRONLY | O_TRUNC);
	case SYS_write:
		return registers->rdi > STDERR_FILENO;
	case SYS_fsync:
	case SYS_rename:
	case SYS_renameat:
	case SYS_renameat2:
	case SYS_unlink:
	case SYS_unlinkat:
	case SYS_mkdir:
	case SYS_mkdirat:
	case SYS_fchown:
	case SYS_fchmod:
	case SYS_fsetxattr:
	case SYS_vfork:
	case SYS_clone:
	case SYS_clone3:
		return true;
	default:
		return false;
	}
}

static void begin(const struct strike *strike) {
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0) {
		_exit(1);
	}
	(void)raise(SIGSTOP);
	strike->run(strike->context);
	_exit(0);
}

/* Up to its next stop; false: it has ended. */
static bool next_stop(pid_t pid, int *status) {
	assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
	assert_int_equal(waitpid(pid, status, 0), pid);
	return WIFSTOPPED(*status);
}

static void die(pid_t pid) {
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* The kernel is asked for nothing, and what it answers is replaced. */
static void let_fail(pid_t pid, int error) {
	struct user_regs_struct registers;
	int status;

	assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &registers), 0);
	registers.orig_rax = (unsigned long long)-1;
	assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, &registers), 0);
	assert_true(next_stop(pid, &status));
	assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &registers), 0);
	registers.rax = (unsigned long long)-error;
	assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, &registers), 0);
}

enum struck strike_run(const struct strike *strike) {
	unsigned int count = 0;
	bool entering = false;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		begin(strike);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(
		ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
	while (next_stop(pid, &status)) {
		struct user_regs_struct registers;

		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			continue; /* a signal, which it need not know of */
		}
		entering = !entering;
		assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &registers), 0);
		if (!entering || !changes(&registers) || ++count != strike->at) {
			continue;
		}
		if (!strike->error) {
			die(pid);
			return STRUCK;
		}
		let_fail(pid, strike->error);
		entering = false;
	}
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return count >= strike->at ? STRUCK : STRUCK_NOT;
}
