// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/stuck.h"

#include <errno.h>
#include <string.h>

/*
 * Where drivers are known to wait, by the beginning of a function's name. Innermost: it says so
 * only as the one in which the task sleeps.
 */
static const struct {
	const char *function;
	bool innermost;
	const char *words;
} waits[] = {
	/* sound/core/init.c: until the last file of the card is closed (field.md, pain 22) */
	{"snd_card_disconnect_sync", false, "waits until nobody has the sound card open any more"},
	{"snd_card_free", false, "waits until nobody has the sound card open any more"},
	/* drivers/vfio/vfio_main.c: until the guest has closed the device (contracts.md C2) */
	{"vfio_unregister_group_dev", false,
		"waits until the guest that has the device lets go of it"},
	/* kernel-open/nvidia/nv-pci.c: in sleeps of half a second (contracts.md C5) */
	{"nv_pci_remove_helper", false,
		"waits until nobody uses the NVIDIA card any more, and most releases never find "
		"that out once they wait: if it does not come back when its users have ended and "
		"the modules above it are unloaded, only a reboot helps"},
	/* net/core/dev.c */
	{"netdev_run_todo", false, "waits until nobody uses the network interface any more"},
	/* block/blk-mq.c */
	{"blk_mq_freeze_queue_wait", false, "waits until the disk has done what it was told"},
	/* drivers/base/dd.c: the device's lock */
	{"device_release_driver_internal", true, "waits for another bind or unbind of the device"},
	{"device_driver_attach", true, "waits for another bind or unbind of the device"},
	{"__device_driver_lock", true, "waits for another bind or unbind of the device"},
};

static const char *find_words(const struct stuck *stuck) {
	for (size_t i = 0; i < stuck->frame_count; i++) {
		for (size_t k = 0; k < COUNT(waits); k++) {
			if (text_starts(stuck->frames[i], waits[k].function) &&
				(i == 0 || !waits[k].innermost)) {
				return waits[k].words;
			}
		}
	}
	return NULL;
}

static int add_function(const struct stuck *stuck, struct text *ret) {
	if (stuck->frame_count == 0) {
		return text_add(ret, "waits for something that the kernel does not tell");
	}
	if (stuck->frame_count == 1) {
		return text_add(ret, "waits in the kernel's %s", stuck->frames[0]);
	}
	return text_add(
		ret, "waits in the kernel's %s, called by %s", stuck->frames[0], stuck->frames[1]);
}

static int add_holder(const struct holder *holder, const char *separator, struct text *ret) {
	char name[sizeof(holder->name)];

	memcpy(name, holder->name, sizeof(name));
	(void)text_tame(name); /* a program calls itself what it likes */
	return text_add(ret, "%s%s (process %d) has /dev/%s open", separator, name, holder->who.pid,
		holder->node);
}

static int add_holders(const char *device, const struct holder *holders, size_t count,
	const char *separator, struct text *ret) {
	struct address address;
	int pid = 0, r = 0;

	if (address_parse(device, &address) < 0) {
		return 0;
	}
	for (size_t i = 0; i < count && r == 0; i++) {
		const struct holder *holder = &holders[i];

		if (holder->kind != HOLDER_PROCESS || holder->who.pid == pid ||
			address_compare(holder->device, address) != 0) {
			continue;
		}
		r = add_holder(holder, pid ? ", " : separator, ret);
		pid = holder->who.pid;
	}
	return r;
}

int stuck_explain(const struct stuck *stuck, const char *device, const struct holder *holders,
	size_t holder_count, struct text *ret) {
	const char *words = find_words(stuck);
	int r = words ? text_add(ret, "%s", words) : add_function(stuck, ret);

	if (r == 0 && stuck->holder.who.pid) {
		return add_holder(&stuck->holder, ": ", ret);
	}
	return r < 0 ? r : add_holders(device, holders, holder_count, ": ", ret);
}

int flight_explain(const struct host *host, const struct device *device, struct text *ret) {
	const struct flight *flight = host_flight(host, device->address);
	int r;

	if (!flight) {
		r = text_add(ret, "the kernel is still busy binding or unbinding it");
		return r < 0 ? r
			     : add_holders(
				       device->name, host->holders, host->holder_count, ": ", ret);
	}
	r = text_add(ret, "%s (process %d) is binding or unbinding it, and ", flight->stuck.command,
		flight->stuck.pid);
	return r < 0 ? r
		     : stuck_explain(&flight->stuck, device->name, host->holders,
			       host->holder_count, ret);
}
