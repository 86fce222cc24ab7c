// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "report.h"

static const char storage[] = "local:snippets/";

/* Looked at anew at every execution: links are followed, the storage's content types are not asked.
 */
static bool find_script(const char *volume, char ret[PATH_SIZE]) {
	struct stat status;

	if (strncmp(volume, storage, strlen(storage)) != 0 ||
		strchr(volume + strlen(storage), '/')) {
		return fail("'%s' is not in the snippets directory", volume);
	}
	(void)snprintf(ret, PATH_SIZE, "/var/lib/vz/snippets/%s", volume + strlen(storage));
	if (stat(ret, &status) < 0 || !S_ISREG(status.st_mode)) {
		return fail("script '%s' does not exist", volume);
	}
	return access(ret, X_OK) == 0 || fail("script '%s' is not executable", volume);
}

static _Noreturn void be_script(char *const argv[], const int ends[3]) {
	(void)setenv("LC_ALL", "C", 1);
	(void)setenv("LVM_SUPPRESS_FD_WARNINGS", "1", 1);
	for (int i = 0; i < 3; i++) {
		(void)dup2(ends[i], i);
	}
	execv(argv[0], argv);
	_exit(127);
}

/* Passes on what comes from both pipes until nobody can write to either any more. */
static void pass_output(const int outputs[2]) {
	struct pollfd files[2] = {
		{.fd = outputs[0], .events = POLLIN}, {.fd = outputs[1], .events = POLLIN}};

	while (files[0].fd >= 0 || files[1].fd >= 0) {
		if (poll(files, 2, -1) < 0 && errno != EINTR) {
			return;
		}
		for (int i = 0; i < 2; i++) {
			char bytes[4096];
			ssize_t n = files[i].fd >= 0 && files[i].revents
					    ? read(files[i].fd, bytes, sizeof(bytes))
					    : -1;

			if (n > 0) {
				(void)!write(i + 1, bytes, (size_t)n);
			}
			files[i].fd = n == 0 ? -1 : files[i].fd;
		}
	}
}

/* The status of wait(), or -1. */
static int run(char *const argv[]) {
	int in[2], out[2], err[2], status = -1;
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0) {
		return -1;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		be_script(argv, (int[]){in[0], out[1], err[1]});
	}
	close(in[0]);
	close(in[1]);
	close(out[1]);
	close(err[1]);
	pass_output((int[]){out[0], err[0]});
	close(out[0]);
	close(err[0]);
	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}

bool hook_run(const struct config *config, const char *phase) {
	const char *volume = section_get(&config->main, "hookscript");
	char path[PATH_SIZE], vmid[16];
	int status;

	if (!volume) {
		return true;
	}
	(void)snprintf(vmid, sizeof(vmid), "%u", config->vmid);
	if (!find_script(volume, path)) {
		return fail("hookscript error for %s on %s", vmid, phase);
	}
	record(config->vmid, "%s begins", phase);
	status = run((char *[]){path, vmid, (char *)phase, NULL});
	record(config->vmid, "%s ended %d", phase, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return status == 0 || fail("hookscript error for %s on %s: command '%s %s %s' failed", vmid,
				      phase, path, vmid, phase);
}
