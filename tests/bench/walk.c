// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The walk over all processes alone, for the node that is named: what `fuser NODE` is asked for.
 *
 *     walk NODE
 *
 * Prints the processes that hold it, and how.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/text.h"
#include "host/holder/holder_text.h"
#include "host/holder/walk.h"

static int walk(const char *path) {
	AUTO_CLOSE int root = root_open("/");
	AUTO_HOLDERS struct holders holders = {0};
	const struct filesystems none = {0};
	struct node node = {0};
	struct nodes nodes = {.nodes = &node, .count = 1};
	struct stat info;
	size_t hidden;

	if (stat(path, &info) < 0 || name_set(node.name, sizeof(node.name), path) < 0) {
		return -1;
	}
	node.block = S_ISBLK(info.st_mode);
	node.major = major(info.st_rdev);
	node.minor = minor(info.st_rdev);
	if (processes_read(root, &nodes, &none, &holders, &hidden) < 0) {
		return -1;
	}
	for (size_t i = 0; i < holders.count; i++) {
		printf("%d %s\n", holders.holders[i].who.pid,
			holder_way_name(holders.holders[i].way));
	}
	return 0;
}

int main(int argc, char **argv) {
	if (argc != 2 || walk(argv[1]) < 0) {
		fputs("usage: walk NODE\n", stderr);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
