// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/capture.h"

#include <errno.h>
#include <string.h>

#include "capture/contents.h"
#include "capture/secrets.h"
#include "capture/text.h"
#include "capture/write.h"

/* modules.alias says in text what its index does; the index alone is looked at. */
static int add_aliases(struct follower *follower, const struct host *host) {
	char path[PLACE_PATH_MAX];

	return name_format(path, sizeof(path), "/lib/modules/%s/modules.alias", host->kernel) < 0
		       ? 0
		       : follow_path(follower, TRACE_FILE, path);
}

static int add_head(
	const struct capture_options *options, const struct unread *unread, struct text *ret) {
	int r = text_add(ret,
		"# A machine, as `baton --root FILE` reads it." TEXT_WRITTEN " %s\n"
		"# Ids, addresses and names of people %s.\n",
		options->release, options->keep_names ? "stand in it" : "have been replaced");

	if (r == 0 && unread->processes) {
		r = text_add(
			ret, "# Into %zu processes nobody but root may look.\n", unread->processes);
	}
	if (r == 0 && unread->count) {
		r = text_add(ret, "# There are %zu files that could not be read.\n", unread->count);
	}
	return r < 0 ? r : text_add(ret, "\n");
}

static int write_all(struct follower *follower, const struct host *host,
	const struct capture_options *options, struct text *ret, struct unread *ret_unread) {
	AUTO_KEEPER struct keeper keeper = {0};
	AUTO_DISGUISE struct disguise disguise = {
		.off = options->keep_names, .seed = {options->seed[0], options->seed[1]}};
	int r = add_aliases(follower, host);

	r = r < 0 ? r : keeper_begin(host, &keeper);
	r = r < 0 ? r : contents_read(follower->root, &keeper, follower->top);
	r = r < 0 ? r : prune(follower->top, ret_unread);
	r = r < 0 ? r : secrets_find(follower->root, follower->top, &disguise);
	r = r < 0 ? r : add_head(options, ret_unread, ret);
	r = r < 0 ? r : write_places(follower->top, &disguise, ret);
	return r < 0 ? r : text_add(ret, "%s", TEXT_END);
}

int capture_write(struct follower *follower, const struct host *host,
	const struct capture_options *options, struct text *ret, struct unread *ret_unread,
	struct error *error) {
	int r = write_all(follower, host, options, ret, ret_unread);

	if (r == 0 && ret->length > TEXT_MAX) {
		return error_set(error, -EFBIG,
			"the machine has more to tell than fits into a file: %zu MiB",
			TEXT_MAX >> 20);
	}
	return r < 0 ? error_set(error, r, "cannot capture the machine: %s", strerror(-r)) : 0;
}
