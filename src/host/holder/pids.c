// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/pids.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "host/array.h"

void pids_free(struct pids *pids) {
	free(pids->pids);
	*pids = (struct pids){0};
}

static int compare(const void *a, const void *b) {
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

int pids_read(int root, struct pids *ret) {
	AUTO_DIR DIR *proc = NULL;
	AUTO_PIDS struct pids pids = {0};
	const struct dirent *entry;
	int r = dir_stream(root, "proc", &proc);

	while (r == 0 && (entry = readdir(proc))) {
		unsigned long long pid;

		if (number_parse(entry->d_name, INT_MAX, &pid) < 0) {
			continue;
		}
		if (!ARRAY_ROOM(pids.pids, pids.count)) {
			return -ENOMEM;
		}
		pids.pids[pids.count++] = (int)pid;
	}
	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	if (pids.count > 1) {
		qsort(pids.pids, pids.count, sizeof(*pids.pids), compare);
	}
	*ret = pids;
	pids = (struct pids){0};
	return 0;
}
