// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/functions.h"

#include <errno.h>

#include "host/holder/holder_text.h"
#include "host/holder/remedy.h"

/* The virtual function of it that the holder keeps, or NULL. */
static const struct device *find_function(
	const struct host *host, struct address physical, const struct holder *holder) {
	const struct device *device = host_device(host, holder->device);

	return device && device->is_virtual_function && holder_keeps(holder) &&
			       address_compare(device->physical_function, physical) == 0
		       ? device
		       : NULL;
}

static int refuse(const struct host *host, const struct device *function, const char *address,
	const struct holder *holder, struct error *error) {
	char text[HOLDER_TEXT_SIZE], remedy[REMEDY_SIZE];

	holder_format(holder, text);
	holder_remedy(host, holder, remedy);
	return error_set(error, -EBUSY,
		"%s is a virtual function of %s, would be removed, and is in use: it %s; %s and "
		"try again",
		function->name, address, text, remedy);
}

int functions_prove_free(struct ops *ops, const char *address, struct error *error) {
	AUTO_HOST struct host host = {0};
	struct address physical;
	int r;

	if (address_parse(address, &physical) < 0) {
		return error_set(error, -EINVAL, "\"%s\" is no PCI address", address);
	}
	r = ops->look(ops, &host, error);
	for (size_t i = 0; r == 0 && i < host.holder_count; i++) {
		const struct holder *holder = &host.holders[i];
		const struct device *function = find_function(&host, physical, holder);

		if (function) {
			return refuse(&host, function, address, holder, error);
		}
	}
	return r;
}
