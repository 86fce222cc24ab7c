// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <errno.h>

#include "base/macros.h"
#include "inventory/topology.h"

#define CPUS_MAX 8192

struct seen {
	unsigned int count;
	unsigned int last;
};

static int see(void *context, unsigned int number) {
	struct seen *seen = context;

	assert(number < CPUS_MAX);
	seen->count++;
	seen->last = number;
	return seen->count == CPUS_MAX ? 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	AUTO_FREE char *text = strndup((const char *)data, size);
	struct seen seen = {0};
	int r;

	assert(text);
	r = cpu_list_each(text, see, &seen);
	assert(r == 0 || r == -EINVAL || (r == 1 && seen.count == CPUS_MAX));
	return 0;
}
