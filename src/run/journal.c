// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/journal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/identity.h"
#include "run/line.h"

/*
 * What is written: one line a call, synced before the call returns. The struct in memory changes
 * only when the line is safe, so that it never says more than the file.
 */

static int append(struct ops *ops, struct journal *journal, const struct text *lines,
	unsigned int count, struct error *error) {
	int r = ops->journal_append(ops, journal->guest, lines->data, lines->length, error);

	if (r < 0) {
		return error_add(error, r, "cannot write the journal of %s", journal->title);
	}
	journal->line += count;
	return 0;
}

/* Formats one line after the journal's last and appends it. */
static int write_line(struct ops *ops, struct journal *journal, struct error *error,
	const char *format, ...) PRINTF(4, 5);

static int write_line(
	struct ops *ops, struct journal *journal, struct error *error, const char *format, ...) {
	AUTO_TEXT struct text line = {0};
	va_list args;
	int r;

	va_start(args, format);
	r = line_format(journal->line + 1, format, args, &line);
	va_end(args);
	if (r < 0) {
		return error_set(error, r, "out of memory");
	}
	return append(ops, journal, &line, 1, error);
}

int journal_push(struct ops *ops, struct journal *journal, const struct step *step, bool tried,
	struct error *error) {
	char text[STEP_TEXT_SIZE];
	int r;

	assert(journal->record_count < PLAN_STEPS_MAX);
	r = write_line(
		ops, journal, error, "%s %s", tried ? "push" : "note", step_format(step, text));
	if (r < 0) {
		return r;
	}
	journal_add(journal, step, tried);
	return 0;
}

int journal_writer(struct ops *ops, struct journal *journal, size_t index, struct process writer,
	struct error *error) {
	int r;

	assert(index < journal->record_count);
	r = write_line(ops, journal, error, "writer %zu %d %llu", index, writer.pid,
		(unsigned long long)writer.start);
	if (r < 0) {
		return r;
	}
	journal_set_writer(journal, index, writer);
	return 0;
}

int journal_pop(struct ops *ops, struct journal *journal, size_t index, struct error *error) {
	int r;

	assert(index < journal->record_count);
	r = write_line(ops, journal, error, "pop %zu", index);
	if (r < 0) {
		return r;
	}
	journal->records[index].popped = true;
	return 0;
}

int journal_hold(struct ops *ops, struct journal *journal, struct error *error) {
	int r = write_line(ops, journal, error, "held");

	if (r < 0) {
		return r;
	}
	journal_end_writers(journal);
	journal->held = true;
	return 0;
}

int journal_oopses(struct ops *ops, struct journal *journal, int64_t count, struct error *error) {
	int r = write_line(ops, journal, error, "oopses %lld", (long long)count);

	if (r < 0) {
		return r;
	}
	journal->oopses = count;
	return 0;
}

int journal_oops(struct ops *ops, struct journal *journal, size_t index, int64_t count, bool open,
	struct error *error) {
	int r;

	assert(index < journal->record_count);
	r = write_line(
		ops, journal, error, "oops %zu %lld%s", index, (long long)count, open ? " or" : "");
	if (r < 0) {
		return r;
	}
	journal_set_oops(journal, index, count, open);
	return 0;
}

int journal_turn_home(struct ops *ops, struct journal *journal, struct error *error) {
	int r = write_line(ops, journal, error, "home");

	if (r < 0) {
		return r;
	}
	journal->held = false;
	journal->homeward = true;
	return 0;
}

size_t journal_depth(const struct journal *journal) {
	size_t depth = 0;

	for (size_t i = 0; i < journal->record_count; i++) {
		depth += !journal->records[i].popped;
	}
	return depth;
}

/*
 * Room for the lines of a step: its push, the writers of both directions, its pop; all twice, since
 * a torn line takes room too and a repair may be interrupted again.
 */
static size_t room(const struct plan *plan) {
	const size_t line = LINE_OVERHEAD;
	size_t size = 4096;

	for (size_t i = 0; i < plan->step_count; i++) {
		char text[STEP_TEXT_SIZE];

		size += 2 * (strlen(step_format(&plan->steps[i].step, text)) + 4 * line);
		for (size_t j = 0; j < plan->steps[i].effect_count; j++) {
			step_format(&plan->steps[i].effects[j].change, text);
			size += 2 * (strlen(text) + 4 * line);
		}
	}
	return size + plan->device_count * 2 * line;
}

static int format_line(struct journal *journal, unsigned int number, struct text *ret,
	const char *format, ...) PRINTF(4, 5);

static int format_line(
	struct journal *journal, unsigned int number, struct text *ret, const char *format, ...) {
	va_list args;
	int r;

	va_start(args, format);
	r = line_format(journal->line + number, format, args, ret);
	va_end(args);
	return r;
}

static int format_device(struct journal *journal, unsigned int number,
	const struct planned_device *device, struct text *ret) {
	char identity[IDENTITY_TEXT_SIZE];

	return format_line(journal, number, ret, "device %s %s %s", device->name,
		device->listed ? "listed" : "member", identity_format(&device->identity, identity));
}

/* The first lines, written at once: who, for whom, which devices. */
static int format_head(struct journal *journal, struct text *ret, unsigned int *ret_count) {
	char guest[3 * GUEST_SIZE + 1], title[3 * TITLE_SIZE + 1];
	const struct owner *owner = &journal->owner;
	unsigned int count = 0;
	int r = token_encode(journal->guest, guest, sizeof(guest));

	r = r < 0 ? r : token_encode(journal->title, title, sizeof(title));
	r = r < 0 ? r
		  : format_line(journal, ++count, ret, "journal 1 %s %s %s", journal->boot_id,
			    guest, title);
	r = r < 0 ? r
		  : format_line(journal, ++count, ret, "owner %s %d %llu %d %llu", owner->door,
			    owner->runner.pid, (unsigned long long)owner->runner.start,
			    owner->daemon.pid, (unsigned long long)owner->daemon.start);
	if (r == 0 && journal->oopses >= 0) {
		r = format_line(journal, ++count, ret, "oopses %lld", (long long)journal->oopses);
	}
	for (size_t i = 0; r == 0 && i < journal->device_count; i++) {
		r = format_device(journal, ++count, &journal->devices[i], ret);
	}
	*ret_count = count;
	return r;
}

static int fill(struct journal *journal, const struct beginning *beginning) {
	const struct request *request = beginning->request;
	int r = name_set(journal->guest, sizeof(journal->guest), request->guest);

	r = r < 0 ? r : name_set(journal->title, sizeof(journal->title), request->title);
	r = r < 0 ? r
		  : name_set(journal->boot_id, sizeof(journal->boot_id), beginning->host->boot_id);
	journal->owner = beginning->owner;
	memcpy(journal->devices, beginning->plan->devices, sizeof(journal->devices));
	journal->device_count = beginning->plan->device_count;
	return r;
}

int journal_create(struct ops *ops, const struct beginning *beginning, struct journal **ret,
	struct error *error) {
	AUTO_JOURNAL struct journal *journal = calloc(1, sizeof(*journal));
	AUTO_TEXT struct text head = {0};
	unsigned int count = 0;
	int r;

	if (!journal) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	r = fill(journal, beginning);
	journal->oopses = ops->oopses(ops);
	r = r < 0 ? r : format_head(journal, &head, &count);
	if (r < 0) {
		return error_set(error, r, "cannot write the journal: %s", strerror(-r));
	}
	r = ops->journal_create(ops, journal->guest, room(beginning->plan) + head.length, error);
	if (r < 0) {
		return r;
	}
	r = append(ops, journal, &head, count, error);
	if (r < 0) {
		/* Nothing has been tried, so the file says nothing: it may as well not be there. */
		(void)!ops->journal_remove(ops, journal->guest, NULL);
		return r;
	}
	*ret = TAKE(journal);
	return 0;
}

int journal_load(struct ops *ops, const char *guest, struct journal **ret, struct error *error) {
	AUTO_JOURNAL struct journal *journal = calloc(1, sizeof(*journal));
	AUTO_FREE char *data = NULL;
	size_t length;
	int r;

	if (!journal) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	r = ops->journal_read(ops, guest, &data, &length, error);
	if (r < 0) {
		return r;
	}
	r = journal_parse(data, length, journal, error);
	if (r < 0) {
		return error_add(error, r, "the journal of %s", guest);
	}
	if (!journal->guest[0]) {
		/* Its writer died before the first line was whole: nothing was tried. */
		r = name_set(journal->guest, sizeof(journal->guest), guest);
		r = r < 0 ? r : name_set(journal->title, sizeof(journal->title), guest);
	}
	if (r < 0 || strcmp(journal->guest, guest) != 0) {
		return error_set(error, -EBADMSG, "the journal of %s is of somebody else", guest);
	}
	*ret = TAKE(journal);
	return 0;
}

void journal_free(struct journal **journal) {
	free(*journal);
	*journal = NULL;
}
