// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/command.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "report/list.h"
#include "report/table.h"

static enum result print(const struct host *host, const struct pci_names *names, bool json) {
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	int r = json ? report_host_json(host, names, &text, &error)
		     : report_host(host, names, table_is_coloured(STDOUT_FILENO), &text);

	if (r < 0) {
		if (!error.text[0]) {
			error_set(&error, r, "cannot print the list: %s", strerror(-r));
		}
		return command_fail(RESULT_UNDONE, &error);
	}
	fputs(text.data, stdout);
	return RESULT_DONE;
}

int command_list(const struct invocation *invocation) {
	AUTO_CLOSE int root = root_open(invocation->root);
	AUTO_HOST struct host host = {0};
	AUTO_PCI_NAMES struct pci_names names = {0};
	struct error error = {0};
	int r;

	if (root < 0) {
		error_set(&error, root, "cannot read %s: %s", invocation->root, strerror(-root));
		return command_fail(RESULT_USAGE, &error);
	}
	r = host_read(root, &host, &error);
	if (r == 0) {
		r = host_read_holders(root, &host, &error);
	}
	if (r == 0 && pci_names_read(root, &names) < 0) {
		r = error_set(&error, -ENOMEM, "cannot read the names of devices: out of memory");
	}
	return r < 0 ? command_fail(RESULT_UNDONE, &error)
		     : print(&host, &names, invocation->options & OPTION_JSON);
}
