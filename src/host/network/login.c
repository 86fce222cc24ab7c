// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/login.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/holder/hold.h"
#include "host/holder/process.h"
#include "host/holder/session.h"
#include "host/holder/who.h"
#include "host/link.h"

#define FILE_MAX_SIZE (16U << 20)
#define ANCESTORS_MAX 64
#define ESTABLISHED   1 /* include/net/tcp_states.h */

/* A socket of a process through which a person is here. */
struct socket {
	unsigned long inode;
	int pid;
	bool own;
};

struct sockets {
	struct socket *sockets;
	size_t count;
};

static void sockets_free(struct sockets *sockets) {
	free(sockets->sockets);
	*sockets = (struct sockets){0};
}

static int add_socket(struct sockets *sockets, const struct socket *socket) {
	for (size_t i = 0; i < sockets->count; i++) {
		struct socket *other = &sockets->sockets[i];

		if (other->inode == socket->inode) {
			/* The topmost of those who share it, which a session ends with. */
			other->pid = socket->pid;
			other->own |= socket->own;
			return 0;
		}
	}
	if (!ARRAY_ROOM(sockets->sockets, sockets->count)) {
		return -ENOMEM;
	}
	sockets->sockets[sockets->count++] = *socket;
	return 0;
}

/* "socket:[12345]": the links of /proc say it without going anywhere. */
static int add_sockets(int root, int pid, bool own, struct sockets *sockets) {
	AUTO_NAMES struct names names = {0};
	AUTO_CLOSE int directory = -1;
	char path[64];
	int r = name_format(path, sizeof(path), "proc/%d/fd", pid);

	if (r < 0) {
		return r;
	}
	directory = dir_open(root, path);
	r = directory < 0 ? directory : names_read(directory, ".", &names);
	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		struct socket socket = {.pid = pid, .own = own};
		char link[64];

		if (link_read(directory, names.names[i], link, sizeof(link)) == 0 &&
			sscanf(link, "socket:[%lu]", &socket.inode) == 1) {
			r = add_socket(sockets, &socket);
		}
	}
	return r;
}

/* This process and those above it: one of them talks to whoever asks. */
static int add_ancestors(int root, struct sockets *sockets) {
	unsigned long long pid;
	char self[32];
	int next, r = 0;

	if (link_read_name(root, "proc/self", self, sizeof(self)) < 0 ||
		number_parse(self, INT_MAX, &pid) < 0) {
		return 0;
	}
	next = (int)pid;
	for (int i = 0; i < ANCESTORS_MAX && next > 1 && r == 0; i++) {
		r = add_sockets(root, next, true, sockets);
		if (r == 0 && process_parent(root, next, &next) < 0) {
			break;
		}
	}
	return r;
}

static int add_sessions(int root, struct sockets *sockets) {
	AUTO_SESSIONS struct sessions sessions = {0};
	int r = sessions_read(root, &sessions);

	for (size_t i = 0; i < sessions.count && r == 0; i++) {
		const struct session *session = &sessions.sessions[i];

		if (session->remote && session->of_a_person) {
			r = add_sockets(root, session->leader, false, sockets);
		}
	}
	return r;
}

/* "  4: 0100007F:0016 0200007F:D431 01 00000000:00000000 00:00000000 00000000  0  0 12345 ..." */
int connection_parse(const char *line, struct connection *ret) {
	char local[33], remote[33];
	struct connection connection = {0};
	unsigned int state;

	if (sscanf(line, " %*u: %32[0-9A-F]:%*x %32[0-9A-F]:%*x %x %*x:%*x %*x:%*x %*x %*u %*u %lu",
		    local, remote, &state, &connection.inode) != 4 ||
		state != ESTABLISHED || inet_parse_words(local, &connection.local) < 0 ||
		inet_parse_words(remote, &connection.remote) < 0) {
		return -EINVAL;
	}
	*ret = connection;
	return 0;
}

static int note_own(const struct network *network, const char *name, unsigned int depth) {
	const struct interface *interface = interfaces_find(&network->interfaces, name);
	int r = interface ? names_add(network->own, name) : 0;

	for (size_t i = 0; interface && depth < 8 && i < interface->lowers.count && r == 0; i++) {
		r = note_own(network, interface->lowers.names[i], depth + 1);
	}
	return r;
}

static int hold_way(
	const struct network *network, const struct inet *address, const struct holder *like) {
	const struct route *route = routes_find(&network->routes, address);
	int r = network_hold_way(network, address, like);

	return r < 0 || !route || !like->own ? r : note_own(network, route->interface, 0);
}

static int add_login(const struct network *network, const struct socket *socket,
	const struct connection *connection) {
	struct holder holder = {.kind = HOLDER_LOGIN, .own = socket->own, .who.pid = socket->pid};
	AUTO_CLOSE int process = -1;
	int r;

	if (inet_is_local(&connection->remote) ||
		inet_same(&connection->local, &connection->remote)) {
		return 0;
	}
	process = who_open(network->root, socket->pid);
	if (process >= 0) {
		who_read(network->root, process, socket->pid, &holder.who);
	}
	memcpy(holder.name, holder.who.comm, sizeof(holder.name));
	/* The route to our own address leads to the interface that has it, of each family. */
	r = inet_is_link_local(&connection->remote)
		    ? 0
		    : hold_way(network, &connection->remote, &holder);
	return r < 0 ? r : hold_way(network, &connection->local, &holder);
}

static int look_at_line(
	const struct network *network, const struct sockets *sockets, const char *line) {
	struct connection connection;

	if (connection_parse(line, &connection) < 0) {
		return 0;
	}
	for (size_t i = 0; i < sockets->count; i++) {
		if (sockets->sockets[i].inode == connection.inode) {
			return add_login(network, &sockets->sockets[i], &connection);
		}
	}
	return 0;
}

static int look_at_table(
	const struct network *network, const struct sockets *sockets, const char *path) {
	AUTO_FREE char *data = NULL;
	char *rest, *line;
	int r = file_read(network->root, path, FILE_MAX_SIZE, &data, NULL);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	rest = data;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		r = look_at_line(network, sockets, line);
	}
	return r;
}

int logins_read(const struct network *network) {
	static const char *const tables[] = {"proc/net/tcp", "proc/net/tcp6"};
	CLEANUP(sockets_free) struct sockets sockets = {0};
	int r = add_ancestors(network->root, &sockets);

	r = r < 0 ? r : add_sessions(network->root, &sockets);
	for (size_t i = 0; i < COUNT(tables) && sockets.count > 0 && r == 0; i++) {
		r = look_at_table(network, &sockets, tables[i]);
	}
	return r;
}
