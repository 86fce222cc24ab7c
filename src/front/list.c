// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "front/select.h"
#include "report/holders.h"
#include "report/list.h"
#include "report/table.h"

static enum result print(const struct text *text, int r, struct error *error) {
	if (r < 0) {
		if (!error->text[0]) {
			error_set(error, r, "cannot print the list: %s", strerror(-r));
		}
		return command_fail(RESULT_UNDONE, error);
	}
	fputs(text->data, stdout);
	return RESULT_DONE;
}

static enum result print_devices(int root, const struct host *host, bool json) {
	AUTO_PCI_NAMES struct pci_names names = {0};
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	int r = pci_names_read(root, &names);

	if (r == 0) {
		r = json ? report_host_json(host, &names, &text, &error)
			 : report_host(host, &names, table_is_coloured(STDOUT_FILENO), &text);
	}
	return print(&text, r, &error);
}

static enum result print_holders(const struct held *held, bool json) {
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	int r = json ? report_holders_json(held, &text, &error)
		     : report_holders(held, table_is_coloured(STDOUT_FILENO), &text);

	return print(&text, r, &error);
}

/* Words that name what is not there are an error: nobody holds it, but that is no answer. */
static enum result check_devices(const struct host *host, const struct request *request) {
	char name[ADDRESS_SIZE];
	struct error error;

	for (size_t i = 0; i < request->device_count; i++) {
		struct address address = request->devices[i].address;

		if (!host_device(host, address)) {
			error_set(&error, -ENODEV, "there is no device %s: `baton list` shows all",
				address_format(address, name));
			return command_fail(RESULT_USAGE, &error);
		}
	}
	return RESULT_DONE;
}

static enum result list_holders(const struct invocation *invocation, const struct host *host) {
	AUTO_SESSION struct session session = {.root = -1};
	struct request request = {0};
	struct address devices[REQUEST_DEVICES_MAX];
	struct held held = {.host = host};
	bool some = invocation->word_count > 0;
	enum result result = some ? session_open(invocation, NULL, &session) : RESULT_DONE;

	if (result == RESULT_DONE && some) {
		result = select_words(
			&session, host, invocation->words, invocation->word_count, &request);
	}
	if (result == RESULT_DONE) {
		result = check_devices(host, &request);
	}
	for (size_t i = 0; i < request.device_count; i++) {
		devices[i] = request.devices[i].address;
	}
	held.devices = some ? devices : NULL;
	held.device_count = request.device_count;
	return result ? result : print_holders(&held, invocation->options & OPTION_JSON);
}

int command_list(const struct invocation *invocation) {
	AUTO_CLOSE int root = root_open(invocation->root);
	AUTO_HOST struct host host = {0};
	struct error error = {0};
	bool holders = invocation->options & OPTION_HOLDERS;
	int r;

	if (root < 0) {
		error_set(&error, root, "cannot read %s: %s", invocation->root, strerror(-root));
		return command_fail(RESULT_USAGE, &error);
	}
	if (invocation->word_count > 0 && !holders) {
		error_set(&error, -EINVAL, "only with --holders takes `baton list` words: \"%s\"",
			invocation->words[0]);
		return command_fail(RESULT_USAGE, &error);
	}
	r = host_read(root, &host, &error);
	r = r < 0 ? r : host_read_holders(root, &host, &error);
	if (r < 0) {
		return command_fail(RESULT_UNDONE, &error);
	}
	return holders ? list_holders(invocation, &host)
		       : print_devices(root, &host, invocation->options & OPTION_JSON);
}
