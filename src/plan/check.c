// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/build.h"
#include "plan/stuck.h"

#include <stdio.h>
#include <string.h>

#include "host/holder/holder_text.h"
#include "host/holder/remedy.h"

static void check_group(struct making *making, const struct device *device) {
	if (!making->host->iommu) {
		plan_refuse(making->plan, REFUSAL_NO_IOMMU, device->name,
			"switch the IOMMU on in the firmware (VT-d, AMD-Vi) and, with an Intel "
			"processor, boot with intel_iommu=on",
			"cannot be handed over safely, because this machine has no IOMMU switched on");
	} else if (device->group == GROUP_NONE) {
		plan_refuse(making->plan, REFUSAL_NO_IOMMU, device->name,
			"choose a device that `baton list` shows in a group",
			"is in no IOMMU group, so nothing could keep a guest from the host's memory");
	}
}

void plan_check_owner(struct making *making, const struct planned_device *planned) {
	for (size_t i = 0; i < making->claims->device_count; i++) {
		const struct claimed_device *claimed = &making->claims->devices[i];

		if (address_compare(claimed->address, planned->address) != 0 ||
			plan_adopts(making->plan, claimed->guest)) {
			continue;
		}
		if (claimed->held) {
			plan_refuse(making->plan, REFUSAL_OTHER_GUEST, planned->name,
				"stop that guest first, or bring the device home with "
				"`baton reattach`",
				"is with %s", claimed->title);
		} else if (claimed->oopsed) {
			plan_refuse(making->plan, REFUSAL_UNRESOLVED, planned->name,
				"only a reboot helps",
				"is part of an unfinished hand-over to %s, in which the kernel "
				"oopsed",
				claimed->title);
		} else {
			plan_refuse(making->plan, REFUSAL_UNRESOLVED, planned->name,
				"run `baton repair`, and `baton status` to see what it waits for",
				"is part of an unfinished hand-over to %s", claimed->title);
		}
		return;
	}
}

/* What has the root file system stays, whatever else is unmounted. */
static bool has_root(const struct host *host, struct address device) {
	for (size_t i = 0; i < host->holder_count; i++) {
		if (host->holders[i].root &&
			address_compare(host->holders[i].device, device) == 0) {
			return true;
		}
	}
	return false;
}

/* The other nodes by which a refused process has the device say nothing new; they are ordered by
 * it. */
static bool is_same(const struct making *making, const struct holder *holder) {
	const struct holder *before = holder - 1;

	return holder > making->host->holders && holder->kind == HOLDER_PROCESS &&
	       before->kind == HOLDER_PROCESS && before->who.pid == holder->who.pid &&
	       address_compare(before->device, holder->device) == 0 &&
	       plan_means(making, before) == MEANS_NONE;
}

static void refuse_holder(
	struct making *making, const struct planned_device *planned, const struct holder *holder) {
	enum refusal_kind kind = holder->kind == HOLDER_PROCESS ? REFUSAL_HELD : REFUSAL_IN_USE;
	char text[HOLDER_TEXT_SIZE], words[REMEDY_SIZE], setting[REMEDY_SIZE] = "";
	char remedy[2 * REMEDY_SIZE];

	if (!holder_keeps(holder) || is_same(making, holder) ||
		(kind == REFUSAL_IN_USE && !holder->root &&
			has_root(making->host, holder->device))) {
		return;
	}
	holder_format(holder, text);
	holder_remedy(making->host, holder, words);
	if (kind == REFUSAL_HELD) {
		plan_suggest(making, holder, setting, sizeof(setting));
	}
	snprintf(remedy, sizeof(remedy), "%s%s", words, setting);
	plan_refuse_member(making->plan, host_device(making->host, planned->address),
		planned->listed, kind, remedy, text);
}

/* Who is to be stopped by his user's manager has to have one that answers. */
static void check_manager(
	struct making *making, const struct planned_device *planned, const struct holder *holder) {
	const struct names *silent = making->asked->silent;
	const char *uid = holder->who.unit + strlen("user@");
	char remedy[REMEDY_SIZE];

	for (size_t i = 0; silent && i < silent->count; i++) {
		if (!holder->who.user_unit[0] || strcmp(silent->names[i], holder->who.unit) != 0) {
			continue;
		}
		snprintf(remedy, sizeof(remedy),
			"end that user's sessions (`loginctl terminate-user %.*s`), and try again",
			(int)strcspn(uid, "."), uid);
		plan_refuse(making->plan, REFUSAL_HELD, holder->who.unit, remedy,
			"does not answer, and would have to stop %s, which has %s open",
			holder->who.user_unit, planned->name);
	}
}

static void check_holders(struct making *making, const struct planned_device *planned) {
	for (size_t i = making->first_holder; i < making->host->holder_count; i++) {
		const struct holder *holder = &making->host->holders[i];

		if (address_compare(holder->device, planned->address) != 0) {
			continue;
		}
		switch (plan_means(making, holder)) {
		case MEANS_NONE:
			refuse_holder(making, planned, holder);
			break;
		case MEANS_SERVICE:
			check_manager(making, planned, holder);
			break;
		case MEANS_DISPLAY_MANAGER:
		case MEANS_SEAT:
		case MEANS_PROCESS:
			break;
		}
	}
}

static bool is_beside(const struct device *device, const struct device *other, bool whole_bus) {
	return other->address.domain == device->address.domain &&
	       other->address.bus == device->address.bus &&
	       (whole_bus || other->address.slot == device->address.slot);
}

/* Is everything on the device's bus (whole_bus) or in its slot part of the plan? They stand side by
 * side among the host's devices. */
static bool covers(const struct making *making, const struct device *device, bool whole_bus) {
	const struct device *begin = making->host->devices,
			    *end = begin + making->host->device_count;
	const struct device *other = device;

	while (other > begin && is_beside(device, other - 1, whole_bus)) {
		other--;
	}
	for (; other < end && is_beside(device, other, whole_bus); other++) {
		if (!plan_has(making->plan, other->address)) {
			return false;
		}
	}
	return true;
}

/*
 * A guest must get the device as if switched on: by a method of the function itself, or because
 * VFIO may reset slot or bus when all of it is handed over (contracts.md F: the function's own
 * "bus" cannot be used while it has siblings, a hot reset of the set can).
 */
static void check_reset(struct making *making, const struct device *device) {
	if (device->reset_methods[0] || covers(making, device, true) ||
		covers(making, device, false)) {
		return;
	}
	plan_refuse(making->plan, REFUSAL_NO_RESET, device->name,
		"hand over everything on its bus together, or choose another device",
		"cannot be reset between guests: it has no reset of its own and shares its bus with "
		"devices that stay");
}

/* What an oops has left says more than that the kernel is silent. */
static bool is_oopsed(const struct making *making, const struct device *device) {
	for (size_t i = 0; i < making->claims->device_count; i++) {
		const struct claimed_device *claimed = &making->claims->devices[i];

		if (claimed->oopsed && address_compare(claimed->address, device->address) == 0) {
			return true;
		}
	}
	return false;
}

static void check_flight(struct making *making, const struct device *device) {
	AUTO_TEXT struct text why = {0};

	if (device->in_flight && !is_oopsed(making, device)) {
		/* Without memory for the words there are none. */
		int r = flight_explain(making->host, device, &why);

		plan_refuse(making->plan, REFUSAL_UNRESOLVED, device->name,
			"wait until it has ended; if it never does, only a reboot helps",
			"is in flight%s%s", r < 0 ? "" : ": ", r < 0 ? "" : why.data);
	}
}

/*
 * The kernel gives such domains to Intel's VMD alone (drivers/pci/controller/vmd.c). What is in one
 * is in the group of its controller, and ceases to be when that loses its driver.
 */
static void check_domain(struct making *making, const struct planned_device *planned) {
	if (planned->address.domain <= 0xffff) {
		return;
	}
	plan_refuse_member(making->plan, host_device(making->host, planned->address),
		planned->listed, REFUSAL_VMD,
		"switch VMD off in the firmware, so that the device stands beside the others",
		"is behind a Volume Management Device (VMD), with which it would have to go and "
		"without which it does not exist");
}

static void check_vfio(struct making *making) {
	if (!making->host->vfio) {
		plan_refuse(making->plan, REFUSAL_NO_VFIO, making->host->kernel,
			"install the kernel's module vfio-pci, or boot a kernel that has it",
			"has no VFIO driver to hand devices over with");
	}
}

static void check_display_manager(struct making *making) {
	const struct policy *policy = &making->request->policy;
	char connection[LOST_CONNECTION_SIZE];

	if (!making->display_manager_goes) {
		return;
	}
	if (policy->holders == HOLDERS_REFUSE) {
		plan_refuse(making->plan, REFUSAL_HELD, making->host->display_manager.unit,
			"log out and stop it, or set `holders = stop-services` in the section "
			"[policy]",
			"would have to be stopped, which ends its login sessions");
	}
	if (policy->losses == CONSENT_REFUSE) {
		plan_lost_connection(making->host, connection);
		plan_refuse(making->plan, REFUSAL_LOSS, making->host->display_manager.unit,
			"log out and stop it, or set `losses = allow` in the section [policy]",
			"would have to be stopped, which ends its login sessions%s", connection);
	}
}

void plan_check(struct making *making) {
	for (size_t i = 0; i < making->plan->device_count; i++) {
		const struct planned_device *planned = &making->plan->devices[i];
		const struct device *device = host_device(making->host, planned->address);

		if (planned->listed) {
			plan_check_identity(making, device);
		}
		check_group(making, device);
		check_flight(making, device);
		plan_check_owner(making, planned);
		check_holders(making, planned);
		check_reset(making, device);
		plan_check_virtual_functions(making, device);
		plan_check_settings(making, device);
		check_domain(making, planned);
		plan_check_problems(making, device);
	}
	if (making->plan->device_count > 0) {
		check_vfio(making);
	}
	check_display_manager(making);
}
