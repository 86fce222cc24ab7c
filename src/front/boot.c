// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "front/boot_change.h"
#include "front/boot_clean.h"
#include "front/boot_setup.h"
#include "report/boot.h"

static enum result print(int root, const struct boot *boot, bool json) {
	AUTO_PCI_NAMES struct pci_names names = {0};
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	int r = pci_names_read(root, &names);

	if (r == 0) {
		r = json ? report_boot_json(boot, &text, &error) : report_boot(boot, &names, &text);
	}
	if (r < 0 && !error.text[0]) {
		error_set(&error, r, "cannot print the report: %s", strerror(-r));
	}
	if (r < 0) {
		return command_fail(RESULT_UNDONE, &error);
	}
	fputs(text.data, stdout);
	return RESULT_DONE;
}

static enum result print_status(const struct invocation *invocation) {
	AUTO_CLOSE int root = root_open(invocation->root);
	AUTO_HOST struct host host = {0};
	AUTO_BOOT struct boot boot = {0};
	struct error error = {0};
	int r;

	if (root < 0) {
		error_set(&error, root, "cannot read %s: %s", invocation->root, strerror(-root));
		return command_fail(RESULT_USAGE, &error);
	}
	r = host_read(root, &host, &error);
	r = r < 0 ? r : boot_read(root, &host, &boot, &error);
	return r < 0 ? command_fail(RESULT_UNDONE, &error)
		     : print(root, &boot, invocation->options & OPTION_JSON);
}

static enum result run_status(const struct invocation *invocation) {
	struct error error;

	if (invocation->word_count > 1 || (invocation->options & OPTION_DRY_RUN)) {
		error_set(&error, -EINVAL, "`baton boot status` takes no words and no --dry-run");
		return command_fail(RESULT_USAGE, &error);
	}
	return print_status(invocation);
}

int command_boot(const struct invocation *invocation) {
	static const struct {
		const char *name;
		enum result (*run)(const struct invocation *invocation);
	} actions[] = {{"status", run_status}, {"setup", boot_setup},
		{"enable-iommu", boot_enable_iommu}, {"assign", boot_assign},
		{"release", boot_release}, {"clean", boot_clean}, {"undo", boot_take_back}};
	struct error error;

	for (size_t i = 0; i < COUNT(actions); i++) {
		if (strcmp(invocation->words[0], actions[i].name) == 0) {
			return actions[i].run(invocation);
		}
	}
	error_set(&error, -EINVAL,
		"`baton boot` knows status, setup, enable-iommu, assign, release, clean and undo, and not \"%s\"",
		invocation->words[0]);
	return command_fail(RESULT_USAGE, &error);
}
