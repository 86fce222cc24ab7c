// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a row of commands, the whole row again and again, so that all of them see the same machine:
 *
 *     stopwatch ROUNDS COMMAND...
 *
 * Each COMMAND is one argument, split at blanks; "FILE<" in front gives it a file as standard
 * input. Prints a line per run: the command's number, nanoseconds from fork to its end, its exit
 * code.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 64

static long long now_ns(void) {
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void redirect(int fd, const char *path, int flags) {
	int file = open(path, flags);

	if (file < 0 || dup2(file, fd) < 0) {
		_exit(126);
	}
	close(file);
}

static _Noreturn void execute(char *command) {
	char *words[WORDS_MAX + 1] = {NULL}, *input = strchr(command, '<');
	int count = 0;

	if (input) {
		*input = '\0';
	}
	redirect(STDIN_FILENO, input ? command : "/dev/null", O_RDONLY);
	redirect(STDOUT_FILENO, "/dev/null", O_WRONLY);
	redirect(STDERR_FILENO, "/dev/null", O_WRONLY);
	for (char *word = strtok(input ? input + 1 : command, " "); word && count < WORDS_MAX;
		word = strtok(NULL, " ")) {
		words[count++] = word;
	}
	if (count > 0) {
		execvp(words[0], words);
	}
	_exit(127);
}

static int run(char *command, long long *ret_ns) {
	long long since = now_ns();
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execute(command);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("stopwatch");
		exit(EXIT_FAILURE);
	}
	*ret_ns = now_ns() - since;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv) {
	int rounds = argc > 1 ? atoi(argv[1]) : 0;

	for (int round = 0; round < rounds; round++) {
		for (int i = 2; i < argc; i++) {
			long long ns;
			int code = run(argv[i], &ns);

			printf("%d %lld %d\n", i - 2, ns, code);
			fflush(stdout);
		}
	}
	return EXIT_SUCCESS;
}
