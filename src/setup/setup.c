// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/setup.h"

#include "base/file.h"
#include "setup/fit.h"
#include "setup/qm.h"
#include "setup/record.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define MODE 0755

bool scope_has(const struct scope *scope, const struct change *change) {
	unsigned long long vmid = 0;

	if (change->kind != CHANGE_HOOKSCRIPT) {
		bool libvirt = text_starts(change->subject, "/etc/libvirt/");

		return scope->vmid_count == 0 && (libvirt ? scope->libvirt : scope->proxmox);
	}
	if (scope->vmid_count == 0 || number_parse(change->subject, UINT_MAX, &vmid) < 0) {
		return scope->proxmox;
	}
	for (size_t i = 0; i < scope->vmid_count; i++) {
		if (scope->vmids[i] == vmid) {
			return scope->proxmox;
		}
	}
	return false;
}

static int read_vmid(const struct change *change, unsigned int *ret, struct error *error) {
	unsigned long long number = 0;
	int r = number_parse(change->subject, UINT_MAX, &number);

	if (r < 0) {
		return error_set(error, r, "%s is no number of a guest", change->subject);
	}
	*ret = (unsigned int)number;
	return 0;
}

/* qm says what it has done; this is what the configuration says. */
static int compare_hookscript(
	const struct setup *setup, unsigned int vmid, const char *wanted, struct error *error) {
	char now[HOOKSCRIPT_SIZE];
	int r = setup->hookscript(setup->root, vmid, now, error);

	if (r < 0 || strcmp(now, wanted) == 0) {
		return r;
	}
	return error_set(error, -EIO,
		"guest %u has the hookscript \"%s\" after %s set it to \"%s\"", vmid, now,
		setup->qm, wanted);
}

static int make_hookscript(
	const struct setup *setup, const struct change *change, struct error *error) {
	char now[HOOKSCRIPT_SIZE];
	unsigned int vmid = 0;
	int r = read_vmid(change, &vmid, error);

	r = r < 0 ? r : setup->hookscript(setup->root, vmid, now, error);
	if (r < 0 || strcmp(now, change->value) == 0) {
		return r;
	}
	if (now[0]) {
		return error_set(
			error, -EEXIST, "guest %u has the hookscript %s by now", vmid, now);
	}
	r = qm_set_hookscript(setup->qm, vmid, change->value, setup->qm_timeout_ms, error);
	return r < 0 ? r : compare_hookscript(setup, vmid, change->value, error);
}

static int unmake_hookscript(const struct setup *setup, const struct change *change,
	enum fitted *ret, struct error *error) {
	char now[HOOKSCRIPT_SIZE] = "";
	unsigned int vmid = 0;
	int r = read_vmid(change, &vmid, error);

	r = r < 0 ? r : setup->hookscript(setup->root, vmid, now, error);
	if (r < 0 && r != -ENOENT) {
		return r;
	}
	if (strcmp(now, change->value) != 0) {
		*ret = now[0] ? FITTED_LEFT : FITTED_GONE;
		return 0;
	}
	r = qm_set_hookscript(setup->qm, vmid, NULL, setup->qm_timeout_ms, error);
	r = r < 0 ? r : compare_hookscript(setup, vmid, "", error);
	*ret = FITTED_DONE;
	return r;
}

static int make(const struct setup *setup, const struct change *change, struct error *error) {
	switch (change->kind) {
	case CHANGE_DIRECTORY:
		return fit_directory(setup->root, change->subject, MODE, error);
	case CHANGE_LINK:
		return fit_link(setup->root, change->subject, change->value, error);
	case CHANGE_HOOKSCRIPT:
		return make_hookscript(setup, change, error);
	case CHANGE_KIND_COUNT:
		break;
	}
	return -EINVAL;
}

static int unmake(const struct setup *setup, const struct change *change, enum fitted *ret,
	struct error *error) {
	switch (change->kind) {
	case CHANGE_DIRECTORY:
		return fit_no_directory(setup->root, change->subject, ret, error);
	case CHANGE_LINK:
		return fit_no_link(setup->root, change->subject, change->value, ret, error);
	case CHANGE_HOOKSCRIPT:
		return unmake_hookscript(setup, change, ret, error);
	case CHANGE_KIND_COUNT:
		break;
	}
	return -EINVAL;
}

/* An empty record is no record. */
static int save(const struct setup *setup, int directory, const struct changes *record,
	struct error *error) {
	return record->count > 0 ? record_save(directory, record, error)
				 : record_remove(setup->root, directory, error);
}

/*
 * Takes back what was recorded from there on. Stops at what cannot be: a hookscript that stays
 * needs its link. That the record cannot be written (the disk may be full) does no harm: what is
 * recorded and not there needs no undoing.
 */
static int take_back(const struct setup *setup, int directory, struct changes *record, size_t from,
	struct error *error) {
	int r = 0;

	while (r == 0 && record->count > from) {
		enum fitted fitted;

		r = unmake(setup, &record->items[record->count - 1], &fitted, error);
		if (r == 0) {
			changes_drop(record, record->count - 1);
		}
	}
	(void)!save(setup, directory, record, NULL);
	return r;
}

/* Sets the first failure's sentence, with the second's behind it. */
static int fail_twice(
	const struct error *first, const struct error *second, int r, struct error *error) {
	return error_set(error, r, "%s; and not everything could be taken back: %s", first->text,
		second->text);
}

static int record_and_make(const struct setup *setup, int directory, const struct change *change,
	struct changes *record, struct error *error) {
	int r;

	/* It is there if an install that was to make it was interrupted. */
	if (!changes_have(record, change)) {
		r = changes_add(record, change->kind, change->subject, change->value);
		if (r < 0) {
			return error_set(
				error, r, "cannot record another change: %s", strerror(-r));
		}
		r = record_save(directory, record, error);
		if (r < 0) {
			/* What is on the disk is as before. */
			changes_drop(record, record->count - 1);
			return r;
		}
	}
	return make(setup, change, error);
}

int setup_make(const struct setup *setup, const struct changes *changes, bool *ret_as_before,
	struct error *error) {
	AUTO_CHANGES struct changes record = {0};
	AUTO_CLOSE int directory = -1;
	struct error why = {0}, why_not_back = {0};
	size_t before;
	int r;

	*ret_as_before = true;
	if (changes->count == 0) {
		return 0;
	}
	directory = record_open(setup->root, setup->owner, true, error);
	r = directory < 0 ? directory : record_load(directory, &record, error);
	if (r < 0) {
		return r;
	}
	before = record.count;
	for (size_t i = 0; r == 0 && i < changes->count; i++) {
		r = record_and_make(setup, directory, &changes->items[i], &record, &why);
	}
	if (r == 0) {
		return 0;
	}
	*ret_as_before = take_back(setup, directory, &record, before, &why_not_back) == 0;
	return *ret_as_before ? error_set(error, r, "%s", why.text)
			      : fail_twice(&why, &why_not_back, r, error);
}

static void tell_left(const struct change *change, struct findings *findings) {
	switch (change->kind) {
	case CHANGE_DIRECTORY:
		findings_add(findings, "", FINDING_WARNING, change->subject, "",
			"is not empty: it stays, and is yours now");
		break;
	case CHANGE_LINK:
		findings_add(findings, "", FINDING_WARNING, change->subject, "",
			"was changed by somebody since: it stays, and is yours now");
		break;
	case CHANGE_HOOKSCRIPT:
	case CHANGE_KIND_COUNT:
		findings_add(findings, "", FINDING_WARNING, change->subject, "",
			"has another hookscript by now, which stays");
		break;
	}
}

struct undoing {
	const struct setup *setup;
	int directory;
	struct changes record;
	struct changes *undone;
	struct findings *findings;
	struct error *error;
};

static int undo_one(struct undoing *undoing, size_t index) {
	const struct change change = undoing->record.items[index];
	enum fitted fitted;
	int r = unmake(undoing->setup, &change, &fitted, undoing->error);

	if (r == 0 && fitted == FITTED_LEFT) {
		tell_left(&change, undoing->findings);
	}
	if (r == 0 && fitted == FITTED_DONE) {
		r = changes_add(undoing->undone, change.kind, change.subject, change.value);
		r = r < 0 ? error_set(undoing->error, r, "out of memory") : 0;
	}
	if (r < 0) {
		return r;
	}
	changes_drop(&undoing->record, index);
	return save(undoing->setup, undoing->directory, &undoing->record, undoing->error);
}

static int undo_all(struct undoing *undoing, const struct scope *scope) {
	int r = 0;

	for (size_t i = undoing->record.count; r == 0 && i > 0; i--) {
		if (scope_has(scope, &undoing->record.items[i - 1])) {
			r = undo_one(undoing, i - 1);
		}
	}
	if (r < 0 || undoing->record.count > 0) {
		return r;
	}
	/* Also what an install that was killed before its first change has left. */
	return record_remove(undoing->setup->root, undoing->directory, undoing->error);
}

int setup_unmake(const struct setup *setup, const struct scope *scope, struct changes *undone,
	struct findings *findings, struct error *error) {
	AUTO_CLOSE int directory = record_open(setup->root, setup->owner, false, error);
	struct undoing undoing = {setup, directory, {0}, undone, findings, error};
	int r;

	if (directory == -ENOENT) {
		return 0;
	}
	r = directory < 0 ? directory : record_load(directory, &undoing.record, error);
	r = r < 0 ? r : undo_all(&undoing, scope);
	changes_free(&undoing.record);
	return r;
}

int setup_recorded(const struct setup *setup, struct changes *ret, struct error *error) {
	AUTO_CLOSE int directory = dir_open(setup->root, RECORD_DIRECTORY);

	if (directory == -ENOENT) {
		*ret = (struct changes){0};
		return 0;
	}
	return directory < 0 ? error_set(error, directory, "cannot open %s: %s", RECORD_DIRECTORY,
				       strerror(-directory))
			     : record_load(directory, ret, error);
}
