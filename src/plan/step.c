// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/step.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"

static const char *const names[FACT_COUNT] = {
	[FACT_DRIVER] = "driver",
	[FACT_OVERRIDE] = "override",
	[FACT_MODULE] = "module",
	[FACT_SERVICE] = "service",
	[FACT_CONSOLE] = "console",
	[FACT_FRAMEBUFFER] = "framebuffer",
	[FACT_POWER] = "power",
	[FACT_D3COLD] = "d3cold",
	[FACT_RESET_METHOD] = "reset-method",
	[FACT_BAR_SIZE] = "bar-size",
	[FACT_VF_COUNT] = "vf-count",
	[FACT_PROCESS] = "process",
};

const char *fact_name(enum fact fact) {
	assert(fact < FACT_COUNT);
	return names[fact];
}

int fact_parse(const char *name, enum fact *ret) {
	for (enum fact fact = 0; fact < FACT_COUNT; fact++) {
		if (strcmp(name, names[fact]) == 0) {
			*ret = fact;
			return 0;
		}
	}
	return -EINVAL;
}

int step_make(
	enum fact fact, const char *subject, const char *from, const char *to, struct step *ret) {
	struct step step = {.fact = fact};

	if (name_set(step.subject, sizeof(step.subject), subject) < 0 ||
		name_set(step.from, sizeof(step.from), from) < 0 ||
		name_set(step.to, sizeof(step.to), to) < 0) {
		return -ENAMETOOLONG;
	}
	*ret = step;
	return 0;
}

struct step step_reverse(const struct step *step) {
	struct step reverse = *step;

	memcpy(reverse.from, step->to, sizeof(reverse.from));
	memcpy(reverse.to, step->from, sizeof(reverse.to));
	return reverse;
}

bool step_same_fact(const struct step *a, const struct step *b) {
	return a->fact == b->fact && strcmp(a->subject, b->subject) == 0;
}

const char *step_format(const struct step *step, char ret[STEP_TEXT_SIZE]) {
	char subject[3 * SUBJECT_SIZE + 1], from[3 * VALUE_SIZE + 1], to[3 * VALUE_SIZE + 1];
	int r;

	r = token_encode(step->subject, subject, sizeof(subject));
	assert(r == 0);
	r = token_encode(step->from, from, sizeof(from));
	assert(r == 0);
	r = token_encode(step->to, to, sizeof(to));
	assert(r == 0);
	r = name_format(
		ret, STEP_TEXT_SIZE, "%s %s %s %s", fact_name(step->fact), subject, from, to);
	assert(r == 0);
	return ret;
}

int step_parse(const char *text, struct step *ret) {
	struct step step;
	char fact[16];
	const char *token[4];
	size_t length[4];

	for (size_t i = 0; i < 4; i++) {
		length[i] = token_next(&text, &token[i]);
	}
	if (*text || token[3][length[3]] != '\0') {
		return -EINVAL;
	}
	if (token_decode(token[0], length[0], fact, sizeof(fact)) < 0 ||
		fact_parse(fact, &step.fact) < 0 ||
		token_decode(token[1], length[1], step.subject, sizeof(step.subject)) < 0 ||
		token_decode(token[2], length[2], step.from, sizeof(step.from)) < 0 ||
		token_decode(token[3], length[3], step.to, sizeof(step.to)) < 0) {
		return -EINVAL;
	}
	*ret = step;
	return 0;
}

bool step_is_of_device(const struct step *step) {
	switch (step->fact) {
	case FACT_DRIVER:
	case FACT_OVERRIDE:
	case FACT_POWER:
	case FACT_D3COLD:
	case FACT_RESET_METHOD:
	case FACT_BAR_SIZE:
	case FACT_VF_COUNT:
		return true;
	case FACT_MODULE:
	case FACT_SERVICE:
	case FACT_CONSOLE:
	case FACT_FRAMEBUFFER:
	case FACT_PROCESS:
	case FACT_COUNT:
		break;
	}
	return false;
}

/* Does the driver come from the module or from one that the module builds on ("nvidia_drm" on
 * "nvidia")? The kernel takes '-' and '_' in module names as one. */
static bool is_of_module(const char *driver, const char *module) {
	for (; *driver; driver++, module++) {
		char a = *driver == '-' ? '_' : *driver;
		char b = *module == '-' ? '_' : *module;

		if (a != b) {
			return false;
		}
	}
	return *module == '\0' || *module == '_' || *module == '-';
}

static bool touches_module(const struct step *driver, const struct step *module) {
	return driver->fact == FACT_DRIVER && module->fact == FACT_MODULE &&
	       (is_of_module(driver->from, module->subject) ||
		       is_of_module(driver->to, module->subject));
}

bool step_depends(const struct step *earlier, const struct step *later) {
	if (strcmp(earlier->subject, later->subject) == 0) {
		return true;
	}
	return touches_module(earlier, later) || touches_module(later, earlier);
}

bool step_stays(const struct step *step) {
	if (step->fact == FACT_PROCESS) {
		return true;
	}
	return step->fact == FACT_MODULE && strcmp(step->to, VALUE_LOADED) == 0 &&
	       strstr(step->subject, "vfio");
}

bool step_only_records(const struct step *step) {
	return strcmp(step->from, step->to) == 0;
}

bool step_is_guests(const struct step *step) {
	return step->fact == FACT_BAR_SIZE;
}

bool step_is_setting(const struct step *step) {
	return step->fact == FACT_POWER || step->fact == FACT_D3COLD ||
	       step->fact == FACT_RESET_METHOD;
}

int step_write_process(int pid, uint64_t start, char ret[SUBJECT_SIZE]) {
	return name_format(ret, SUBJECT_SIZE, "%d.%" PRIu64, pid, start);
}

int step_read_process(const char *subject, int *ret_pid, uint64_t *ret_start) {
	const char *dot = strchr(subject, '.');
	unsigned long long pid, start;
	char word[16];

	if (!dot || name_format(word, sizeof(word), "%.*s", (int)(dot - subject), subject) < 0 ||
		number_parse(word, INT_MAX, &pid) < 0 ||
		number_parse(dot + 1, UINT64_MAX, &start) < 0) {
		return -EINVAL;
	}
	*ret_pid = (int)pid;
	*ret_start = start;
	return 0;
}

int step_write_user_unit(const char *manager, const char *unit, char ret[SUBJECT_SIZE]) {
	unsigned long long uid;
	char word[16];

	if (!text_starts(manager, "user@") || !text_ends(manager, ".service") ||
		name_format(word, sizeof(word), "%.*s", (int)strcspn(manager + 5, "."),
			manager + 5) < 0 ||
		number_parse(word, UINT32_MAX, &uid) < 0) {
		return -EINVAL;
	}
	return name_format(ret, SUBJECT_SIZE, "%llu/%s", uid, unit);
}

int step_read_unit(const char *subject, bool *ret_of_user, uint32_t *ret_uid, const char **ret) {
	const char *slash = strchr(subject, '/');
	unsigned long long uid = 0;
	char word[16];

	if (slash &&
		(name_format(word, sizeof(word), "%.*s", (int)(slash - subject), subject) < 0 ||
			number_parse(word, UINT32_MAX, &uid) < 0)) {
		return -EINVAL;
	}
	*ret_of_user = slash != NULL;
	*ret_uid = (uint32_t)uid;
	*ret = slash ? slash + 1 : subject;
	return 0;
}
