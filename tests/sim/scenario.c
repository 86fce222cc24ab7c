// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

#define GPU      "0000:01:00.0"
#define SOUND    "0000:01:00.1"
#define USB      "0000:01:00.2"
#define SECOND   "0000:02:00.0"
#define FUNCTION "0000:01:00.4"

#define VGA_CLASS   0x030000
#define SOUND_CLASS 0x040300
#define USB_CLASS   0x0c0330
#define OTHER_CLASS 0x038000

static void add_vfio(struct world *world, bool loaded) {
	struct world_driver *driver;

	world_add_module(world, "vfio", "");
	world->modules[world_add_module(world, "vfio_pci", "vfio")].loaded = loaded;
	driver = world_add_driver(world, "vfio-pci", "vfio_pci");
	driver->vfio = true;
	driver->waits_for_users = true;
}

/* One host driver, built from a module of the same name that the boot has loaded. */
static struct world_driver *add_driver(
	struct world *world, const char *name, uint16_t vendor, uint16_t device) {
	struct world_driver *driver;

	world->modules[world_add_module(world, name, "")].loaded = true;
	driver = world_add_driver(world, name, name);
	world_add_id(driver, vendor, device);
	return driver;
}

static void start(struct world *world, unsigned int version) {
	world_init(world, version >= 600 ? "6.1.0-28-amd64" : "5.15.0-91-generic", version);
	world_add_driver(world, "pci-stub", "");
}

static void add_gpu(struct world *world) {
	add_driver(world, "amdgpu", 0x1002, 0x73bf)->graphics = true;
	world_add_device(world, GPU, VGA_CLASS, 0x1002, 0x73bf, 1)->boot_vga = true;
}

static void add_sound(struct world *world) {
	add_driver(world, "snd_hda_intel", 0x1002, 0xab28);
	world_add_device(world, SOUND, SOUND_CLASS, 0x1002, 0xab28, 1);
}

static void add_usb(struct world *world) {
	add_driver(world, "xhci_hcd", 0x1002, 0x73a6);
	world_add_device(world, USB, USB_CLASS, 0x1002, 0x73a6, 1);
}

/* A card of three functions in one group, the screen's, with a login screen on it. */
static void build_desktop(struct world *world) {
	start(world, 601);
	add_gpu(world);
	add_sound(world);
	add_usb(world);
	add_vfio(world, false);
	world_add_service(world, "lightdm.service", true, true);
	world_boot(world);
}

static void build_headless(struct world *world) {
	start(world, 601);
	add_gpu(world);
	add_sound(world);
	add_usb(world);
	add_vfio(world, true);
	world_boot(world);
}

/* The smallest of all: one function, and the login screen on it. */
static void build_single(struct world *world) {
	start(world, 601);
	add_gpu(world);
	add_vfio(world, true);
	world_add_service(world, "lightdm.service", true, true);
	world_boot(world);
}

static void build_driverless(struct world *world) {
	start(world, 601);
	world_add_device(world, GPU, OTHER_CLASS, 0x1002, 0x73bf, 1);
	add_sound(world);
	add_vfio(world, true);
	world_boot(world);
}

static void add_nvidia(struct world *world) {
	struct world_driver *driver;

	strcpy(world->modules[world_add_module(world, "nvidia", "")].version, "575.64.03");
	driver = world_add_driver(world, "nvidia", "nvidia");
	world_add_id(driver, 0x10de, 0x2484);
	driver->graphics = true;
	driver->waits_for_users = true;
	strcpy(driver->graphics_module, "nvidia_drm");
	world_add_module(world, "nvidia_modeset", "nvidia");
	world->modules[world_add_module(world, "nvidia_drm", "nvidia_modeset")].loaded = true;
}

/* Its modules keep the card: unbinding alone would wait for ever (contracts.md C5). */
static void build_nvidia(struct world *world) {
	start(world, 601);
	add_nvidia(world);
	world_add_device(world, GPU, VGA_CLASS, 0x10de, 0x2484, 1)->boot_vga = true;
	add_driver(world, "snd_hda_intel", 0x10de, 0x228b);
	world_add_device(world, SOUND, SOUND_CLASS, 0x10de, 0x228b, 1);
	add_vfio(world, true);
	world_add_service(world, "lightdm.service", true, true);
	world_boot(world);
}

/*
 * Of a release that gives one card up while the other stays; and a third card of another make, so
 * that the console stays when both have gone.
 */
static void build_nvidia_twins(struct world *world) {
	start(world, 601);
	add_nvidia(world);
	strcpy(world->modules[world_find_module(world, "nvidia")].version, "590.48.01");
	world->drivers[world_find_driver(world, "nvidia")].client_lets_go = true;
	world_add_device(world, GPU, OTHER_CLASS, 0x10de, 0x2484, 1);
	world_add_device(world, SECOND, OTHER_CLASS, 0x10de, 0x2484, 2);
	add_driver(world, "amdgpu", 0x1002, 0x73bf)->graphics = true;
	world_add_device(world, "0000:03:00.0", VGA_CLASS, 0x1002, 0x73bf, 3)->boot_vga = true;
	add_vfio(world, true);
	world_add_service(world, "lightdm.service", true, true);
	world_boot(world);
}

/*
 * Since 595.45.04 who still has a card when it goes does not find it any more and cannot give it
 * back: who comes between the last look and the write keeps the writer for ever. A server's two,
 * which nobody draws on.
 */
static void build_nvidia_595(struct world *world) {
	struct world_driver *driver;

	start(world, 612);
	strcpy(world->modules[world_add_module(world, "nvidia", "")].version, "595.45.04");
	world->modules[world_find_module(world, "nvidia")].loaded = true;
	driver = world_add_driver(world, "nvidia", "nvidia");
	world_add_id(driver, 0x10de, 0x2331);
	driver->waits_for_users = true;
	driver->forgets_users = true;
	world_add_device(world, GPU, OTHER_CLASS, 0x10de, 0x2331, 1);
	world_add_device(world, SECOND, OTHER_CLASS, 0x10de, 0x2331, 2);
	add_vfio(world, true);
	world_boot(world);
}

/* The boot's card without a driver: the firmware's picture is all that there is. */
static void build_firmware(struct world *world) {
	world_add_device(world, GPU, VGA_CLASS, 0x1002, 0x73bf, 1)->boot_vga = true;
	add_sound(world);
	add_vfio(world, true);
	world_add_framebuffer(world, "efi-framebuffer.0", "efi-framebuffer", GPU);
	world_boot(world);
}

static void build_firmware_new(struct world *world) {
	start(world, 601);
	build_firmware(world);
}

static void build_firmware_old(struct world *world) {
	start(world, 515);
	build_firmware(world);
}

static void build_variant(struct world *world) {
	struct world_driver *driver;

	start(world, 612);
	add_driver(world, "xe", 0x8086, 0xe20b)->graphics = true;
	strcpy(world_add_device(world, GPU, OTHER_CLASS, 0x8086, 0xe20b, 1)->vfio_driver,
		"xe-vfio-pci");
	add_vfio(world, true);
	world_add_module(world, "xe_vfio_pci", "vfio");
	driver = world_add_driver(world, "xe-vfio-pci", "xe_vfio_pci");
	driver->vfio = true;
	driver->waits_for_users = true;
	world_boot(world);
}

/* Somebody (driverctl) has an opinion about its driver already: it must come back too. */
static void build_override(struct world *world) {
	start(world, 601);
	add_gpu(world);
	add_sound(world);
	add_vfio(world, true);
	strcpy(world->devices[world_find_device(world, GPU)].override, "amdgpu");
	world_boot(world);
}

/* The card is on vfio-pci since boot and belongs to nobody; its sound is not. */
static void build_already(struct world *world) {
	start(world, 601);
	add_gpu(world);
	add_sound(world);
	add_vfio(world, true);
	strcpy(world->devices[world_find_device(world, GPU)].override, "vfio-pci");
	world_boot(world);
}

/* Of two devices in a group one is asked for. */
static void build_group(struct world *world) {
	start(world, 601);
	add_gpu(world);
	add_driver(world, "e1000e", 0x8086, 0x10d3);
	world_add_device(world, "0000:03:00.0", 0x020000, 0x8086, 0x10d3, 1);
	world_add_device(world, "0000:00:01.0", 0x060400, 0x8086, 0x1901, 1)->bridge = true;
	add_vfio(world, true);
	world_boot(world);
}

/* Two cards alike, and ids that some hypervisor gave to vfio-pci. */
static void build_twins(struct world *world) {
	start(world, 601);
	add_gpu(world);
	world_add_device(world, SECOND, OTHER_CLASS, 0x1002, 0x73bf, 2);
	add_vfio(world, true);
	world_add_service(world, "lightdm.service", true, true);
	world_boot(world);
	(void)world_new_id(world, "vfio-pci", 0x1002, 0x73bf);
}

/*
 * A card that its driver lets sleep, with all that it can be told: it would fall asleep for good
 * under VFIO, is reset by a method that has to be named, has a resizable BAR and virtual functions.
 */
static void build_settings(struct world *world) {
	struct world_driver *driver;
	struct world_device *device;

	start(world, 601);
	driver = add_driver(world, "amdgpu", 0x1002, 0x731f);
	driver->graphics = true;
	driver->lets_sleep = true;
	driver->makes_functions = true;
	driver->hangs_resized = true;
	device = world_add_device(world, GPU, OTHER_CLASS, 0x1002, 0x731f, 1);
	device->falls_asleep = true;
	device->settings = (struct world_settings){
		.may_lose_power = true, .resets = "pm bus", .bars = "0=256M"};
	strcpy(device->bars_at_boot, device->settings.bars);
	add_driver(world, "amdgpu_vf", 0x1002, 0x7362);
	world_add_device(world, FUNCTION, OTHER_CLASS, 0x1002, 0x7362, 2);
	world_add_function_of(world, GPU);
	world->modules[world_add_module(world, "vendor_reset", "")].loaded = true;
	world->drivers[world_find_driver(world, "pci-stub")].makes_functions = true;
	add_vfio(world, true);
	world_boot(world);
}

/*
 * NVIDIA's card with its daemon, a sound server of a user's, and a program that nobody starts
 * again; its owner wants the card all the same. The sound server goes on as soon as its card has
 * gone.
 */
static void build_held(struct world *world) {
	start(world, 601);
	add_nvidia(world);
	world_add_device(world, GPU, OTHER_CLASS, 0x10de, 0x2484, 1);
	add_driver(world, "snd_hda_intel", 0x10de, 0x228b)->waits_for_users = true;
	world_add_device(world, SOUND, SOUND_CLASS, 0x10de, 0x228b, 1);
	add_vfio(world, true);
	world_add_service(world, "nvidia-persistenced.service", false, true);
	world_serve(world, GPU);
	world_add_service(world, "1000/wireplumber.service", false, true);
	world_serve(world, SOUND);
	world->may_end = true;
	world_boot(world);
	world_add_program(world, GPU);
}

const struct scenario scenarios[] = {
	{"desktop", build_desktop, {GPU, SOUND, USB}, {GPU, SOUND, USB}, HOLDERS_STOP_SERVICES,
		LENGTH_LONG},
	{"headless", build_headless, {GPU, SOUND, USB}, {GPU, SOUND, USB}, HOLDERS_STOP_SERVICES,
		LENGTH_LONG},
	{"single", build_single, {GPU}, {GPU}, HOLDERS_STOP_SERVICES, LENGTH_CHECK},
	{"driverless", build_driverless, {GPU, SOUND}, {GPU, SOUND}, HOLDERS_STOP_SERVICES,
		LENGTH_LONG},
	{"nvidia", build_nvidia, {GPU, SOUND}, {GPU, SOUND}, HOLDERS_STOP_SERVICES, LENGTH_LONG},
	{"nvidia-twins", build_nvidia_twins, {SECOND}, {SECOND}, HOLDERS_STOP_SERVICES,
		LENGTH_LONG},
	{"nvidia-595", build_nvidia_595, {SECOND}, {SECOND}, HOLDERS_STOP_SERVICES, LENGTH_LONG},
	{"firmware-6.1", build_firmware_new, {GPU, SOUND}, {GPU, SOUND}, HOLDERS_STOP_SERVICES,
		LENGTH_LONG},
	{"firmware-5.15", build_firmware_old, {GPU, SOUND}, {GPU, SOUND}, HOLDERS_STOP_SERVICES,
		LENGTH_LONG},
	{"variant", build_variant, {GPU}, {GPU}, HOLDERS_STOP_SERVICES, LENGTH_LONG},
	{"override", build_override, {GPU, SOUND}, {GPU, SOUND}, HOLDERS_STOP_SERVICES,
		LENGTH_LONG},
	{"already", build_already, {GPU, SOUND}, {GPU, SOUND}, HOLDERS_STOP_SERVICES, LENGTH_LONG},
	{"group", build_group, {GPU}, {GPU, "0000:03:00.0"}, HOLDERS_STOP_SERVICES, LENGTH_LONG},
	{"twins", build_twins, {SECOND}, {SECOND}, HOLDERS_STOP_SERVICES, LENGTH_CHECK},
	{"held", build_held, {GPU, SOUND}, {GPU, SOUND}, HOLDERS_TERMINATE, LENGTH_LONG},
	{"settings", build_settings, {GPU}, {GPU}, HOLDERS_STOP_SERVICES, LENGTH_LONG},
};

const size_t scenario_count = COUNT(scenarios);

const struct scenario *scenario_find(const char *name) {
	for (size_t i = 0; i < scenario_count; i++) {
		if (strcmp(scenarios[i].name, name) == 0) {
			return &scenarios[i];
		}
	}
	return NULL;
}

size_t scenario_count_devices(const char *const devices[SCENARIO_DEVICES]) {
	size_t count = 0;

	while (count < SCENARIO_DEVICES && devices[count]) {
		count++;
	}
	return count;
}

void scenario_request(const struct scenario *scenario, const char *const *devices, size_t count,
	const char *guest, struct request *ret) {
	*ret = (struct request){.policy = {
					.holders = scenario->holders,
					.remove_virtual_functions = true,
				}};
	strcpy(ret->guest, guest);
	strcpy(ret->title, guest);
	for (size_t i = 0; i < count; i++) {
		struct address address;
		int r = address_parse(devices[i], &address);

		r = r < 0 ? r : request_add(ret, address, NULL, NULL);
		assert(r == 0);
	}
}
