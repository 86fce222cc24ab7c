// SPDX-License-Identifier: GPL-2.0-or-later
/* The journals' files on the simulated machine: bytes with room reserved on a disk that may fill.
 */
#include "sim.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static int compare_names(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int journal_list(struct ops *ops, struct names *ret, struct error *error) {
	struct world *world = sim_of(ops)->world;
	AUTO_NAMES struct names names = {0};

	for (size_t i = 0; i < WORLD_JOURNALS; i++) {
		if (world->journals[i].present && names_add(&names, world->journals[i].guest) < 0) {
			return error_set(error, -ENOMEM, "out of memory");
		}
	}
	if (names.count > 1) {
		qsort(names.names, names.count, sizeof(names.names[0]), compare_names);
	}
	*ret = names;
	names = (struct names){0};
	return 0;
}

static int journal_read_file(
	struct ops *ops, const char *name, char **ret, size_t *ret_length, struct error *error) {
	const struct world_journal *journal = world_journal(sim_of(ops)->world, name);
	char *data;

	if (!journal) {
		return error_set(error, -ENOENT, "%s has no journal", name);
	}
	data = malloc(journal->length + 1);
	if (!data) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	memcpy(data, journal->data, journal->length);
	data[journal->length] = '\0';
	*ret = data;
	*ret_length = journal->length;
	return 0;
}

static int journal_create_file(
	struct ops *ops, const char *name, size_t reserve, struct error *error) {
	struct world *world = sim_of(ops)->world;

	if (world_journal(world, name)) {
		return error_set(error, -EEXIST, "%s has a journal already", name);
	}
	if (world->disk_free < reserve) {
		return error_set(error, -ENOSPC, "no room for the journal of %s", name);
	}
	for (size_t i = 0; i < WORLD_JOURNALS; i++) {
		struct world_journal *journal = &world->journals[i];

		if (!journal->present) {
			assert(strlen(name) < sizeof(journal->guest));
			strcpy(journal->guest, name);
			journal->present = true;
			journal->length = 0;
			journal->reserved = reserve;
			world->disk_free -= reserve;
			return 0;
		}
	}
	return error_set(error, -ENOSPC, "no more journals");
}

static int journal_append_file(
	struct ops *ops, const char *name, const char *data, size_t length, struct error *error) {
	struct sim *sim = sim_of(ops);
	struct world_journal *journal = world_journal(sim->world, name);
	size_t end;

	if (!world_same_process(sim->world->lock, sim->self)) {
		world_violate(sim->world, "the journal of %s is written without the lock", name);
	}
	if (!journal) {
		return error_set(error, -ENOENT, "%s has no journal", name);
	}
	end = journal->length + length;
	if (end > journal->reserved && end - journal->reserved > sim->world->disk_free) {
		return error_set(error, -ENOSPC, "no room in the journal of %s", name);
	}
	if (end > journal->reserved) {
		sim->world->disk_free -= end - journal->reserved;
		journal->reserved = end;
	}
	assert(end <= WORLD_JOURNAL_SIZE);
	memcpy(journal->data + journal->length, data, length);
	journal->length = end;
	return 0;
}

static int journal_remove_file(struct ops *ops, const char *name, struct error *error) {
	struct world *world = sim_of(ops)->world;
	struct world_journal *journal = world_journal(world, name);

	if (!journal) {
		return error_set(error, -ENOENT, "%s has no journal", name);
	}
	journal->present = false;
	world->disk_free += journal->reserved;
	return 0;
}

void sim_files_init(struct ops *ops) {
	ops->journal_list = journal_list;
	ops->journal_read = journal_read_file;
	ops->journal_create = journal_create_file;
	ops->journal_append = journal_append_file;
	ops->journal_remove = journal_remove_file;
}
