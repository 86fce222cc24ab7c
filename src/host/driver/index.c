// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/index.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MAGIC         0xB007F457
#define VERSION_MAJOR 2

#define NODE_PREFIX   0x80000000
#define NODE_VALUES   0x40000000
#define NODE_CHILDREN 0x20000000
#define NODE_OFFSET   0x0FFFFFFF

#define KEY_MAX   256
#define NODE_MAX  2048 /* bytes: 128 children, a prefix and the values */
#define DEPTH_MAX 64   /* of nodes below each other */
#define NODES_MAX 4096 /* that one search may look at */

struct search {
	int fd;
	const char *prefix;
	int (*found)(void *context, const char *key, const char *value);
	void *context;
	unsigned int nodes; /* looked at so far */
	unsigned int depth; /* of the one that is looked at */
	char key[KEY_MAX];
};

/* What has been read of one node, and how far it has been taken apart. */
struct node {
	char data[NODE_MAX];
	size_t length;
	size_t at;
};

static int take_number(struct node *node, uint32_t *ret) {
	uint32_t number;

	if (node->length - node->at < sizeof(number)) {
		return -EBADMSG;
	}
	memcpy(&number, node->data + node->at, sizeof(number));
	node->at += sizeof(number);
	*ret = ntohl(number);
	return 0;
}

static const char *take_text(struct node *node) {
	const char *text = node->data + node->at;
	const char *end = memchr(text, '\0', node->length - node->at);

	if (end) {
		node->at += (size_t)(end - text) + 1;
	}
	return end ? text : NULL;
}

static int read_node(struct search *search, uint32_t offset, struct node *ret) {
	ssize_t n = pread(search->fd, ret->data, sizeof(ret->data), offset & NODE_OFFSET);

	if (n <= 0 || ++search->nodes > NODES_MAX) {
		return n < 0 ? -errno : -EBADMSG;
	}
	ret->length = (size_t)n;
	ret->at = 0;
	return 0;
}

/* Does the key that has been spelt so far still lead to the prefix, or lie below it? */
static bool leads(const struct search *search, size_t length) {
	size_t wanted = strlen(search->prefix);

	return strncmp(search->key, search->prefix, length < wanted ? length : wanted) == 0;
}

static int add_to_key(struct search *search, size_t *length, const char *text) {
	size_t more = strlen(text);

	if (more >= KEY_MAX - *length) {
		return -EBADMSG;
	}
	memcpy(search->key + *length, text, more + 1);
	*length += more;
	return 0;
}

static int tell_values(struct search *search, struct node *node, size_t length) {
	uint32_t count = 0, priority;
	int r = take_number(node, &count);

	for (uint32_t i = 0; i < count && r == 0; i++) {
		const char *value;

		r = take_number(node, &priority);
		value = r < 0 ? NULL : take_text(node);
		if (!value) {
			return -EBADMSG;
		}
		if (length >= strlen(search->prefix)) {
			r = search->found(search->context, search->key, value);
		}
	}
	return r;
}

static int search_node(struct search *search, uint32_t offset, size_t length);

static int search_child(
	struct search *search, uint32_t offset, size_t length, unsigned char letter) {
	int r;

	if (offset == 0 || length + 1 >= KEY_MAX) {
		return 0;
	}
	search->key[length] = (char)letter;
	search->key[length + 1] = '\0';
	if (!leads(search, length + 1)) {
		return 0;
	}
	if (++search->depth > DEPTH_MAX) {
		return -EBADMSG;
	}
	r = search_node(search, offset, length + 1);
	search->depth--;
	return r;
}

static int search_children(struct search *search, struct node *node, size_t length) {
	unsigned int first, last;
	int r = 0;

	if (node->length - node->at < 2) {
		return -EBADMSG;
	}
	first = (unsigned char)node->data[node->at++];
	last = (unsigned char)node->data[node->at++];
	for (unsigned int letter = first; letter <= last && r == 0; letter++) {
		uint32_t child;

		r = take_number(node, &child);
		if (r == 0) {
			r = search_child(search, child, length, (unsigned char)letter);
		}
	}
	search->key[length] = '\0';
	return r;
}

/* The key has `length` letters where the node begins. */
static int search_node(struct search *search, uint32_t offset, size_t length) {
	struct node node;
	int r = read_node(search, offset, &node);

	if (r == 0 && offset & NODE_PREFIX) {
		const char *prefix = take_text(&node);

		r = prefix ? add_to_key(search, &length, prefix) : -EBADMSG;
	}
	if (r < 0 || !leads(search, length)) {
		return r;
	}
	if (offset & NODE_CHILDREN) {
		r = search_children(search, &node, length);
	}
	return r == 0 && offset & NODE_VALUES ? tell_values(search, &node, length) : r;
}

int index_search(int fd, const char *prefix,
	int (*found)(void *context, const char *key, const char *value), void *context) {
	struct search search = {.fd = fd, .prefix = prefix, .found = found, .context = context};
	struct node head;
	uint32_t magic = 0, version = 0, offset = 0;
	int r = read_node(&search, 0, &head);

	if (r == 0) {
		r = take_number(&head, &magic);
	}
	if (r == 0) {
		r = take_number(&head, &version);
	}
	if (r == 0) {
		r = take_number(&head, &offset);
	}
	if (r < 0 || magic != MAGIC || version >> 16 != VERSION_MAJOR) {
		return r < 0 ? r : -EBADMSG;
	}
	return search_node(&search, offset, 0);
}
