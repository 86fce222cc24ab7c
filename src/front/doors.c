// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/doors.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/file.h"
#include "report/document.h"
#include "report/table.h"

#define QM           "/usr/sbin/qm"
#define QM_TIMEOUT_S 60 /* it waits up to 10 s for the guest's lock */

/* Takes the word for a door; false: it is none, so it is a guest. */
static bool take_door(const char *word, struct doors *doors) {
	bool all = strcmp(word, "all") == 0;
	bool libvirt = strcmp(word, "libvirt") == 0, proxmox = strcmp(word, "proxmox") == 0;

	if (all || libvirt || proxmox) {
		doors->any = all;
		doors->scope.libvirt = all || libvirt;
		doors->scope.proxmox = all || proxmox;
	}
	return all || libvirt || proxmox;
}

/* A guest that is gone has no definition any more, but may have a number. */
static int find_vmid(
	const struct roster *roster, const char *word, unsigned int *ret, struct error *error) {
	const struct roster_guest *guest = NULL;
	unsigned long long vmid;
	int r = roster_find(roster, word, &guest, error);

	if (r < 0 && r != -ENOENT) {
		return r;
	}
	if (guest && !guest->proxmox) {
		return error_set(error, -EINVAL,
			"%s is a guest of libvirt, whose door is for all of its guests: name none",
			guest->title);
	}
	if (!guest && number_parse(word, UINT_MAX, &vmid) < 0) {
		return -ENOENT; /* which has been told */
	}
	*ret = guest ? guest->vmid : (unsigned int)vmid;
	return 0;
}

static bool is_named(const struct doors *doors, unsigned int vmid) {
	for (size_t i = 0; i < doors->scope.vmid_count; i++) {
		if (doors->vmids[i] == vmid) {
			return true;
		}
	}
	return false;
}

/* Guests alone mean their own hypervisor's door. */
static int take_words(char **words, size_t count, struct doors *doors, struct error *error) {
	bool door;

	doors->any = doors->scope.libvirt = doors->scope.proxmox = true;
	door = count > 0 && take_door(words[0], doors);
	if (door && count > 1 && !doors->scope.proxmox) {
		return error_set(
			error, -EINVAL, "libvirt's door is for all of its guests: name none");
	}
	doors->scope.libvirt = doors->scope.libvirt && (door || count == 0);
	for (size_t i = door; i < count; i++) {
		unsigned int vmid;
		int r = find_vmid(&doors->roster, words[i], &vmid, error);

		if (r < 0) {
			return r;
		}
		if (!is_named(doors, vmid)) {
			doors->vmids[doors->scope.vmid_count++] = vmid;
		}
	}
	return 0;
}

enum result doors_open(const struct invocation *invocation, struct doors *ret) {
	struct error error;
	int r;

	*ret = (struct doors){
		.setup =
			{
				.root = root_open(invocation->root),
				.qm = QM,
				.qm_timeout_ms = QM_TIMEOUT_S * 1000,
				.hookscript = roster_hookscript,
			},
	};
	ret->scope.vmids = ret->vmids;
	if (ret->setup.root < 0) {
		error_set(&error, ret->setup.root, "cannot read %s: %s", invocation->root,
			strerror(-ret->setup.root));
		return command_fail(RESULT_USAGE, &error);
	}
	r = roster_read(ret->setup.root, &ret->roster, &error);
	if (r < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	r = take_words(invocation->words, invocation->word_count, ret, &error);
	return r < 0 ? command_fail(RESULT_USAGE, &error) : RESULT_DONE;
}

void doors_close(struct doors *doors) {
	closep(&doors->setup.root);
	roster_free(&doors->roster);
	changes_free(&doors->changes);
	findings_free(&doors->findings);
}

static int format(const struct doors *doors, bool home, struct text *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < doors->changes.count; i++) {
		char line[CHANGE_TEXT_SIZE];

		r = text_add(ret, "%s\n", change_format(&doors->changes.items[i], home, line));
	}
	if (r == 0 && doors->changes.count == 0 && !findings_refuse(&doors->findings)) {
		r = text_add(ret, "nothing to change\n");
	}
	for (size_t i = 0; r == 0 && i < doors->findings.count; i++) {
		const struct finding *finding = &doors->findings.items[i];
		AUTO_TEXT struct text line = {0};

		r = text_add(&line, "%-8s %s %s%s%s", finding_level_name(finding->level),
			finding->subject, finding->reason, finding->remedy[0] ? ": " : "",
			finding->remedy);
		if (r == 0) {
			text_tame(line.data);
			r = text_add(ret, "%s\n", line.data);
		}
	}
	return r;
}

static int format_json(
	const struct doors *doors, bool home, struct text *ret, struct error *error) {
	struct document document;

	document_begin(&document);
	document_array(&document, "changes");
	for (size_t i = 0; i < doors->changes.count; i++) {
		const struct change *change = &doors->changes.items[i];

		document_object(&document, NULL);
		document_text(&document, "fact", change_kind_name(change->kind));
		document_text(&document, "subject", change->subject);
		document_text(&document, "from", home ? change->value : "-");
		document_text(&document, "to", home ? "-" : change->value);
		document_close(&document);
	}
	document_close(&document);
	document_array(&document, "findings");
	for (size_t i = 0; i < doors->findings.count; i++) {
		const struct finding *finding = &doors->findings.items[i];

		document_object(&document, NULL);
		document_name(&document, "id", finding->id);
		document_text(&document, "level", finding_level_name(finding->level));
		document_text(&document, "subject", finding->subject);
		document_text(&document, "reason", finding->reason);
		document_name(&document, "remedy", finding->remedy);
		document_close(&document);
	}
	document_close(&document);
	return document_end(&document, ret, error);
}

enum result doors_print(const struct doors *doors, bool home, bool json, enum result result) {
	AUTO_TEXT struct text text = {0};
	struct error error;
	int r = findings_check(&doors->findings);

	if (r == 0 && json) {
		r = format_json(doors, home, &text, &error);
		if (r < 0) {
			return command_fail(result ? result : RESULT_UNDONE, &error);
		}
	}
	r = r < 0 || json ? r : format(doors, home, &text);
	if (r < 0) {
		error_set(&error, r, "cannot print what was done: %s", strerror(-r));
		return command_fail(result ? result : RESULT_UNDONE, &error);
	}
	fputs(text.data, stdout);
	return result;
}
