// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

bool fail(const char *format, ...) {
	va_list arguments;

	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return false;
}

void warning(const char *format, ...) {
	va_list arguments;

	fputs("WARN: ", stderr);
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void record(unsigned int vmid, const char *format, ...) {
	char words[512];
	struct timespec now;
	va_list arguments;
	int file = open(EVENTS, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	va_start(arguments, format);
	(void)vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	clock_gettime(CLOCK_REALTIME, &now);
	if (file >= 0) {
		dprintf(file, "%lld.%03ld %u %s\n", (long long)now.tv_sec, now.tv_nsec / 1000000,
			vmid, words);
		close(file);
	}
}
