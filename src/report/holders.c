// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/holders.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/holder/holder_text.h"
#include "host/holder/remedy.h"
#include "report/table.h"

#define SHOWN_MAX 3 /* holders that are named in short; JSON names all */

static const char *const headings[] = {
	"DEVICE", "PID", "HOLDER", "USER", "UNIT", "THROUGH", "WHAT ENDS IT"};

const char *holder_kind_name(enum holder_kind kind) {
	static const char *const names[] = {
		[HOLDER_PROCESS] = "process",
		[HOLDER_MOUNT] = "mount",
		[HOLDER_SWAP] = "swap",
		[HOLDER_VOLUME] = "volume",
		[HOLDER_FILE_SYSTEM] = "file-system",
		[HOLDER_EXPORT] = "export",
		[HOLDER_ROUTE] = "route",
		[HOLDER_LOGIN] = "login",
		[HOLDER_GUEST] = "guest-network",
		[HOLDER_REMOTE] = "remote",
		[HOLDER_INTERFACE] = "interface",
		[HOLDER_FSTAB] = "fstab",
		[HOLDER_CONSOLE] = "console",
		[HOLDER_CONSUMER] = "consumer",
		[HOLDER_MODULE] = "module",
	};

	assert(kind < COUNT(names));
	return names[kind];
}

static bool is_asked(const struct held *held, const struct holder *holder) {
	for (size_t i = 0; i < held->device_count; i++) {
		if (address_compare(held->devices[i], holder->device) == 0) {
			return true;
		}
	}
	return !held->devices;
}

/* Do both stand in one row: a process with two nodes of a device? */
static bool is_same(const struct holder *a, const struct holder *b) {
	return a->kind == HOLDER_PROCESS && b->kind == HOLDER_PROCESS && a->who.pid == b->who.pid &&
	       address_compare(a->device, b->device) == 0;
}

static int add_node(const struct holder *holder, struct text *ret) {
	bool open = holder->kind != HOLDER_PROCESS || holder->way == WAY_OPEN;

	return open ? text_add(ret, "%s%s", ret->length ? ", " : "", holder->node)
		    : text_add(ret, "%s%s (%s)", ret->length ? ", " : "", holder->node,
			      holder_way_name(holder->way));
}

static const char *name_holder(const struct holder *holder) {
	switch (holder->kind) {
	case HOLDER_PROCESS:
	case HOLDER_MOUNT:
	case HOLDER_VOLUME:
	case HOLDER_EXPORT:
	case HOLDER_LOGIN:
	case HOLDER_GUEST:
	case HOLDER_REMOTE:
		return holder->name;
	case HOLDER_SWAP:
		return "swap space";
	case HOLDER_FILE_SYSTEM:
		return "file system";
	case HOLDER_ROUTE:
		return "default route";
	case HOLDER_INTERFACE:
	case HOLDER_FSTAB:
	case HOLDER_CONSOLE:
	case HOLDER_CONSUMER:
	case HOLDER_MODULE:
		break; /* these stand below the table */
	}
	return "";
}

static const char *or_none(const char *value) {
	return value[0] ? value : "-";
}

/* The unit that is nearest to the process: one of a user's own manager is named with that. */
static void format_unit(const struct holder *holder, char ret[3 * LABEL_SIZE]) {
	if (holder->who.user_unit[0]) {
		snprintf(ret, 3 * (size_t)LABEL_SIZE, "%s in %s", holder->who.user_unit,
			holder->who.unit);
	} else {
		snprintf(ret, 3 * (size_t)LABEL_SIZE, "%s",
			or_none(holder->who.unit[0] ? holder->who.unit : holder->who.container));
	}
}

/* A row for the holder, and for those after it that are the same; *ret_count: how many. */
static int add_row(struct table *table, const struct held *held, size_t first, size_t *ret_count) {
	const struct holder *holder = &held->host->holders[first];
	char device[ADDRESS_SIZE], pid[16] = "-", unit[3 * LABEL_SIZE], remedy[REMEDY_SIZE];
	AUTO_TEXT struct text nodes = {0};
	size_t count = 0;
	int r = 0;

	do {
		r = add_node(&holder[count++], &nodes);
	} while (r == 0 && first + count < held->host->holder_count &&
		 is_same(holder, &holder[count]));
	if (r < 0) {
		return r;
	}
	if (holder->who.pid > 0) {
		snprintf(pid, sizeof(pid), "%d", holder->who.pid);
	}
	format_unit(holder, unit);
	holder_remedy(held->host, holder, remedy);
	*ret_count = count;
	return table_row(table, STYLE_PLAIN,
		(const char *const[]){address_format(holder->device, device), pid,
			or_none(name_holder(holder)), or_none(holder->who.user), unit, nodes.data,
			remedy});
}

static int add_rows(struct table *table, const struct held *held) {
	size_t count = 1;
	int r = 0;

	for (size_t i = 0; i < held->host->holder_count && r == 0; i += count) {
		count = 1;
		if (is_asked(held, &held->host->holders[i]) &&
			holder_keeps(&held->host->holders[i])) {
			r = add_row(table, held, i, &count);
		}
	}
	return r;
}

/* What keeps nothing, in a sentence each. */
static int add_bystanders(const struct held *held, struct text *ret) {
	bool first = true;
	int r = 0;

	for (size_t i = 0; i < held->host->holder_count && r == 0; i++) {
		const struct holder *holder = &held->host->holders[i];
		char device[ADDRESS_SIZE], text[HOLDER_TEXT_SIZE];

		if (!is_asked(held, holder) || holder_keeps(holder)) {
			continue;
		}
		holder_format(holder, text);
		r = text_add(ret, "%s%s %s\n",
			first ? "\nNot in the way, but worth knowing:\n" : "",
			address_format(holder->device, device), text);
		first = false;
	}
	return r;
}

int report_hidden(size_t count, struct text *ret) {
	return text_add(ret,
		"%zu process%s did not let us see what %s: only root sees all, and not where a "
		"security module confines it.",
		count, count == 1 ? "" : "es", count == 1 ? "it holds" : "they hold");
}

int report_holders(const struct held *held, bool coloured, struct text *ret) {
	AUTO_TABLE struct table table = {.column_count = COUNT(headings)};
	size_t hidden = held->host->hidden_processes;
	int r = table_row(&table, STYLE_FAINT, headings);

	r = r < 0 ? r : add_rows(&table, held);
	if (r == 0) {
		r = table.row_count > 1 ? table_format(&table, coloured, ret)
					: text_add(ret, "nobody holds %s\n",
						  held->devices ? "these devices" : "any device");
	}
	r = r < 0 ? r : add_bystanders(held, ret);
	if (r == 0 && hidden > 0) {
		r = text_add(ret, "\n");
		r = r < 0 ? r : report_hidden(hidden, ret);
		r = r < 0 ? r : text_add(ret, "\n");
	}
	return r;
}

/* A process, or the one whose mount or connection it is. */
static void add_process(
	struct document *document, const struct host *host, const struct holder *holder) {
	if (holder->kind == HOLDER_PROCESS) {
		document_text(document, "way", holder_way_name(holder->way));
	}
	document_number(document, "pid", holder->who.pid);
	if (holder->who.user[0]) {
		document_number(document, "uid", holder->who.uid);
	} else {
		document_name(document, "uid", "");
	}
	document_name(document, "user", holder->who.user);
	document_name(document, "unit", holder->who.unit);
	document_name(document, "user_unit", holder->who.user_unit);
	document_name(document, "container", holder->who.container);
	document_name(document, "guest", holder->who.guest);
	document_bool(document, "of_display_manager", holder_of_display_manager(host, holder));
}

void report_holder(
	struct document *document, const struct host *host, const struct holder *holder) {
	char remedy[REMEDY_SIZE];

	document_text(document, "kind", holder_kind_name(holder->kind));
	document_text(document, "name", holder->name);
	document_text(document, "node", holder->node);
	if (holder->type[0]) {
		document_text(document, "type", holder->type);
	}
	if (holder->who.pid > 0) {
		add_process(document, host, holder);
	}
	if (holder->kind == HOLDER_MOUNT) {
		document_bool(document, "root", holder->root);
	}
	if (holder->kind == HOLDER_LOGIN) {
		document_bool(document, "own", holder->own);
	}
	holder_remedy(host, holder, remedy);
	document_text(document, "remedy", remedy);
}

/* Those that keep their device, or the others. */
static void add_array(
	struct document *document, const struct held *held, const char *key, bool keep) {
	document_array(document, key);
	for (size_t i = 0; i < held->host->holder_count; i++) {
		const struct holder *holder = &held->host->holders[i];
		char device[ADDRESS_SIZE];

		if (is_asked(held, holder) && holder_keeps(holder) == keep) {
			document_object(document, NULL);
			document_text(document, "device", address_format(holder->device, device));
			report_holder(document, held->host, holder);
			document_close(document);
		}
	}
	document_close(document);
}

int report_holders_json(const struct held *held, struct text *ret, struct error *error) {
	struct document document;

	document_begin(&document);
	document_number(&document, "hidden_processes", (long long)held->host->hidden_processes);
	add_array(&document, held, "holders", true);
	add_array(&document, held, "bystanders", false);
	return document_end(&document, ret, error);
}

static int add_name(const struct holder *holder, struct text *ret) {
	const char *comma = ret->length ? ", " : "";

	switch (holder->kind) {
	case HOLDER_PROCESS:
		return text_add(ret, "%s%s (%d)", comma, holder->name, holder->who.pid);
	case HOLDER_MOUNT:
		return text_add(ret, "%s%s on %s", comma, holder->name, holder->node);
	case HOLDER_SWAP:
		return text_add(ret, "%sswap on %s", comma, holder->node);
	case HOLDER_ROUTE:
		return text_add(ret, "%sdefault route by %s", comma, holder->name);
	case HOLDER_VOLUME:
		return text_add(ret, "%s%s %s", comma, holder->type, holder->name);
	case HOLDER_FILE_SYSTEM:
		return text_add(ret, "%s%s on %s", comma, holder->type, holder->node);
	case HOLDER_EXPORT:
		return text_add(ret, "%s%s of %s", comma, holder->type, holder->node);
	case HOLDER_LOGIN:
		return text_add(ret, "%slogin by %s (%d)", comma, holder->node, holder->who.pid);
	case HOLDER_GUEST:
		return text_add(ret, "%snetwork of %s", comma, holder->name);
	case HOLDER_REMOTE:
		return text_add(ret, "%sway to %s", comma, holder->name);
	case HOLDER_INTERFACE:
	case HOLDER_FSTAB:
	case HOLDER_CONSOLE:
	case HOLDER_CONSUMER:
	case HOLDER_MODULE:
		break; /* the table is full enough with those that keep it */
	}
	return 0;
}

/* Whatever it has open of the device; they are ordered by pid. */
int report_holder_names(const struct host *host, const struct device *device, struct text *ret) {
	size_t count = 0;
	int pid = 0;

	for (size_t i = 0; i < host->holder_count; i++) {
		const struct holder *holder = &host->holders[i];
		int r = 0;

		if (address_compare(holder->device, device->address) != 0 ||
			!holder_keeps(holder) ||
			(holder->kind == HOLDER_PROCESS && holder->who.pid == pid)) {
			continue;
		}
		pid = holder->who.pid;
		if (count++ < SHOWN_MAX) {
			r = add_name(holder, ret);
		}
		if (r < 0) {
			return r;
		}
	}
	return count > SHOWN_MAX ? text_add(ret, " and %zu more", count - SHOWN_MAX)
				 : text_add(ret, "%s", "");
}
