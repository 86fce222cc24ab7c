// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stand-in for Proxmox VE's qmeventd, for the virtual hosts (README.md): qmeventd SOCKET. Every
 * QEMU connects to it. It tells one whose guest has switched itself off to quit, and when one goes
 * that has greeted it calls `qm cleanup` (contracts.md A3).
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "guest.h"
#include "report.h"

#define CLIENTS_MAX 16
#define LINE_SIZE   8192

struct client {
	unsigned int vmid; /* 0: it has not greeted */
	bool graceful, guest;
	size_t length;
	char line[LINE_SIZE];
};

/* The first place is for whoever connects. */
static struct pollfd files[CLIENTS_MAX + 1];
static struct client clients[CLIENTS_MAX + 1];

static void say(int file, const char *command) {
	char line[64];

	(void)snprintf(line, sizeof(line), "{\"execute\":\"%s\"}\n", command);
	(void)!send(file, line, strlen(line), MSG_NOSIGNAL);
}

static void greet(int file, struct client *client) {
	struct ucred peer = {0};
	socklen_t size = sizeof(peer);

	if (getsockopt(file, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
		client->vmid = guest_of(peer.pid);
	}
	say(file, "qmp_capabilities");
}

static void hear(int file, struct client *client) {
	if (strstr(client->line, "\"QMP\"")) {
		greet(file, client);
	} else if (strstr(client->line, "\"SHUTDOWN\"")) {
		client->graceful = true;
		client->guest |= strstr(client->line, "\"guest\": true") != NULL;
		say(file, "query-status");
	} else if (strstr(client->line, "\"running\": false")) {
		say(file, "quit");
	}
}

static void start_cleanup(const struct client *client) {
	char vmid[16];

	(void)snprintf(vmid, sizeof(vmid), "%u", client->vmid);
	if (fork() == 0) {
		(void)signal(SIGCHLD, SIG_DFL);
		execl("/usr/sbin/qm", "qm", "cleanup", vmid, client->graceful ? "1" : "0",
			client->guest ? "1" : "0", NULL);
		_exit(127);
	}
}

static void end_client(size_t i) {
	close(files[i].fd);
	files[i].fd = -1;
	if (clients[i].vmid) {
		start_cleanup(&clients[i]);
	}
}

static void hear_all(size_t i) {
	struct client *client = &clients[i];
	char bytes[LINE_SIZE];
	ssize_t n = recv(files[i].fd, bytes, sizeof(bytes), 0);

	for (ssize_t j = 0; j < n; j++) {
		if (bytes[j] != '\n' && client->length < LINE_SIZE - 1) {
			client->line[client->length++] = bytes[j];
		} else {
			client->line[client->length] = '\0';
			client->length = 0;
			hear(files[i].fd, client);
		}
	}
	if (n <= 0) {
		end_client(i);
	}
}

static void admit(void) {
	int file = accept4(files[0].fd, NULL, NULL, SOCK_CLOEXEC);

	for (size_t i = 1; file >= 0 && i <= CLIENTS_MAX; i++) {
		if (files[i].fd < 0) {
			files[i].fd = file;
			clients[i] = (struct client){0};
			return;
		}
	}
	if (file >= 0) {
		close(file);
	}
}

static void serve(void) {
	while (poll(files, CLIENTS_MAX + 1, -1) >= 0) {
		for (size_t i = 1; i <= CLIENTS_MAX; i++) {
			if (files[i].fd >= 0 && files[i].revents) {
				hear_all(i);
			}
		}
		if (files[0].revents) {
			admit();
		}
	}
}

static int listen_at(const char *path) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	(void)unlink(path);
	if (file < 0 || bind(file, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(file, CLIENTS_MAX) < 0) {
		perror(path);
		exit(1);
	}
	return file;
}

int main(int argc, char **argv) {
	if (argc != 2) {
		fprintf(stderr, "usage: qmeventd SOCKET\n");
		return 2;
	}
	for (size_t i = 0; i <= CLIENTS_MAX; i++) {
		files[i] =
			(struct pollfd){.fd = i == 0 ? listen_at(argv[1]) : -1, .events = POLLIN};
	}
	(void)signal(SIGCHLD, SIG_IGN);
	if (daemon(0, 1) < 0) {
		perror("qmeventd");
		return 1;
	}
	serve();
	return 1;
}
