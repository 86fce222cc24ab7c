// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/limit.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static int exit_code;
static const char *last_words = "";
static size_t last_words_length;

static void time_is_up(int number) {
	(void)!write(STDERR_FILENO, last_words, last_words_length);
	_exit(exit_code);
}

void limit_time(unsigned int seconds, int code, const char *sentence) {
	const struct sigaction action = {.sa_handler = time_is_up};

	exit_code = code;
	last_words = sentence;
	last_words_length = strlen(sentence);
	(void)sigaction(SIGALRM, &action, NULL);
	alarm(seconds);
}
