// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/advise.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advise/compose.h"
#include "advise/shell.h"
#include "report/advice.h"
#include "report/table.h"

/*
 * baton advise: what to change in a guest's definition. It reads; --apply has the hypervisor's own
 * tool write, once the definition as it was is kept.
 */

static void advise_done(struct advise_session *advise) {
	proposal_free(&advise->proposal);
	text_free(&advise->definition);
	free(advise->model);
	ground_free(&advise->ground);
	host_free(&advise->host);
	session_close(&advise->session);
}

static enum result fail(enum result result, const struct error *error) {
	return command_fail(result, error);
}

/*
 * How much memory two pictures need, with what goes along with them, as a power of two: what
 * Looking Glass documents ("Determining memory", docs/install_libvirt).
 */
static int parse_picture(const char *text, unsigned int *ret_mib, struct error *error) {
	unsigned int width = 0, height = 0, mib = 16;
	uint64_t bytes;
	int end = 0;

	if (sscanf(text, "%5ux%5u%n", &width, &height, &end) != 2 || text[end] || width < 320 ||
		height < 200 || width > 16384 || height > 16384) {
		return error_set(error, -EINVAL,
			"--looking-glass takes the size of the guest's picture, such as 2560x1440, and not \"%s\"",
			text);
	}
	bytes = (uint64_t)width * height * 4 * 2 + ((uint64_t)10 << 20);
	while ((uint64_t)mib << 20 < bytes) {
		mib *= 2;
	}
	*ret_mib = mib;
	return 0;
}

static int check_only(const char *only, struct error *error) {
	for (const char *c = only; c; c += strcspn(c, ",")) {
		size_t length;

		c += c > only;
		length = strcspn(c, ",");
		if (!advice_is_known(c, length)) {
			return error_set(error, -EINVAL,
				"there is no advice \"%.*s\": baton(8) lists the ids", (int)length,
				c);
		}
		if (!c[length]) {
			break;
		}
	}
	return 0;
}

/* "qemu" is no guest: one of that name is libvirt:qemu. */
static bool is_new(const struct invocation *invocation) {
	return strcmp(invocation->words[0], "qemu") == 0;
}

static int check_options(const struct invocation *invocation, struct error *error) {
	if (invocation->options & OPTION_APPLY && invocation->options & OPTION_JSON) {
		return error_set(error, -EINVAL,
			"--apply tells in a sentence what it has done: ask for --json before");
	}
	if (!is_new(invocation)) {
		return 0;
	}
	if (invocation->word_count < 2) {
		return error_set(error, -EINVAL,
			"which card is the guest to have? baton advise qemu CARD (a guest called so: libvirt:qemu)");
	}
	if (invocation->options & (OPTION_APPLY | OPTION_JSON | OPTION_ONLY)) {
		return error_set(error, -EINVAL,
			"baton advise qemu prints commands for a shell: it has no --apply, --json or --only");
	}
	return 0;
}

static enum result read_wishes(struct advise_session *advise) {
	const struct invocation *invocation = advise->invocation;
	struct error error = {0};
	int r = check_only(invocation->only, &error);

	r = r < 0 ? r : check_options(invocation, &error);

	advise->wishes = (struct wishes){.only = invocation->only, .rom = invocation->rom};
	if (r == 0 && invocation->picture) {
		r = parse_picture(invocation->picture, &advise->wishes.shared_mib, &error);
	}
	if (r == 0 && invocation->rom &&
		(invocation->rom[0] != '/' || strpbrk(invocation->rom, ",\n"))) {
		r = error_set(&error, -EINVAL,
			"--rom takes a path that begins with '/', because the hypervisor opens it, and has no comma in it");
	}
	return r < 0 ? fail(RESULT_USAGE, &error) : RESULT_DONE;
}

/* Cards that the guest is to have besides those that it has. */
static enum result read_cards(struct advise_session *advise) {
	struct request request = {0};
	enum result result = select_words(&advise->session, &advise->host,
		advise->invocation->words + 1, advise->invocation->word_count - 1, &request);

	for (size_t i = 0; result == RESULT_DONE && i < request.device_count; i++) {
		struct address address = request.devices[i].address;
		char name[ADDRESS_SIZE];
		struct error error;

		if (!host_device(&advise->host, address)) {
			error_set(&error, -ENODEV, "there is no device %s: `baton list` shows all",
				address_format(address, name));
			return fail(RESULT_USAGE, &error);
		}
		advise->cards[i] = address;
	}
	advise->wishes.cards = advise->cards;
	advise->wishes.card_count = request.device_count;
	return result;
}

static enum result find_guest(struct advise_session *advise) {
	const char *word = advise->invocation->words[0];
	struct error error = {0};
	int r = select_guest(&advise->session, word, &advise->guest, &error);

	if (r == 0) {
		error_set(&error, -ENOENT,
			"there is no guest \"%s\": `baton install --list` shows those that are configured",
			word);
	}
	return r == 1 ? RESULT_DONE : fail(RESULT_USAGE, &error);
}

/* Most of the advice is for guests that have one. */
static bool is_cardless(const struct advise_session *advise) {
	const struct model *model = advise->model;

	for (size_t i = 0; i < model->device_count; i++) {
		const struct device *device = host_device(&advise->host, model->devices[i].address);

		if (device && device->class >> 16 == CLASS_DISPLAY) {
			return false;
		}
	}
	return advise->wishes.card_count == 0;
}

static enum result print(struct advise_session *advise) {
	AUTO_TEXT struct text text = {0}, apply = {0};
	struct advised advised = {.proposal = &advise->proposal,
		.title = advise->guest.title,
		.cardless = is_cardless(advise),
		.coloured = table_is_coloured(STDOUT_FILENO)};
	struct error error = {0};
	int r = text_add(&apply, "baton advise --apply %s%s%s",
		advise->wishes.only ? "--only " : "",
		advise->wishes.only ? advise->wishes.only : "", advise->wishes.only ? " " : "");

	for (size_t i = 0; r == 0 && i < advise->invocation->word_count; i++) {
		r = i > 0 ? text_add(&apply, " ") : 0;
		r = r < 0 ? r : shell_word(advise->invocation->words[i], &apply);
	}
	/* What a unit says, nobody changes but its owner. */
	advised.apply = advise->guest.hypervisor == HYPERVISOR_UNIT ? NULL : apply.data;
	if (r == 0) {
		r = advise->invocation->options & OPTION_JSON
			    ? report_advice_json(&advised, &text, &error)
			    : report_advice(&advised, &text);
	}
	if (r < 0) {
		if (!error.text[0]) {
			error_set(&error, r, "cannot print the advice: %s", strerror(-r));
		}
		return fail(RESULT_UNDONE, &error);
	}
	fputs(text.data, stdout);
	return RESULT_DONE;
}

/* baton advise qemu CARD: there is no guest yet. */
static enum result advise_new(struct advise_session *advise) {
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	enum result result = read_cards(advise);

	if (result != RESULT_DONE) {
		return result;
	}
	if (compose_qemu(&advise->ground, &advise->wishes, &text, &error) < 0) {
		return fail(RESULT_USAGE, &error);
	}
	fputs(text.data, stdout);
	return RESULT_DONE;
}

static enum result advise_guest(struct advise_session *advise) {
	const struct draft draft = {.text = &advise->definition, .name = advise->path};
	struct error error = {0};
	enum result result = find_guest(advise);
	int r;

	result = result ? result : advise_read(advise);
	result = result ? result : read_cards(advise);
	if (result != RESULT_DONE) {
		return result;
	}
	r = propose(
		&advise->ground, advise->model, &advise->wishes, &draft, &advise->proposal, &error);
	if (r < 0) {
		return fail(r == -EINVAL ? RESULT_USAGE : RESULT_UNDONE, &error);
	}
	return advise->invocation->options & OPTION_APPLY ? advise_apply(advise) : print(advise);
}

static enum result read_ground(struct advise_session *advise) {
	struct error error = {0};
	int r = ground_read(advise->session.root, &advise->host, &advise->ground);

	if (r < 0) {
		error_set(&error, r, "cannot read the machine: %s", strerror(-r));
		return fail(RESULT_UNDONE, &error);
	}
	return RESULT_DONE;
}

int command_advise(const struct invocation *invocation) {
	AUTO_FREE struct advise_session *advise = calloc(1, sizeof(*advise));
	struct error error = {0};
	enum result result;

	if (!advise) {
		error_set(&error, -ENOMEM, "out of memory");
		return fail(RESULT_UNDONE, &error);
	}
	advise->invocation = invocation;
	advise->session.root = -1;
	if (invocation->options & OPTION_APPLY && invocation->options & OPTION_ROOT) {
		error_set(&error, -EINVAL,
			"--apply changes a guest of this machine: --root has none");
		return fail(RESULT_USAGE, &error);
	}
	result = session_open(invocation, NULL, &advise->session);
	if (result == RESULT_DONE && host_read(advise->session.root, &advise->host, &error) < 0) {
		result = fail(RESULT_UNDONE, &error);
	}
	if (result == RESULT_DONE) {
		result = read_ground(advise);
	}
	if (result == RESULT_DONE) {
		result = read_wishes(advise);
	}
	if (result == RESULT_DONE) {
		result = is_new(invocation) ? advise_new(advise) : advise_guest(advise);
	}
	advise_done(advise);
	return result;
}
