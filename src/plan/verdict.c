// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

static bool has(const struct verdict *verdict, const char *device) {
	struct address address;

	if (address_parse(device, &address) < 0) {
		return false;
	}
	for (size_t i = 0; i < verdict->device_count; i++) {
		if (address_compare(verdict->devices[i], address) == 0) {
			return true;
		}
	}
	return false;
}

/* The root file system cannot be moved out of the way. */
static bool has_root(const struct host *host, const char *device) {
	for (size_t i = 0; i < host->holder_count; i++) {
		char name[ADDRESS_SIZE];

		if (host->holders[i].root &&
			strcmp(address_format(host->holders[i].device, name), device) == 0) {
			return true;
		}
	}
	return false;
}

/* Is it a guest that has the card, by a journal or because its QEMU has it open? */
static bool is_of_guest(
	const struct host *host, const struct verdict *verdict, const struct refusal *refusal) {
	if (!has(verdict, refusal->subject)) {
		return false;
	}
	for (size_t i = 0; refusal->kind == REFUSAL_HELD && i < host->holder_count; i++) {
		const struct holder *holder = &host->holders[i];
		char name[ADDRESS_SIZE];

		if (holder->who.guest[0] && text_starts(holder->node, "vfio/") &&
			strcmp(address_format(holder->device, name), refusal->subject) == 0) {
			return true;
		}
	}
	return refusal->kind == REFUSAL_OTHER_GUEST;
}

static enum verdict_kind judge(
	const struct host *host, const struct verdict *verdict, const struct refusal *refusal) {
	switch (refusal->kind) {
	case REFUSAL_IN_USE:
		return has_root(host, refusal->subject) ? VERDICT_NO : VERDICT_AFTER;
	case REFUSAL_HELD:
	case REFUSAL_OTHER_GUEST:
		return is_of_guest(host, verdict, refusal) ? VERDICT_GUEST : VERDICT_AFTER;
	case REFUSAL_VIRTUAL_FUNCTIONS:
	case REFUSAL_LOSS:
	case REFUSAL_SETTING:
	case REFUSAL_UNRESOLVED:
		return VERDICT_AFTER;
	case REFUSAL_NO_DEVICE:
	case REFUSAL_BRIDGE:
	case REFUSAL_NO_IOMMU:
	case REFUSAL_NO_VFIO:
	case REFUSAL_NO_RESET:
	case REFUSAL_VMD:
	case REFUSAL_PROBLEM:
	case REFUSAL_IDENTITY:
	case REFUSAL_COUNT:
		break;
	}
	return VERDICT_NO;
}

/* How near is it to what people ask for: the first function, the card, others? */
static int rank(const struct verdict *verdict, const struct refusal *refusal) {
	char name[ADDRESS_SIZE];

	address_format(verdict->devices[0], name);
	return (strcmp(refusal->subject, name) == 0) + has(verdict, refusal->subject);
}

/* What weighs most comes first; of equal ones, what is nearest. */
static void judge_refusals(const struct host *host, struct verdict *verdict) {
	size_t first = 0;
	int nearest = -1;

	for (size_t i = 0; i < verdict->refusal_count; i++) {
		const struct refusal *refusal = &verdict->refusals[i];
		enum verdict_kind kind = judge(host, verdict, refusal);
		int near = rank(verdict, refusal);

		if (kind > verdict->kind || (kind == verdict->kind && near > nearest)) {
			verdict->kind = kind;
			nearest = near;
			first = i;
		}
	}
	if (first > 0) {
		struct refusal moved = verdict->refusals[first];

		memmove(&verdict->refusals[1], &verdict->refusals[0], first * sizeof(moved));
		verdict->refusals[0] = moved;
	}
}

static void *copy(const void *array, size_t count, size_t size) {
	void *copied = calloc(count + 1, size);

	if (copied && count > 0) {
		memcpy(copied, array, count * size);
	}
	return copied;
}

static int compare_along(const void *a, const void *b) {
	const struct along *x = a, *y = b;

	return address_compare(x->address, y->address);
}

static int take_along(const struct host *host, const struct plan *plan, struct verdict *ret) {
	ret->along = calloc(plan->device_count + 1, sizeof(*ret->along));
	if (!ret->along) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < plan->device_count; i++) {
		struct address address = plan->devices[i].address;

		if (!plan->devices[i].listed) {
			ret->along[ret->along_count++] = (struct along){
				.address = address, .group = host_device(host, address)->group};
		}
	}
	if (ret->along_count > 1) {
		qsort(ret->along, ret->along_count, sizeof(*ret->along), compare_along);
	}
	return 0;
}

static int take_steps(const struct plan *plan, struct verdict *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->step_count; i++) {
		const struct planned *planned = &plan->steps[i];
		bool stops = planned->step.fact == FACT_SERVICE &&
			     strcmp(planned->step.to, VALUE_DOWN) == 0;

		if (planned->loss[0]) {
			r = names_add(&ret->losses, planned->loss);
		} else if (stops) {
			r = names_add(&ret->stops, planned->step.subject);
		}
	}
	return r;
}

static bool is_assigned(const struct host *host, const struct verdict *verdict) {
	for (size_t i = 0; i < verdict->device_count; i++) {
		if (!host_device(host, verdict->devices[i])->has_vfio_device) {
			return false;
		}
	}
	return true;
}

static int take_plan(const struct host *host, const struct plan *plan, struct verdict *ret) {
	int r;

	ret->refusals = copy(plan->refusals, plan->refusal_count, sizeof(*plan->refusals));
	ret->warnings = copy(plan->warnings, plan->warning_count, sizeof(*plan->warnings));
	if (!ret->refusals || !ret->warnings) {
		return -ENOMEM;
	}
	ret->refusal_count = plan->refusal_count;
	ret->warning_count = plan->warning_count;
	r = take_along(host, plan, ret);
	r = r < 0 ? r : take_steps(plan, ret);
	ret->assigned = is_assigned(host, ret);
	ret->kind = ret->losses.count > 0 ? VERDICT_LOSSES : VERDICT_NOW;
	judge_refusals(host, ret);
	return r;
}

/* No plan for another reason than a refusal: a group that is too large. */
static int take_error(const struct error *error, struct verdict *ret) {
	struct refusal *refusal = calloc(1, sizeof(*refusal));

	if (!refusal) {
		return -ENOMEM;
	}
	refusal->kind = REFUSAL_SETTING;
	address_format(ret->devices[0], refusal->subject);
	snprintf(refusal->reason, sizeof(refusal->reason), "is too much for one hand-over: %s",
		error->text);
	snprintf(refusal->remedy, sizeof(refusal->remedy), "choose a device in another group");
	ret->refusals = refusal;
	ret->refusal_count = 1;
	ret->kind = VERDICT_NO;
	return 0;
}

static size_t first_of_slot(const struct host *host, size_t index) {
	struct address address = host->devices[index].address;

	while (index > 0 && address_same_slot(host->devices[index - 1].address, address)) {
		index--;
	}
	return index;
}

bool verdict_has_picture(const struct host *host, size_t index) {
	size_t first = first_of_slot(host, index);

	for (size_t i = first; i < host->device_count && address_same_slot(host->devices[i].address,
								 host->devices[first].address);
		i++) {
		if (host->devices[i].class >> 16 == CLASS_DISPLAY) {
			return true;
		}
	}
	return false;
}

/* The card that the device begins; false: it is a bridge, or part of one that began earlier. */
static bool take_devices(const struct host *host, size_t index, struct verdict *ret) {
	const struct device *device = &host->devices[index];
	size_t first = first_of_slot(host, index);
	bool whole = verdict_has_picture(host, index);

	*ret = (struct verdict){0};
	for (size_t i = first; i < host->device_count && ret->device_count < VERDICT_DEVICES_MAX &&
			       address_same_slot(host->devices[i].address, device->address);
		i++) {
		const struct device *other = &host->devices[i];

		if ((whole || other->group == device->group) && !device_is_bridge(other)) {
			ret->devices[ret->device_count++] = other->address;
		}
	}
	return !device_is_bridge(device) && address_compare(ret->devices[0], device->address) == 0;
}

static void clear(struct verdict *verdict) {
	free(verdict->along);
	free(verdict->refusals);
	free(verdict->warnings);
	names_free(&verdict->stops);
	names_free(&verdict->losses);
	*verdict = (struct verdict){0};
}

static int make(const struct host *host, struct request *request, const struct claims *claims,
	const struct asked *asked, struct verdict *ret) {
	AUTO_PLAN struct plan *plan = NULL;
	struct error error = {0};
	int r = 0;

	request->device_count = 0;
	for (size_t i = 0; r == 0 && i < ret->device_count; i++) {
		r = request_add(request, ret->devices[i], NULL, &error);
	}
	r = r < 0 ? r : plan_make(host, request, claims, asked, &plan, &error);
	if (r == -ENOMEM) {
		return r;
	}
	r = r < 0 ? take_error(&error, ret) : take_plan(host, plan, ret);
	if (r < 0) {
		clear(ret);
	}
	return r;
}

int verdicts_make(const struct host *host, const struct policy *policy, const struct claims *claims,
	const struct asked *asked, struct verdicts *ret) {
	AUTO_VERDICTS struct verdicts all = {0};
	AUTO_FREE struct request *request = calloc(1, sizeof(*request));

	all.verdicts = calloc(host->device_count + 1, sizeof(*all.verdicts));
	if (!request || !all.verdicts) {
		return -ENOMEM;
	}
	request->policy = *policy;
	for (size_t i = 0; i < host->device_count; i++) {
		struct verdict verdict;
		int r;

		if (!take_devices(host, i, &verdict)) {
			continue;
		}
		r = make(host, request, claims, asked, &verdict);
		if (r < 0) {
			return r;
		}
		all.verdicts[all.count++] = verdict;
	}
	*ret = all;
	all = (struct verdicts){0};
	return 0;
}

void verdicts_free(struct verdicts *verdicts) {
	for (size_t i = 0; i < verdicts->count; i++) {
		clear(&verdicts->verdicts[i]);
	}
	free(verdicts->verdicts);
	*verdicts = (struct verdicts){0};
}

/* The last that begins at or before the address. */
static size_t find_last(const struct verdicts *verdicts, struct address address) {
	size_t low = 0, high = verdicts->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address_compare(verdicts->verdicts[middle].devices[0], address) <= 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* Cards of one slot stand side by side. */
const struct verdict *verdict_of(const struct verdicts *verdicts, struct address device) {
	for (size_t i = find_last(verdicts, device); i-- > 0;) {
		const struct verdict *verdict = &verdicts->verdicts[i];

		if (!address_same_slot(verdict->devices[0], device)) {
			break;
		}
		for (size_t j = 0; j < verdict->device_count; j++) {
			if (address_compare(verdict->devices[j], device) == 0) {
				return verdict;
			}
		}
	}
	return NULL;
}
