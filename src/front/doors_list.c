// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/doors.h"

#include <string.h>

#include "report/document.h"
#include "report/table.h"

/* A row of the list, whatever it is printed as. */
struct row {
	const struct roster_guest *guest;
	const char *hypervisor;
	const char *door; /* "installed"; "none"; "broken": Proxmox does not start the guest; or
			     another hookscript */
};

static struct row make_row(const struct doors *doors, const struct roster_guest *guest) {
	const struct door *door = guest->proxmox ? &door_proxmox_place : &door_libvirt_place;
	bool installed = door_is_installed(doors->setup.root, door);
	struct row row = {guest, door->name, installed ? "installed" : "none"};

	if (!guest->proxmox) {
		return row;
	}
	if (strcmp(guest->hookscript, PROXMOX_VOLUME) == 0) {
		row.door = installed ? "installed" : "broken";
	} else {
		row.door = guest->hookscript[0] ? guest->hookscript : "none";
	}
	return row;
}

static int format(const struct doors *doors, struct text *ret) {
	static const char *const head[] = {"GUEST", "HYPERVISOR", "DOOR", "DEVICES"};
	AUTO_TABLE struct table table = {.column_count = COUNT(head)};
	int r = table_row(&table, STYLE_STRONG, head);

	for (size_t i = 0; r == 0 && i < doors->roster.count; i++) {
		const struct row row = make_row(doors, &doors->roster.guests[i]);
		const struct text *what =
			row.guest->problem.length ? &row.guest->problem : &row.guest->devices;
		const char *cells[] = {row.guest->title, row.hypervisor, row.door,
			what->length ? what->data : "none"};

		r = table_row(&table, STYLE_PLAIN, cells);
	}
	return r < 0 ? r : table_format(&table, table_is_coloured(STDOUT_FILENO), ret);
}

static int format_json(const struct doors *doors, struct text *ret, struct error *error) {
	struct document document;

	document_begin(&document);
	document_array(&document, "guests");
	for (size_t i = 0; i < doors->roster.count; i++) {
		const struct row row = make_row(doors, &doors->roster.guests[i]);
		const struct roster_guest *guest = row.guest;

		document_object(&document, NULL);
		document_text(&document, "guest", guest->title);
		document_text(&document, "hypervisor", row.hypervisor);
		document_text(&document, "door", row.door);
		document_name(
			&document, "devices", guest->devices.length ? guest->devices.data : "");
		document_name(
			&document, "problem", guest->problem.length ? guest->problem.data : "");
		document_close(&document);
	}
	document_close(&document);
	return document_end(&document, ret, error);
}

enum result doors_list(const struct doors *doors, bool json) {
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	int r = json ? format_json(doors, &text, &error) : format(doors, &text);

	if (r < 0) {
		if (!error.text[0]) {
			error_set(&error, r, "cannot print the list: %s", strerror(-r));
		}
		return command_fail(RESULT_UNDONE, &error);
	}
	fputs(text.data, stdout);
	return RESULT_DONE;
}
