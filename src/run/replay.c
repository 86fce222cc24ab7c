// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "plan/identity.h"
#include "run/journal.h"
#include "run/line.h"

/* Reading a journal: docs/JOURNAL.md says which lines there are. */

#define WORD_MAX 800 /* the longest token: a title, percent-encoded */

static int take_number(const char **text, unsigned long long max, unsigned long long *ret) {
	char word[32];
	int r = token_take(text, word, sizeof(word));

	return r < 0 ? r : number_parse(word, max, ret);
}

static int take_process(const char **text, struct process *ret) {
	unsigned long long pid, start;
	int r = take_number(text, INT32_MAX, &pid);

	r = r < 0 ? r : take_number(text, UINT64_MAX, &start);
	if (r < 0) {
		return r;
	}
	*ret = (struct process){.pid = (pid_t)pid, .start = start};
	return 0;
}

static int replay_journal(struct journal *journal, const char *text) {
	char version[8];
	int r = token_take(&text, version, sizeof(version));

	if (r < 0 || strcmp(version, "1") != 0 || journal->guest[0]) {
		return -EINVAL;
	}
	r = token_take(&text, journal->boot_id, sizeof(journal->boot_id));
	r = r < 0 ? r : token_take(&text, journal->guest, sizeof(journal->guest));
	r = r < 0 ? r : token_take(&text, journal->title, sizeof(journal->title));
	return r < 0 || *text ? -EINVAL : 0;
}

static int replay_owner(struct journal *journal, const char *text) {
	int r = token_take(&text, journal->owner.door, sizeof(journal->owner.door));

	r = r < 0 ? r : take_process(&text, &journal->owner.runner);
	r = r < 0 ? r : take_process(&text, &journal->owner.daemon);
	return r < 0 || *text ? -EINVAL : 0;
}

static int replay_device(struct journal *journal, const char *text) {
	struct planned_device device = {0};
	char role[8];
	int r = token_take(&text, device.name, sizeof(device.name));

	r = r < 0 ? r : address_parse(device.name, &device.address);
	r = r < 0 ? r : token_take(&text, role, sizeof(role));
	r = r < 0 ? r : identity_take(&text, &device.identity);
	device.listed = r == 0 && strcmp(role, "listed") == 0;
	if (r < 0 || *text || journal->device_count == PLAN_DEVICES_MAX ||
		(!device.listed && strcmp(role, "member") != 0)) {
		return -EINVAL;
	}
	journal->devices[journal->device_count++] = device;
	return 0;
}

void journal_end_writers(struct journal *journal) {
	for (size_t i = 0; i < journal->record_count; i++) {
		journal->records[i].writer = (struct process){0};
	}
}

void journal_add(struct journal *journal, const struct step *step, bool tried) {
	journal_end_writers(journal);
	journal->records[journal->record_count++] = (struct record){.step = *step, .tried = tried};
}

static int add_record(struct journal *journal, const char *text, bool tried) {
	struct step step;
	int r = step_parse(text, &step);

	if (r < 0 || journal->record_count == PLAN_STEPS_MAX) {
		return -EINVAL;
	}
	journal_add(journal, &step, tried);
	return 0;
}

static int replay_push(struct journal *journal, const char *text) {
	return add_record(journal, text, true);
}

static int replay_note(struct journal *journal, const char *text) {
	return add_record(journal, text, false);
}

static int take_record(struct journal *journal, const char **text, struct record **ret) {
	unsigned long long index;

	if (take_number(text, PLAN_STEPS_MAX, &index) < 0 || index >= journal->record_count) {
		return -EINVAL;
	}
	*ret = &journal->records[index];
	return 0;
}

void journal_set_writer(struct journal *journal, size_t index, struct process writer) {
	for (size_t i = 0; i < journal->record_count; i++) {
		struct process *other = &journal->records[i].writer;

		if (other->pid == writer.pid && other->start == writer.start) {
			*other = (struct process){0};
		}
	}
	journal->records[index].writer = writer;
	journal->written = writer.pid ? index : journal->written;
}

static int replay_writer(struct journal *journal, const char *text) {
	struct process writer;
	struct record *record;
	int r = take_record(journal, &text, &record);

	r = r < 0 ? r : take_process(&text, &writer);
	if (r < 0 || *text) {
		return -EINVAL;
	}
	journal_set_writer(journal, (size_t)(record - journal->records), writer);
	return 0;
}

static int replay_pop(struct journal *journal, const char *text) {
	struct record *record;
	int r = take_record(journal, &text, &record);

	if (r < 0 || *text) {
		return -EINVAL;
	}
	record->popped = true;
	return 0;
}

static int take_count(const char **text, int64_t *ret) {
	unsigned long long count;
	int r = take_number(text, INT64_MAX, &count);

	if (r < 0) {
		return r;
	}
	*ret = (int64_t)count;
	return 0;
}

static int replay_oopses(struct journal *journal, const char *text) {
	return take_count(&text, &journal->oopses) < 0 || *text ? -EINVAL : 0;
}

void journal_set_oops(struct journal *journal, size_t index, int64_t count, bool open) {
	journal->records[index].oopsed = count;
	journal->oopses = open ? journal->oopses : count;
}

static int replay_oops(struct journal *journal, const char *text) {
	struct record *record;
	int64_t count;
	bool open;
	int r = take_record(journal, &text, &record);

	r = r < 0 ? r : take_count(&text, &count);
	open = r == 0 && strcmp(text, "or") == 0;
	if (r < 0 || (*text && !open)) {
		return -EINVAL;
	}
	journal_set_oops(journal, (size_t)(record - journal->records), count, open);
	return 0;
}

static int replay_held(struct journal *journal, const char *text) {
	journal_end_writers(journal);
	journal->held = true;
	return *text ? -EINVAL : 0;
}

static int replay_home(struct journal *journal, const char *text) {
	journal->held = false;
	journal->homeward = true;
	return *text ? -EINVAL : 0;
}

static const struct {
	const char *word;
	int (*replay)(struct journal *journal, const char *text);
} lines[] = {
	{"journal", replay_journal},
	{"owner", replay_owner},
	{"device", replay_device},
	{"push", replay_push},
	{"note", replay_note},
	{"writer", replay_writer},
	{"oopses", replay_oopses},
	{"oops", replay_oops},
	{"pop", replay_pop},
	{"held", replay_held},
	{"home", replay_home},
};

/* text is terminated. */
static int replay_line(struct journal *journal, const char *text) {
	char word[16];

	if (token_take(&text, word, sizeof(word)) < 0) {
		return -EINVAL;
	}
	if (!journal->guest[0] && strcmp(word, "journal") != 0) {
		return -EINVAL;
	}
	for (size_t i = 0; i < COUNT(lines); i++) {
		if (strcmp(word, lines[i].word) == 0) {
			return lines[i].replay(journal, text);
		}
	}
	return -EINVAL;
}

/*
 * A line of the right number is replayed. The number of the last good line once more is right too:
 * then the append before was told to have failed although the line got there. What such a line says
 * was never tried, and a record that it pushed is none: whoever wrote the next line has not counted
 * it.
 */
static int replay(struct journal *journal, unsigned int number, const char *data, size_t length,
	struct error *error) {
	char text[LINE_OVERHEAD + STEP_TEXT_SIZE + 4 * WORD_MAX];
	size_t records;

	if (number != journal->line + 1 && (journal->line == 0 || number != journal->line)) {
		return error_set(error, -EBADMSG,
			"line %u follows line %u: something is missing, so nothing was touched; "
			"undo it by hand (docs/JOURNAL.md)",
			number, journal->line);
	}
	if (length >= sizeof(text) || memchr(data, '\0', length)) {
		return error_set(error, -EBADMSG, "line %u is too long", number);
	}
	memcpy(text, data, length);
	text[length] = '\0';
	if (number == journal->line && journal->pushed == number) {
		journal->record_count--;
	}
	records = journal->record_count;
	if (replay_line(journal, text) < 0) {
		return error_set(error, -EBADMSG,
			"line %u is whole but makes no sense: \"%.80s\"; undo it by hand "
			"(docs/JOURNAL.md)",
			number, text);
	}
	journal->line = number;
	journal->pushed = journal->record_count > records ? number : 0;
	return 0;
}

int journal_parse(const char *data, size_t length, struct journal *ret, struct error *error) {
	const char *end = data + length;

	*ret = (struct journal){.oopses = -1};
	while (data < end) {
		const char *newline = memchr(data, '\n', (size_t)(end - data));
		size_t size = (size_t)((newline ? newline : end) - data);
		const char *text;
		unsigned int number;
		size_t text_length;
		int r = 0;

		if (line_check(data, size, &number, &text, &text_length)) {
			r = replay(ret, number, text, text_length, error);
			ret->torn = false;
		} else {
			ret->torn = size > 0;
		}
		if (r < 0) {
			return r;
		}
		data += size + 1;
	}
	return 0;
}
