// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A busy machine, planted: so many processes with so many open files each. The last one has a node
 * mapped and closed, and the one before it has it open.
 *
 *     crowd PROCESSES FILES NODE
 *
 * Prints "ready OPENER MAPPER" and waits until its standard input ends; then all of it is gone.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what) {
	perror(what);
	exit(EXIT_FAILURE);
}

static _Noreturn void be_one(int files, const char *open_node, const char *mapped_node) {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (open_node && open(open_node, O_RDONLY) < 0) {
		_exit(1);
	}
	if (mapped_node) {
		int node = open(mapped_node, O_RDONLY);

		mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, node, 0);
		close(node);
	}
	for (int i = 3; i < files; i++) {
		dup(STDERR_FILENO);
	}
	for (;;) {
		pause();
	}
}

static pid_t plant(int files, const char *open_node, const char *mapped_node) {
	pid_t pid = fork();

	if (pid < 0) {
		fail("fork");
	}
	if (pid == 0) {
		be_one(files, open_node, mapped_node);
	}
	return pid;
}

int main(int argc, char **argv) {
	int processes = argc == 4 ? atoi(argv[1]) : 0, files = argc == 4 ? atoi(argv[2]) : 0;
	pid_t opener, mapper;
	int pipes[2];
	char byte;

	if (processes < 2 || files < 4) {
		fputs("usage: crowd PROCESSES FILES NODE\n", stderr);
		return EXIT_FAILURE;
	}
	/* What most files of a busy machine are: neither nodes nor on a disk. */
	if (pipe(pipes) < 0 || dup2(pipes[1], STDERR_FILENO) < 0) {
		fail("pipe");
	}
	for (int i = 0; i < processes - 2; i++) {
		plant(files, NULL, NULL);
	}
	opener = plant(files, argv[3], NULL);
	mapper = plant(files, NULL, argv[3]);
	printf("ready %d %d\n", (int)opener, (int)mapper);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0) {
	}
	return EXIT_SUCCESS;
}
