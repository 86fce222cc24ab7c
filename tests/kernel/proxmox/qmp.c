// SPDX-License-Identifier: GPL-2.0-or-later
#include "qmp.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "guest.h"
#include "report.h"

#define ANSWER_S 60

static FILE *open_socket(unsigned int vmid) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct timeval limit = {.tv_sec = ANSWER_S};
	char path[PATH_SIZE];
	FILE *file = NULL;
	int socket_file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	guest_path(vmid, "qmp", path);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", path);
	if (setsockopt(socket_file, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0 &&
		connect(socket_file, (struct sockaddr *)&address, sizeof(address)) == 0) {
		file = fdopen(socket_file, "re");
	}
	if (!file && socket_file >= 0) {
		close(socket_file);
	}
	return file;
}

/* The first line that has one of two words in it; events come in between. False: the end. */
static bool await(FILE *file, const char *word, const char *other, char *ret, size_t size) {
	while (fgets(ret, (int)size, file)) {
		if (strstr(ret, word) || strstr(ret, other)) {
			return true;
		}
	}
	return false;
}

static bool ask(FILE *file, unsigned int vmid, const char *command, const char *arguments) {
	char line[8192];

	if (!await(file, "\"QMP\"", "\"QMP\"", line, sizeof(line))) {
		return fail("VM %u qmp - no greeting", vmid);
	}
	dprintf(fileno(file), "{\"execute\":\"qmp_capabilities\"}\n");
	if (!await(file, "\"return\"", "\"error\"", line, sizeof(line))) {
		return fail("VM %u qmp - no capabilities", vmid);
	}
	dprintf(fileno(file), "{\"execute\":\"%s\",\"arguments\":%s}\n", command,
		arguments ? arguments : "{}");
	if (!await(file, "\"return\"", "\"error\"", line, sizeof(line))) {
		return strcmp(command, "quit") == 0 ||
		       fail("VM %u qmp command '%s' failed - no answer", vmid, command);
	}
	return !strstr(line, "\"error\"") ||
	       fail("VM %u qmp command '%s' failed - %s", vmid, command, line);
}

bool qmp_do(unsigned int vmid, const char *command, const char *arguments) {
	FILE *file = open_socket(vmid);
	bool done;

	if (!file) {
		return fail("VM %u qmp command '%s' failed - unable to connect", vmid, command);
	}
	done = ask(file, vmid, command, arguments);
	(void)fclose(file);
	return done;
}
