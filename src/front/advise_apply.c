// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advise/proxmox.h"
#include "front/advise.h"
#include "front/hypervisor.h"

/* Somebody may have changed the definition since it was read: what he did is not to be undone. */
static int check_unchanged(const struct advise_session *advise, struct error *error) {
	const struct text *before = &advise->proposal.before;
	AUTO_FREE char *data = NULL;
	size_t length = 0;
	int r = file_read(advise->session.root, advise->path, before->length + 1, &data, &length);

	if (r < 0 && r != -EFBIG) {
		return error_set(error, r, "cannot read %s again: %s", advise->path, strerror(-r));
	}
	if (r < 0 || length != before->length || memcmp(data, before->data, length) != 0) {
		return error_set(error, -ESTALE,
			"%s has changed while the advice was made, and is left as it is: ask again",
			advise->path);
	}
	return 0;
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

	r = r < 0 ? r : backup_write(root, geteuid(), key, &advise->proposal.after, fresh, error);
	r = r < 0 ? r : check_unchanged(advise, error);
	r = r < 0 ? r : define(advise, fresh, error);
	if (fresh[0]) {
		backup_remove(root, geteuid(), fresh);
	}
	return r;
}

/* A guest's name may be anything. */
static void say(const struct advise_session *advise, const char *kept) {
	AUTO_TEXT struct text line = {0};
	int r = text_add(&line, "%s: %s%s\n", advise->guest.title,
		kept ? "changed, from its next start on; what was is in " : "nothing to change",
		kept ? kept : "");

	if (r == 0) {
		session_say(&advise->session, &line);
	}
}

/* One qm set for all: it takes the guest's lock, and a running guest gets what it can now and the
 * rest when it starts again. */
static int apply_proxmox(struct advise_session *advise, struct error *error) {
	AUTO_NAMES struct names words = {0};
	char program[64];
	int r = proxmox_words(
		advise->guest.name, &advise->proposal.before, &advise->proposal.after, &words);

	r = r < 0 ? r : proxmox_only_if(&advise->proposal.before, &words);
	/* child_run wants the NULL that names end with. */
	r = r < 0 ? r : names_add(&words, "");
	if (r < 0) {
		return error_set(error, r, "out of memory");
	}
	free(words.names[--words.count]);
	words.names[words.count] = NULL;
	if (!hypervisor_program("qm", program)) {
		return error_set(error, -ENOENT, "qm is not there: is this a node of Proxmox VE?");
	}
	r = check_unchanged(advise, error);
	r = r < 0 ? r : advise->session.platform->run(program, words.names, error);
	return r > 0 ? error_set(error, -EIO,
			       "qm set ended with %d; if it speaks of a checksum, somebody has changed "
			       "the guest meanwhile: ask again",
			       r)
		     : r;
}

static int apply_by(struct advise_session *advise, struct error *error) {
	switch (advise->guest.hypervisor) {
	case HYPERVISOR_LIBVIRT:
		return apply_libvirt(advise, error);
	case HYPERVISOR_PROXMOX:
		return apply_proxmox(advise, error);
	case HYPERVISOR_UNIT:
		break;
	}
	return error_set(error, -EOPNOTSUPP, "%s is not changed by baton", advise->guest.unit);
}

enum result advise_apply(struct advise_session *advise) {
	char kept[BACKUP_PATH_SIZE];
	struct error error = {0};
	int r = 0;

	if (advise->guest.hypervisor == HYPERVISOR_UNIT) {
		error_set(&error, -EOPNOTSUPP,
			"what %s runs is changed by its owner: systemctl edit --full %s",
			advise->guest.unit, advise->guest.unit);
		return command_fail(RESULT_REFUSED, &error);
	}
	if (advise->proposal.diff.length == 0) {
		say(advise, NULL);
		return RESULT_DONE;
	}
	r = backup_write(advise->session.root, geteuid(), advise->guest.key,
		&advise->proposal.before, kept, &error);
	r = r < 0 ? r : apply_by(advise, &error);
	if (r < 0) {
		return command_fail(RESULT_UNDONE, &error);
	}
	say(advise, kept);
	return RESULT_DONE;
}
