// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unfold MACHINE CONFIGURATION COMMAND WORD...: makes a directory of
 * tests/machines/MACHINE.umockdev, with that for baton's configuration unless it is empty, runs the
 * command with each word "{}" standing for the directory, and gives its exit code.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"

static int run(const struct machine *machine, char **words) {
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		for (char **word = words; *word; word++) {
			if (strcmp(*word, "{}") == 0) {
				*word = (char *)machine->path;
			}
		}
		execvp(words[0], words);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		return 126;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

int main(int argc, char **argv) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	int r;

	if (argc < 4) {
		fprintf(stderr, "usage: unfold MACHINE CONFIGURATION COMMAND WORD...\n");
		return 2;
	}
	r = machine_load(argv[1], &machine);
	if (r == 0 && argv[2][0]) {
		r = machine_write(&machine, "/etc/baton/baton.conf", argv[2]);
	}
	if (r < 0) {
		fprintf(stderr, "unfold: cannot make %s: %s\n", argv[1], strerror(-r));
		return 126;
	}
	return run(&machine, argv + 3);
}
