// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "base/macros.h"
#include "plan/step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	AUTO_FREE char *text = strndup((const char *)data, size);
	char again[STEP_TEXT_SIZE];
	struct step step, reverse;

	assert(text);
	if (step_parse(text, &step) < 0) {
		return 0;
	}
	/* A step has one text, and turned round twice it is what it was. */
	assert(strcmp(step_format(&step, again), text) == 0);
	reverse = step_reverse(&step);
	reverse = step_reverse(&reverse);
	assert(strcmp(step_format(&reverse, again), text) == 0);
	assert(step_same_fact(&step, &reverse) && step_depends(&step, &reverse));
	return 0;
}
