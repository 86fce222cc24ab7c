// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/model.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

bool model_cpus_equal(const struct model_cpus *a, const struct model_cpus *b) {
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool model_cpus_empty(const struct model_cpus *cpus) {
	const struct model_cpus none = {0};

	return model_cpus_equal(cpus, &none);
}

/* A number of a processor, off *text. */
static int take_number(const char **text, unsigned int *ret) {
	char *end;
	unsigned long number;

	if (!isdigit((unsigned char)**text)) {
		return -EINVAL;
	}
	number = strtoul(*text, &end, 10);
	if (number >= MODEL_CPUS_MAX) {
		return -EINVAL;
	}
	*text = end;
	*ret = (unsigned int)number;
	return 0;
}

int model_cpus_parse(const char *text, struct model_cpus *ret) {
	struct model_cpus cpus = {0};

	while (*text) {
		bool without = *text == '^';
		unsigned int first = 0, last;
		int r;

		text += without;
		r = take_number(&text, &first);
		last = first;
		if (r == 0 && *text == '-' && !without) {
			text++;
			r = take_number(&text, &last);
		}
		if (r < 0 || last < first || (*text && *text != ',')) {
			return -EINVAL;
		}
		for (unsigned int i = first; i <= last; i++) {
			if (without) {
				cpus.bits[i / 64] &= ~((uint64_t)1 << i % 64);
			} else {
				model_cpus_add(&cpus, i);
			}
		}
		text += *text == ',';
	}
	*ret = cpus;
	return 0;
}

const char *model_cpus_format(const struct model_cpus *cpus, char ret[MODEL_CPUS_TEXT_SIZE]) {
	AUTO_TEXT struct text text = {0};
	int r = 0;

	for (unsigned int i = 0; r == 0 && i < MODEL_CPUS_MAX; i++) {
		unsigned int first = i;

		if (!model_cpus_has(cpus, i)) {
			continue;
		}
		while (model_cpus_has(cpus, i + 1)) {
			i++;
		}
		r = text_add(&text, "%s%u", text.length > 0 ? "," : "", first);
		if (r == 0 && i > first) {
			r = text_add(&text, "%c%u", i > first + 1 ? '-' : ',', i);
		}
	}
	if (r < 0 || name_set(ret, MODEL_CPUS_TEXT_SIZE, text.data ? text.data : "") < 0) {
		ret[0] = '\0';
	}
	return ret;
}

const char *hyperv_name(enum hyperv hyperv) {
	static const char *const names[] = {
		[HYPERV_RELAXED] = "relaxed",
		[HYPERV_VAPIC] = "vapic",
		[HYPERV_SPINLOCKS] = "spinlocks",
		[HYPERV_VPINDEX] = "vpindex",
		[HYPERV_RUNTIME] = "runtime",
		[HYPERV_SYNIC] = "synic",
		[HYPERV_STIMER] = "stimer",
		[HYPERV_FREQUENCIES] = "frequencies",
		[HYPERV_TLBFLUSH] = "tlbflush",
		[HYPERV_IPI] = "ipi",
		[HYPERV_TIME] = "time",
	};

	return names[hyperv];
}
