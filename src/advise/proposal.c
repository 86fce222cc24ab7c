// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/proposal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "advise/diff.h"
#include "advise/libvirt.h"
#include "advise/proxmox.h"
#include "advise/qemu.h"
#include "advise/shell.h"

static int copy(const struct text *from, struct text *ret) {
	ret->length = 0;
	return text_append(ret, from->data ? from->data : "", from->length);
}

/* One virt-xml for each piece of advice: people take some and leave others. */
static int write_libvirt(const struct ground *ground, const struct model *model,
	const struct advice *advice, struct text *document, struct text *ret_command,
	struct error *error) {
	AUTO_XML_EDITS struct xml_edits edits = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < advice->change_count; i++) {
		r = libvirt_change(ground, &advice->changes[i], document, &edits, error);
	}
	return r < 0 || edits.count == 0
		       ? r
		       : libvirt_command(model->name, edits.items, edits.count, ret_command);
}

/* "qm set 100 --machine q35 --cpu host" */
static int add_command(const struct names *words, struct text *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < words->count; i++) {
		AUTO_TEXT struct text word = {0};

		/* An option and its value stay in one line. */
		r = shell_word(words->names[i], &word);
		if (r == 0 && i >= 3 && i + 1 < words->count) {
			r = text_add(&word, " ");
			r = r < 0 ? r : shell_word(words->names[++i], &word);
		}
		r = r < 0 || i > 0 ? r : text_append(ret, word.data, word.length);
		r = r < 0 || i == 0 ? r : shell_next(word.data, ret);
	}
	return r < 0 || words->count == 0 ? r : text_add(ret, "\n");
}

static int write_proxmox(const struct model *model, const struct advice *advice,
	struct text *document, struct text *ret_command, struct error *error) {
	AUTO_TEXT struct text before = {0};
	AUTO_NAMES struct names words = {0};
	int r = copy(document, &before);

	for (size_t i = 0; r == 0 && i < advice->change_count; i++) {
		r = proxmox_change(&advice->changes[i], document, error);
		if (r < 0) {
			return r;
		}
	}
	r = r < 0 ? r : proxmox_words(model->name, &before, document, &words);
	r = r < 0 ? r : add_command(&words, ret_command);
	return r < 0 ? error_set(error, r, "out of memory") : 0;
}

static bool has_line(const struct text *text, const char *line, size_t length) {
	const char *c = text->data, *end = c + text->length;

	while (c < end) {
		const char *newline = memchr(c, '\n', (size_t)(end - c));
		size_t is = newline ? (size_t)(newline - c) : (size_t)(end - c);

		if (is == length && memcmp(c, line, length) == 0) {
			return true;
		}
		c += is + 1;
	}
	return false;
}

/* The lines of one text that the other has not, each behind `before`. */
static int add_lines(
	const struct text *of, const struct text *not_in, const char *before, struct text *ret) {
	const char *c = of->data, *end = c + of->length;
	int r = 0;

	while (r == 0 && c < end) {
		const char *newline = memchr(c, '\n', (size_t)(end - c));
		size_t length = newline ? (size_t)(newline - c) : (size_t)(end - c);

		if (!has_line(not_in, c, length)) {
			r = text_add(ret, "%s", before);
			r = r < 0 ? r : text_append(ret, c, length);
			r = r < 0 ? r : text_add(ret, "\n");
		}
		c += length + 1;
	}
	return r;
}

/* The arguments that change, as the diff shows them: there is nobody to call. */
static int write_qemu(const struct ground *ground, const struct advice *advice,
	struct text *document, struct text *ret_command, struct error *error) {
	AUTO_TEXT struct text before = {0};
	int r = copy(document, &before);

	for (size_t i = 0; r == 0 && i < advice->change_count; i++) {
		r = qemu_change(ground, &advice->changes[i], document, error);
		if (r < 0) {
			return r;
		}
	}
	r = r < 0 ? r : add_lines(&before, document, "without ", ret_command);
	r = r < 0 ? r : add_lines(document, &before, "with    ", ret_command);
	return r < 0 ? error_set(error, r, "out of memory") : 0;
}

static int write_advice(const struct ground *ground, const struct model *model,
	const struct advice *advice, struct text *document, struct text *ret_command,
	struct error *error) {
	switch (model->hypervisor) {
	case MODEL_LIBVIRT:
		return write_libvirt(ground, model, advice, document, ret_command, error);
	case MODEL_PROXMOX:
		return write_proxmox(model, advice, document, ret_command, error);
	case MODEL_QEMU:
		return write_qemu(ground, advice, document, ret_command, error);
	}
	return -EINVAL;
}

/* Advice comes ordered by level: matters of taste are written into a copy that is thrown away. */
static int write_all(const struct ground *ground, const struct model *model,
	const struct wishes *wishes, struct proposal *proposal, struct error *error) {
	AUTO_TEXT struct text tasted = {0};
	struct text *document = &proposal->after;
	int r = 0;

	for (size_t i = 0; r == 0 && i < proposal->advices.count; i++) {
		const struct advice *advice = &proposal->advices.items[i];

		if (advice->level == ADVICE_MATTER_OF_TASTE && !wishes->only &&
			document == &proposal->after) {
			document = &tasted;
			r = copy(&proposal->after, &tasted);
		}
		r = r < 0 ? r
			  : write_advice(
				    ground, model, advice, document, &proposal->commands[i], error);
	}
	return r;
}

int propose(const struct ground *ground, const struct model *model, const struct wishes *wishes,
	const struct draft *draft, struct proposal *ret, struct error *error) {
	AUTO_PROPOSAL struct proposal proposal = {0};
	int r = advise(ground, model, wishes, &proposal.advices);

	if (r == 0) {
		proposal.commands = calloc(proposal.advices.count + 1, sizeof(struct text));
		r = proposal.commands ? copy(draft->text, &proposal.before) : -ENOMEM;
	}
	r = r < 0 ? r : copy(draft->text, &proposal.after);
	if (r < 0) {
		return error_set(error, r, "out of memory");
	}
	r = write_all(ground, model, wishes, &proposal, error);
	if (r == 0) {
		r = diff_unified(draft->name, draft->name, &proposal.before, &proposal.after,
			&proposal.diff);
		error_set(error, r, "cannot compare the definition: %s", strerror(-r));
	}
	if (r == 0 && model->hypervisor == MODEL_QEMU && proposal.diff.length > 0) {
		r = qemu_command(&proposal.after, &proposal.whole);
	}
	if (r < 0) {
		return r;
	}
	*ret = proposal;
	proposal = (struct proposal){0};
	return 0;
}

void proposal_free(struct proposal *proposal) {
	for (size_t i = 0; proposal->commands && i < proposal->advices.count; i++) {
		text_free(&proposal->commands[i]);
	}
	free(proposal->commands);
	advices_free(&proposal->advices);
	text_free(&proposal->before);
	text_free(&proposal->after);
	text_free(&proposal->diff);
	text_free(&proposal->whole);
	*proposal = (struct proposal){0};
}
