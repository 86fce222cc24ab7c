// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/proposal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "advise/diff.h"
#include "advise/libvirt.h"

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

static int write_advice(const struct ground *ground, const struct model *model,
	const struct advice *advice, struct text *document, struct text *ret_command,
	struct error *error) {
	switch (model->hypervisor) {
	case MODEL_LIBVIRT:
		return write_libvirt(ground, model, advice, document, ret_command, error);
	case MODEL_PROXMOX:
	case MODEL_QEMU:
		break;
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
	text_free(&proposal->apply);
	*proposal = (struct proposal){0};
}
