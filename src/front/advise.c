// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advise/libvirt.h"
#include "advise/shell.h"
#include "front/hypervisor.h"
#include "front/roster.h"
#include "front/select.h"
#include "report/advice.h"
#include "report/table.h"
#include "request/domain_xml.h"
#include "setup/backup.h"

/*
 * baton advise: what to change in a guest's definition. It reads; --apply has the hypervisor's own
 * tool write, once the definition as it was is kept.
 */

struct advise_session {
	const struct invocation *invocation;
	struct session session;
	struct host host;
	struct ground ground;
	struct definition guest;
	struct model *model;
	struct text definition;
	char path[PATH_MAX]; /* where it stands */
	struct address cards[REQUEST_DEVICES_MAX];
	struct wishes wishes;
	struct proposal proposal;
};

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
	for (const char *c = only; c && *c; c += strcspn(c, ",")) {
		size_t length;

		c += *c == ',';
		length = strcspn(c, ",");
		if (!advice_is_known(c, length)) {
			return error_set(error, -EINVAL,
				"there is no advice \"%.*s\": baton(8) lists the ids", (int)length,
				c);
		}
	}
	return 0;
}

static enum result read_wishes(struct advise_session *advise) {
	const struct invocation *invocation = advise->invocation;
	struct error error = {0};
	int r = check_only(invocation->only, &error);

	advise->wishes = (struct wishes){.only = invocation->only, .rom = invocation->rom};
	if (r == 0 && invocation->picture) {
		r = parse_picture(invocation->picture, &advise->wishes.shared_mib, &error);
	}
	if (r == 0 && invocation->rom && invocation->rom[0] != '/') {
		r = error_set(&error, -EINVAL,
			"--rom takes a path that begins with '/', because the hypervisor opens it");
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

static int read_file(struct advise_session *advise, size_t limit, struct error *error) {
	AUTO_FREE char *data = NULL;
	size_t length = 0;
	int r = file_read(advise->session.root, advise->path, limit, &data, &length);

	r = r < 0 ? r : text_append(&advise->definition, data, length);
	return r < 0 ? error_set(error, r, "cannot read %s: %s", advise->path, strerror(-r)) : 0;
}

static int read_libvirt(struct advise_session *advise, struct error *error) {
	int r = name_format(
		advise->path, sizeof(advise->path), ROSTER_LIBVIRT "/%s.xml", advise->guest.name);

	r = r < 0 ? r : read_file(advise, DOMAIN_XML_MAX, error);
	if (r < 0) {
		return r;
	}
	r = libvirt_read(&advise->definition, advise->model, error);
	return r < 0 ? error_add(error, r, "%s", advise->path) : 0;
}

static enum result read_definition(struct advise_session *advise) {
	struct error error = {0};
	int r = -EOPNOTSUPP;

	advise->model = calloc(1, sizeof(*advise->model));
	if (!advise->model) {
		r = error_set(&error, -ENOMEM, "out of memory");
	} else if (advise->guest.hypervisor == HYPERVISOR_LIBVIRT) {
		r = read_libvirt(advise, &error);
	} else {
		error_set(&error, r, "only of libvirt's guests is there advice");
	}
	return r < 0 ? fail(RESULT_USAGE, &error) : RESULT_DONE;
}

static enum result print(struct advise_session *advise) {
	AUTO_TEXT struct text text = {0}, apply = {0};
	struct advised advised = {.proposal = &advise->proposal,
		.title = advise->guest.title,
		.coloured = table_is_coloured(STDOUT_FILENO)};
	struct error error = {0};
	int r = text_add(&apply, "baton advise --apply %s%s%s",
		advise->wishes.only ? "--only " : "",
		advise->wishes.only ? advise->wishes.only : "", advise->wishes.only ? " " : "");

	for (size_t i = 0; r == 0 && i < advise->invocation->word_count; i++) {
		r = i > 0 ? text_add(&apply, " ") : 0;
		r = r < 0 ? r : shell_word(advise->invocation->words[i], &apply);
	}
	advised.apply = apply.data;
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

/* virsh reads the file as root, checks it against its own schema and keeps it. */
static int define(struct advise_session *advise, const char *fresh, struct error *error) {
	char program[64], connect[] = "--connect", uri[] = "qemu:///system", verb[] = "define",
			  validate[] = "--validate", file[] = "--file", name[] = "virsh";
	char path[BACKUP_PATH_SIZE];
	char *words[] = {name, connect, uri, verb, validate, file, path, NULL};
	int r = name_set(path, sizeof(path), fresh);

	if (!hypervisor_program("virsh", program)) {
		return error_set(error, -ENOENT, "virsh is not there: install libvirt's clients");
	}
	r = r < 0 ? r : advise->session.platform->run(program, words, error);
	if (r > 0) {
		return error_set(error, -EIO,
			"virsh define ended with %d, and the definition is as it was", r);
	}
	return r;
}

static int apply_libvirt(struct advise_session *advise, struct error *error) {
	char fresh[BACKUP_PATH_SIZE] = "", key[GUEST_SIZE + sizeof("-new")];
	int root = advise->session.root;
	int r = name_format(key, sizeof(key), "%s-new", advise->guest.key);

	r = r < 0 ? r : backup_write(root, 0, key, &advise->proposal.after, fresh, error);
	r = r < 0 ? r : define(advise, fresh, error);
	if (fresh[0]) {
		backup_remove(root, 0, fresh);
	}
	return r;
}

static enum result apply(struct advise_session *advise) {
	char kept[BACKUP_PATH_SIZE];
	struct error error = {0};
	int r = 0;

	if (advise->proposal.diff.length == 0) {
		printf("%s: nothing to change\n", advise->guest.name);
		return RESULT_DONE;
	}
	r = backup_write(
		advise->session.root, 0, advise->guest.key, &advise->proposal.before, kept, &error);
	r = r < 0 ? r : apply_libvirt(advise, &error);
	if (r < 0) {
		return fail(RESULT_UNDONE, &error);
	}
	printf("%s: changed; as it was: %s (virsh define --file that)\n", advise->guest.name, kept);
	return RESULT_DONE;
}

static enum result advise_guest(struct advise_session *advise) {
	const struct draft draft = {.text = &advise->definition, .name = advise->path};
	struct error error = {0};
	enum result result = find_guest(advise);

	result = result ? result : read_definition(advise);
	result = result ? result : read_cards(advise);
	if (result != RESULT_DONE) {
		return result;
	}
	if (propose(&advise->ground, advise->model, &advise->wishes, &draft, &advise->proposal,
		    &error) < 0) {
		return fail(RESULT_UNDONE, &error);
	}
	return advise->invocation->options & OPTION_APPLY ? apply(advise) : print(advise);
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
	result = result ? result : advise_guest(advise);
	advise_done(advise);
	return result;
}
