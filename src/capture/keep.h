/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "host/host.h"

/*
 * What of a file that was read is captured. Of most, all; but of some only what baton looks for in
 * them, because they are large (pci.ids, modules.alias), or nobody's business (what a process was
 * called with, a connection's password). Where the rest of a line decides nothing, but its number
 * is told, it becomes an empty line.
 */

/* What decides: the ids and aliases of these devices are wanted. */
struct keeper {
	const struct host *host;
	struct names modaliases; /* each once */
};

int keeper_begin(const struct host *host, struct keeper *ret) MUST_CHECK;
void keeper_end(struct keeper *keeper);

#define AUTO_KEEPER CLEANUP(keeper_end)

/* Is it never even opened? */
bool keep_never(const char *path);

/* Is it no link to be captured: where a process is, and what it has open that is no device? */
bool keep_no_link(const char *path, const char *target);

/* Adds what is kept of a file's bytes, which are terminated. -errno */
int keep(const struct keeper *keeper, const char *path, const char *data, size_t length,
	struct text *ret) MUST_CHECK;

/* The single ways (keep_line.c, keep_table.c, keep_bytes.c, keep_secret.c); words: of the row in
 * keep.c. */
struct keeping {
	const struct keeper *keeper;
	const char *data; /* terminated */
	size_t length;
	const char *words;
};

int keep_starts(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_but_starts(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_builder(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_words(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_options(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_script(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_first_block(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_kind(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_node(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_stat(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_maps(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_mounts(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_fstab(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_passwd(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_ids(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_aliases(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_builtin(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_domain(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_connections(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_dependencies(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_guest(const struct keeping *keeping, struct text *ret) MUST_CHECK;
int keep_config(const struct keeping *keeping, struct text *ret) MUST_CHECK;
