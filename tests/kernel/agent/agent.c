/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent in a virtual host: does what the test on the other end of a virtio-serial port asks.
 *
 * It starts commands, any number at once, and passes on their output and their end; sends them
 * signals; writes and reads files. Both directions carry frames: three little-endian 32-bit words
 * (length of the payload, id, kind) and the payload. The id is chosen by the test and ties the
 * answers to their request. An error of one request is answered and harms no other; on a frame
 * that makes no sense the agent ends, and whoever started it starts it anew.
 *
 *     asks                                        answers
 *     HELLO   nonce                               HELLO nonce
 *     RUN     cwd, stdin, argc, argv…, env…       STDOUT, STDERR data…, then EXIT status held
 *     SIGNAL  run's id, number, whole group?      DONE
 *     PUT     mode, path; then DATA…, DATA empty  DONE
 *     GET     path                                STDOUT data…, then DONE
 *     any                                         FAILED errno, in place of DONE or EXIT
 *
 * `held` says that some process still had the command's stdout or stderr open when it ended.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "frame.h"
#include "job.h"

static void serve(void) {
	static char payload[PAYLOAD_MAX];
	struct header header;

	read_all(&header, sizeof(header));
	if (header.length > sizeof(payload)) {
		_exit(1);
	}
	read_all(payload, header.length);
	switch (header.kind) {
	case HELLO:
		answer(header.id, HELLO, payload, header.length);
		break;
	case RUN:
		job_start(header.id, payload, header.length);
		break;
	case SIGNAL:
		job_signal(header.id, payload, header.length);
		break;
	case PUT:
		put_begin(header.id, payload, header.length);
		break;
	case DATA:
		put_data(header.id, payload, header.length);
		break;
	case GET:
		get(header.id, payload, header.length);
		break;
	default:
		_exit(1);
	}
}

/* Waits for anything to happen and deals with it. */
static void turn(void) {
	struct pollfd polls[1 + JOB_POLLS * JOB_MAX] = {{.fd = port, .events = POLLIN}};
	nfds_t count = jobs_await(polls + 1);

	if (poll(polls, 1 + count, -1) < 0) {
		return;
	}
	jobs_turn(polls + 1, count);
	if ((polls[0].revents & POLLIN) != 0) {
		serve();
	} else if (polls[0].revents != 0) {
		/* Nobody is at the other end; POLLHUP stays up until somebody is. */
		usleep(10000);
	}
}

/* Opens the virtio-serial port of the name given; udev need not run. Returns -1 if there is none.
 */
static int port_open(const char *name) {
	DIR *directory = opendir("/sys/class/virtio-ports");
	struct dirent *entry;
	int found = -1;

	while (directory != NULL && found < 0 && (entry = readdir(directory)) != NULL) {
		char path[512];
		char text[128] = "";
		int fd;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0) {
			text[strcspn(text, "\n")] = '\0';
		}
		if (fd >= 0) {
			close(fd);
		}
		if (strcmp(text, name) == 0) {
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
			found = open(path, O_RDWR | O_CLOEXEC);
		}
	}
	if (directory != NULL) {
		closedir(directory);
	}
	return found;
}

int main(int argc, char **argv) {
	if (argc != 2) {
		fprintf(stderr, "usage: agent PORT-NAME\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	port = port_open(argv[1]);
	if (port < 0) {
		fprintf(stderr, "agent: no virtio-serial port is named %s\n", argv[1]);
		return 1;
	}
	for (;;) {
		turn();
	}
}
