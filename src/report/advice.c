// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/advice.h"

#include <string.h>

#include "report/document.h"
#include "report/table.h"

#define STRONG "\033[1m"
#define FAINT  "\033[2m"
#define PLAIN  "\033[0m"

static const char *style(const struct advised *advised, const char *code) {
	return advised->coloured ? code : "";
}

/* Names in commands and definitions may be anything, and lines are kept. */
static int add_tame(const char *text, const char *indent, struct text *ret) {
	int r = 0;

	while (r == 0 && *text) {
		size_t length = strcspn(text, "\n");
		AUTO_TEXT struct text line = {0};

		r = text_append(&line, text, length);
		if (r == 0) {
			(void)text_tame(line.data);
			r = text_add(ret, "%s%s\n", indent, line.data);
		}
		text += length + (text[length] == '\n');
	}
	return r;
}

/* A sentence in lines of about 80, each indented. */
static int add_wrapped(const char *text, struct text *ret) {
	size_t column = 0;
	int r = 0;

	while (r == 0 && *text) {
		size_t length = strcspn(text, " ");

		if (column > 0 && column + 1 + length > 78) {
			r = text_add(ret, "\n");
			column = 0;
		}
		r = r < 0 ? r : text_add(ret, "%s", column > 0 ? " " : "    ");
		r = r < 0 ? r : text_append(ret, text, length);
		column += length + (column > 0 ? 1 : 4);
		text += length + (text[length] == ' ');
	}
	return r < 0 ? r : text_add(ret, "\n");
}

static int add_advice(const struct advised *advised, size_t i, struct text *ret) {
	const struct advice *advice = &advised->proposal->advices.items[i];
	const struct text *command = &advised->proposal->commands[i];
	int r = text_add(ret, "\n%s%s%s (%s, %s)\n", style(advised, STRONG), advice->what,
		style(advised, PLAIN), advice->id, advice_level_name(advice->level));

	r = r < 0 ? r : add_wrapped(advice->why, ret);
	if (r == 0 && advice->by_hand[0]) {
		AUTO_TEXT struct text by_hand = {0};

		r = text_add(&by_hand, "By hand: %s", advice->by_hand);
		r = r < 0 ? r : add_wrapped(by_hand.data, ret);
	}
	return r < 0 || command->length == 0 ? r : add_tame(command->data, "    ", ret);
}

static int add_end(const struct advised *advised, struct text *ret) {
	const struct proposal *proposal = advised->proposal;
	int r = 0;

	if (proposal->diff.length > 0) {
		r = text_add(ret, "\n");
		r = r < 0 ? r : add_tame(proposal->diff.data, "", ret);
	}
	if (r == 0 && advised->apply && proposal->diff.length > 0) {
		r = text_add(ret, "\nAll of this diff: %s\n", advised->apply);
	}
	if (r == 0 && proposal->whole.length > 0) {
		r = text_add(ret, "\nAs a whole:\n");
		r = r < 0 ? r : add_tame(proposal->whole.data, "", ret);
	}
	return r;
}

int report_advice(const struct advised *advised, struct text *ret) {
	size_t count = advised->proposal->advices.count;
	AUTO_TEXT struct text title = {0};
	int r = text_add(&title, "%s: ", advised->title);

	if (r == 0 && count == 0) {
		r = text_add(&title, "nothing to change%s",
			advised->cardless ? ", but it has no card: name one to hear what it takes"
					  : "");
	} else if (r == 0) {
		r = text_add(&title, "%zu thing%s to change", count, count == 1 ? "" : "s");
	}
	r = r < 0 ? r : add_tame(title.data, "", ret);
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = add_advice(advised, i, ret);
	}
	return r < 0 ? r : add_end(advised, ret);
}

static const char *level_word(enum advice_level level) {
	static const char *const words[] = {
		[ADVICE_NEEDED] = "needed",
		[ADVICE_BETTER] = "better",
		[ADVICE_MATTER_OF_TASTE] = "taste",
	};

	return words[level];
}

int report_advice_json(const struct advised *advised, struct text *ret, struct error *error) {
	const struct proposal *proposal = advised->proposal;
	struct document document;

	document_begin(&document);
	document_text(&document, "guest", advised->title);
	document_array(&document, "advice");
	for (size_t i = 0; i < proposal->advices.count; i++) {
		const struct advice *advice = &proposal->advices.items[i];

		document_object(&document, NULL);
		document_text(&document, "id", advice->id);
		document_text(&document, "level", level_word(advice->level));
		document_text(&document, "what", advice->what);
		document_text(&document, "why", advice->why);
		document_name(&document, "by_hand", advice->by_hand);
		document_name(&document, "command",
			proposal->commands[i].length > 0 ? proposal->commands[i].data : "");
		document_close(&document);
	}
	document_close(&document);
	document_text(&document, "diff", proposal->diff.length > 0 ? proposal->diff.data : "");
	document_name(&document, "apply", advised->apply ? advised->apply : "");
	document_name(&document, "whole", proposal->whole.length > 0 ? proposal->whole.data : "");
	return document_end(&document, ret, error);
}
