// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan/problem.h"

/*
 * NVIDIA's driver waits in remove() for ever while somebody uses the card, and the modules on top
 * of it are somebody. Taking the module out fails cleanly instead, so that is the way whenever
 * every one of its devices goes (contracts.md C5).
 */
#define NVIDIA          "nvidia"
#define NVIDIA_NVSWITCH "nvidia-nvswitch"

/* Does the module have it? It brings a driver for cards, and one for what connects them. */
static bool is_driver_of_nvidia(const char *driver) {
	return strcmp(driver, NVIDIA) == 0 || strcmp(driver, NVIDIA_NVSWITCH) == 0;
}

static bool is_of_nvidia(const struct device *device) {
	return is_driver_of_nvidia(device->driver);
}

static bool goes(const struct making *making, const struct device *device) {
	return plan_has(making->plan, device->address);
}

/*
 * A card that another guest has counts as one that stays: it comes home to this driver, whoever
 * ends first.
 */
static bool all_nvidia_goes(const struct making *making) {
	for (size_t i = 0; i < making->host->device_count; i++) {
		const struct device *device = &making->host->devices[i];

		if (is_of_nvidia(device) && !goes(making, device)) {
			return false;
		}
	}
	for (size_t i = 0; i < making->claims->count; i++) {
		const struct claim *claim = &making->claims->claims[i];

		if (claim->step.fact == FACT_DRIVER && is_driver_of_nvidia(claim->step.from) &&
			!plan_adopts(making->plan, claim->guest)) {
			return false;
		}
	}
	return true;
}

bool plan_shares_driver(const struct making *making, const struct device *device) {
	const struct module *module = host_module(making->host, NVIDIA);

	return is_of_nvidia(device) && module && problem_has_stack(module) &&
	       !all_nvidia_goes(making);
}

static bool has_framebuffer(const struct host *host, const struct device *device) {
	const struct drm_card *card = host_card(host, device->address);

	return card && card->framebuffer;
}

/* Does a card of NVIDIA's go that the console may be drawn on, by its driver or by the firmware? */
static bool nvidia_picture_goes(const struct making *making) {
	for (size_t i = 0; i < making->plan->device_count; i++) {
		const struct device *device =
			host_device(making->host, making->plan->devices[i].address);

		if (is_of_nvidia(device) &&
			(device->boot_vga || has_framebuffer(making->host, device))) {
			return true;
		}
	}
	return false;
}

static const struct step *claimed_step(const struct making *making, const struct step *step) {
	for (size_t i = 0; i < making->claims->count; i++) {
		const struct claim *claim = &making->claims->claims[i];

		if (step_same_fact(&claim->step, step) &&
			!plan_adopts(making->plan, claim->guest)) {
			return &claim->step;
		}
	}
	return NULL;
}

/*
 * The console is taken off the card before NVIDIA's modules go: with fbdev=1 it is drawn by
 * nvidia_drm (contracts.md C3, C5). A second guest that finds it off because of a first one keeps
 * it off until both are gone.
 */
static int add_console(struct making *making) {
	struct step wanted;
	const struct planned *planned;
	bool bound = false, there = false;
	int r = step_make(FACT_CONSOLE, CONSOLE_FRAME_BUFFER, VALUE_BOUND, VALUE_NONE, &wanted);

	if (r < 0) {
		return r;
	}
	for (size_t i = 0; i < making->host->console_count; i++) {
		if (strcmp(making->host->consoles[i].name, CONSOLE_FRAME_BUFFER) == 0) {
			there = true;
			bound = making->host->consoles[i].bound;
		}
	}
	if (!there || (!bound && !claimed_step(making, &wanted))) {
		return 0;
	}
	planned = plan_add(making->plan, wanted.fact, wanted.subject, wanted.from, wanted.to);
	if (!planned) {
		return -E2BIG;
	}
	making->plan->steps[making->plan->step_count - 1].shared = !bound;
	return 0;
}

/*
 * Before Linux 6.0 vfio-pci did not push the firmware's framebuffer off a boot VGA (contracts.md
 * C3): it is unbound by hand, and can be bound again.
 */
static int add_framebuffers(struct making *making) {
	if (host_kernel_at_least(making->host, 6, 0)) {
		return 0;
	}
	for (size_t i = 0; i < making->host->framebuffer_count; i++) {
		const struct framebuffer *framebuffer = &making->host->framebuffers[i];

		if (framebuffer->driver[0] &&
			!plan_add(making->plan, FACT_FRAMEBUFFER, framebuffer->name,
				framebuffer->driver, VALUE_NONE)) {
			return -E2BIG;
		}
	}
	return 0;
}

/* A module after everything that uses it; depth keeps a circle in a broken snapshot from looping.
 */
static int add_module(struct making *making, const struct module *module, unsigned int depth) {
	if (depth > 16) {
		return -ELOOP;
	}
	for (size_t i = 0; i < module->holders.count; i++) {
		const struct module *user = host_module(making->host, module->holders.names[i]);
		int r = user ? add_module(making, user, depth + 1) : 0;

		if (r < 0) {
			return r;
		}
	}
	if (plan_has_step(making->plan, FACT_MODULE, module->name)) {
		return 0;
	}
	return plan_add(making->plan, FACT_MODULE, module->name, VALUE_LOADED, VALUE_NONE) ? 0
											   : -E2BIG;
}

/* Taking the module out unbinds its devices: their drivers are effects of that step. */
static int add_nvidia_modules(struct making *making) {
	const struct module *module = host_module(making->host, NVIDIA);
	struct planned *unload;
	int r = module ? add_module(making, module, 0) : 0;

	if (r < 0 || !module) {
		return r;
	}
	unload = &making->plan->steps[making->plan->step_count - 1];
	for (size_t i = 0; i < making->plan->device_count; i++) {
		const struct planned_device *planned = &making->plan->devices[i];

		const struct device *device = host_device(making->host, planned->address);

		if (!is_of_nvidia(device)) {
			continue;
		}
		r = plan_add_effect(
			unload, FACT_DRIVER, planned->name, device->driver, VALUE_NONE, false);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static bool boot_vga_goes(const struct making *making) {
	for (size_t i = 0; i < making->plan->device_count; i++) {
		if (host_device(making->host, making->plan->devices[i].address)->boot_vga) {
			return true;
		}
	}
	return false;
}

int plan_needs(struct making *making) {
	return boot_vga_goes(making) ? add_framebuffers(making) : 0;
}

/* As late as possible: the card's sound and whatever else is on it have gone by then. */
int plan_device_needs(struct making *making, const struct device *device) {
	int r = 0;

	if (!is_of_nvidia(device)) {
		return 0;
	}
	if (nvidia_picture_goes(making) &&
		!plan_has_step(making->plan, FACT_CONSOLE, CONSOLE_FRAME_BUFFER)) {
		r = add_console(making);
	}
	if (r == 0 && all_nvidia_goes(making) &&
		!plan_has_step(making->plan, FACT_MODULE, NVIDIA)) {
		r = add_nvidia_modules(making);
	}
	return r;
}

/* The devices of a plan go in the order in which they stand in it. */
static bool goes_before(
	const struct making *making, struct address address, const struct device *device) {
	for (size_t i = 0; i < making->plan->device_count; i++) {
		struct address next = making->plan->devices[i].address;

		if (address_compare(next, device->address) == 0) {
			return false;
		}
		if (address_compare(next, address) == 0) {
			return true;
		}
	}
	return false;
}

/* When its turn comes, does no other card have a frame buffer any more? */
static bool has_last_framebuffer(const struct making *making, const struct device *device) {
	const struct host *host = making->host;

	for (size_t i = 0; i < host->card_count; i++) {
		struct address other = host->cards[i].device;

		if (host->cards[i].framebuffer && address_compare(other, device->address) != 0 &&
			!goes_before(making, other, device)) {
			return false;
		}
	}
	return has_framebuffer(host, device);
}

/* Is there a console that fbcon draws? */
static bool has_picture(const struct host *host) {
	for (size_t i = 0; i < host->console_count; i++) {
		if (host->consoles[i].bound &&
			strcmp(host->consoles[i].name, CONSOLE_FRAME_BUFFER) == 0) {
			return true;
		}
	}
	return false;
}

/* Has it been taken off by a step of its own? */
static bool has_console_step(const struct plan *plan) {
	for (size_t i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].step.fact == FACT_CONSOLE) {
			return true;
		}
	}
	return false;
}

/* fbcon goes with the last framebuffer. */
static int take_console_along(struct making *making, struct planned *planned, bool lost) {
	if (!has_picture(making->host) || has_console_step(making->plan)) {
		return 0;
	}
	return plan_add_effect(
		planned, FACT_CONSOLE, CONSOLE_FRAME_BUFFER, VALUE_BOUND, VALUE_NONE, lost);
}

/* The firmware's text mode (vgacon, "VGA+") goes with the legacy ranges of the boot VGA. */
static int lose_text_mode(struct making *making, struct planned *bind) {
	for (size_t i = 0; i < making->host->console_count; i++) {
		const struct console *console = &making->host->consoles[i];

		if (console->bound && strncmp(console->name, "VGA", strlen("VGA")) == 0) {
			return plan_add_effect(
				bind, FACT_CONSOLE, console->name, VALUE_BOUND, VALUE_NONE, true);
		}
	}
	return 0;
}

/*
 * Since Linux 6.0 binding vfio-pci to the boot VGA unregisters the firmware's framebuffer for good,
 * with or without a driver (vfio_pci_vga_init, contracts.md C3).
 */
static int lose_framebuffers(
	struct making *making, const struct device *device, struct planned *bind) {
	const struct host *host = making->host;
	int r = 0;

	for (size_t i = 0; r == 0 && i < host->framebuffer_count; i++) {
		const struct framebuffer *framebuffer = &host->framebuffers[i];

		if (!framebuffer->driver[0] && host_card(host, device->address)) {
			continue; /* the card's own driver draws, now and when it is home */
		}
		r = plan_add_effect(bind, FACT_FRAMEBUFFER, framebuffer->name,
			plan_value(framebuffer->driver), VALUE_NONE, true);
		snprintf(bind->loss, sizeof(bind->loss),
			"the firmware's framebuffer %.64s goes for good; the host's console has no "
			"picture until a graphics driver loads",
			framebuffer->name);
	}
	r = r < 0 ? r : lose_text_mode(making, bind);
	return r == 0 && bind->loss[0] && host->card_count == 0
		       ? take_console_along(making, bind, true)
		       : r;
}

int plan_device_effects(struct making *making, const struct device *device, struct planned *unbind,
	struct planned *bind) {
	if (unbind && !is_of_nvidia(device)) {
		int r = has_last_framebuffer(making, device)
				? take_console_along(making, unbind, false)
				: 0;

		if (r < 0) {
			return r;
		}
	}
	if (bind && device->boot_vga && host_kernel_at_least(making->host, 6, 0)) {
		return lose_framebuffers(making, device, bind);
	}
	return 0;
}
