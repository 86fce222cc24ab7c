// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/policy.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define COMM_LENGTH 15 /* TASK_COMM_LEN, without the zero */

int policy_parse_holders(const char *value, enum holders_policy *ret) {
	static const char *const words[] = {
		[HOLDERS_STOP_SERVICES] = "stop-services",
		[HOLDERS_REFUSE] = "refuse",
		[HOLDERS_TERMINATE] = "terminate",
	};

	for (size_t i = 0; i < COUNT(words); i++) {
		if (strcmp(value, words[i]) == 0) {
			*ret = (enum holders_policy)i;
			return 0;
		}
	}
	return -EINVAL;
}

int policy_parse_names(const char *value, struct policy_names *ret) {
	struct policy_names names = {0};

	while (*value) {
		size_t length = strcspn(value, " \t");

		if (names.count == POLICY_NAMES_MAX) {
			return -E2BIG;
		}
		if (name_format(names.names[names.count], POLICY_NAME_SIZE, "%.*s", (int)length,
			    value) < 0) {
			return -ENAMETOOLONG;
		}
		names.count++;
		value += length;
		value += strspn(value, " \t");
	}
	*ret = names;
	return 0;
}

bool policy_has(const struct policy_names *names, const char *name) {
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

bool policy_has_program(const struct policy_names *names, const char *comm) {
	for (size_t i = 0; i < names->count; i++) {
		if (strncmp(names->names[i], comm, COMM_LENGTH) == 0) {
			return true;
		}
	}
	return false;
}
