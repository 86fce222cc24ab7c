// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/compose.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/cores.h"
#include "advise/shell.h"
#include "base/file.h"

#define VCPUS_MAX          16
#define MEMORY_MAX_MIB     16384
#define MEMORY_STEP_MIB    256
#define MEMORY_UNKNOWN_MIB 4096
#define KIB_PER_MIB        1024

/* Where distributions put what a guest starts from: the program, and what it remembers. */
static const struct firmware {
	const char *code, *variables;
} firmwares[] = {
	{"/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"},
	{"/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"},
	{"/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"},
	{"/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"},
	{"/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd"},
	{"/usr/share/pve-edk2-firmware/OVMF_CODE_4M.fd",
		"/usr/share/pve-edk2-firmware/OVMF_VARS_4M.fd"},
	{"/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin"},
};

struct composer {
	const struct ground *ground;
	const struct wishes *wishes;
	const struct firmware *firmware; /* NULL: there is none */
	struct placement placement;
	bool placed;
	bool accelerated;
	struct text command;
	int r;
};

/* An option and its value, in a line of their own where the last one is full. */
PRINTF(3, 4)
static void add(struct composer *composer, const char *option, const char *format, ...) {
	AUTO_FREE char *value = NULL;
	AUTO_TEXT struct text both = {0};
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&value, format, args);
	va_end(args);
	if (length < 0) {
		value = NULL;
		composer->r = -ENOMEM;
		return;
	}
	if (composer->r == 0) {
		composer->r = text_add(&both, "%s ", option);
		composer->r = composer->r < 0 ? composer->r : shell_word(value, &both);
		composer->r = composer->r < 0
				      ? composer->r
				      : text_add(&composer->command, " \\\n  %s", both.data);
	}
}

static const struct device *first_card(const struct composer *composer) {
	for (size_t i = 0; i < composer->wishes->card_count; i++) {
		const struct device *device =
			host_device(composer->ground->host, composer->wishes->cards[i]);

		if (device && !device_is_bridge(device)) {
			return device;
		}
	}
	return NULL;
}

static void find_firmware(struct composer *composer) {
	for (size_t i = 0; i < COUNT(firmwares) && !composer->firmware; i++) {
		if (file_exists(composer->ground->root, firmwares[i].code) &&
			file_exists(composer->ground->root, firmwares[i].variables)) {
			composer->firmware = &firmwares[i];
		}
	}
}

/* As many processors as lie behind one cache, up to what most guests have use for. */
static int find_place(struct composer *composer, int node) {
	const struct topology *topology = &composer->ground->topology;
	unsigned int most = 0, threads = 1;
	int r = placement_make(topology, MODEL_VCPUS_MAX, node, &composer->placement, &most);

	if (r != -ENOSPC || most == 0) {
		return r == -ENOMEM ? r : 0;
	}
	threads = topology->smt ? 2 : 1;
	for (unsigned int n = most > VCPUS_MAX ? VCPUS_MAX : most; n >= threads; n -= threads) {
		r = placement_make(topology, n, node, &composer->placement, &most);
		if (r == -ENOMEM) {
			return r;
		}
		if (r == 0 && composer->placement.caches == 1) {
			composer->placed = true;
			return 0;
		}
	}
	/* Nothing is known of its caches. */
	r = placement_make(
		topology, most > VCPUS_MAX ? VCPUS_MAX : most, node, &composer->placement, &most);
	composer->placed = r == 0;
	return r == -ENOMEM ? r : 0;
}

static uint64_t half_of_memory_mib(const struct ground *ground) {
	uint64_t kib = 0, mib;

	for (size_t i = 0; i < ground->numa.node_count; i++) {
		kib += ground->numa.nodes[i].total_kib;
	}
	if (kib == 0) {
		return MEMORY_UNKNOWN_MIB;
	}
	mib = kib / KIB_PER_MIB / 2 / MEMORY_STEP_MIB * MEMORY_STEP_MIB;
	if (mib > MEMORY_MAX_MIB) {
		return MEMORY_MAX_MIB;
	}
	return mib < MEMORY_STEP_MIB ? MEMORY_STEP_MIB : mib;
}

static void add_processor(struct composer *composer) {
	const struct model_topology *topology = &composer->placement.topology;
	bool amd = strcmp(composer->ground->topology.vendor, "AuthenticAMD") == 0;

	add(composer, "-machine", "q35,accel=%s", composer->accelerated ? "kvm" : "tcg");
	if (composer->accelerated) {
		add(composer, "-cpu", "host%s",
			composer->placed && amd && topology->threads > 1 ? ",topoext=on" : "");
	} else {
		add(composer, "-cpu", "max");
	}
	if (composer->placed) {
		add(composer, "-smp", "%u,sockets=1,cores=%u,threads=%u", composer->placement.vcpus,
			topology->cores, topology->threads);
	} else {
		add(composer, "-smp", "2");
	}
	add(composer, "-m", "%" PRIu64 "M", half_of_memory_mib(composer->ground));
}

static void add_firmware(struct composer *composer) {
	if (composer->firmware) {
		add(composer, "-drive", "if=pflash,format=raw,readonly=on,file=%s",
			composer->firmware->code);
		add(composer, "-drive", "if=pflash,format=raw,file=guest-vars.fd");
	}
}

/* Each slot behind a root port of its own, its functions where the host has them. */
static void add_cards(struct composer *composer) {
	const struct host *host = composer->ground->host;
	const char *rom = composer->wishes->rom;
	const struct address *last = NULL;
	unsigned int ports = 0;

	for (size_t i = 0; i < composer->wishes->card_count; i++) {
		const struct address *address = &composer->wishes->cards[i];
		const struct device *device = host_device(host, *address);
		bool first = !last || !address_same_slot(*last, *address);

		if (!device || device_is_bridge(device)) {
			continue;
		}
		if (first) {
			ports++;
			add(composer, "-device", "pcie-root-port,id=card%u,chassis=%u,slot=%u",
				ports, ports, ports);
		}
		add(composer, "-device", "vfio-pci,host=%s,bus=card%u,addr=00.%x%s%s%s",
			device->name, ports, address->function, first ? ",multifunction=on" : "",
			rom && device->class >> 16 == CLASS_DISPLAY ? ",romfile=" : "",
			rom && device->class >> 16 == CLASS_DISPLAY ? rom : "");
		last = address;
	}
}

static void add_rest(struct composer *composer) {
	unsigned int mib = composer->wishes->shared_mib;

	add(composer, "-object", "iothread,id=disks");
	add(composer, "-drive", "if=none,id=disk,format=qcow2,discard=unmap,file=guest.qcow2");
	add(composer, "-device", "virtio-blk-pci,drive=disk,iothread=disks");
	add(composer, "-nic", "user,model=virtio-net-pci");
	add(composer, "-device", "qemu-xhci");
	if (mib > 0) {
		add(composer, "-object",
			"memory-backend-file,id=shared,share=on,mem-path=/dev/shm/looking-glass,size=%uM",
			mib);
		add(composer, "-device", "ivshmem-plain,memdev=shared");
	}
	add(composer, "-vga", "none");
	add(composer, "-display", "none");
	add(composer, "-serial", "mon:stdio");
}

/* taskset is worth it where the host has more than one cache, or two kinds of cores. */
static bool is_pinned(const struct composer *composer) {
	const struct topology *topology = &composer->ground->topology;
	int cache = CPU_NONE;

	for (size_t i = 0; composer->placed && i < topology->cpu_count; i++) {
		const struct cpu *cpu = &topology->cpus[i];

		if (!cpu->online) {
			continue;
		}
		if (topology->mixed_cores ||
			(cache != CPU_NONE && cpu->caches[CACHE_L3] != cache)) {
			return true;
		}
		cache = cpu->caches[CACHE_L3];
	}
	return false;
}

static void add_hints(struct composer *composer, struct text *ret) {
	int r = composer->r;

	r = r < 0 ? r : text_add(ret, "qemu-img create -f qcow2 guest.qcow2 64G\n");
	if (r == 0 && composer->firmware) {
		r = text_add(ret, "cp %s guest-vars.fd\n", composer->firmware->variables);
	} else if (r == 0) {
		r = text_add(ret,
			"# OVMF is not installed (Debian: apt install ovmf), so the guest starts by a BIOS,\n"
			"# which many cards show nothing with\n");
	}
	if (r == 0 && !composer->accelerated) {
		r = text_add(ret,
			"# there is no /dev/kvm: the guest's processor is emulated, and slow\n");
	}
	if (r == 0 && ground_shadows(composer->ground, first_card(composer)) &&
		!composer->wishes->rom) {
		r = text_add(ret,
			"# the machine starts on this card: if there is no picture, the guest needs its ROM\n"
			"# as a file (`baton rom --help`, then --rom FILE)\n");
	}
	r = r < 0 ? r
		  : text_add(ret,
			    "# to install a system: -cdrom FILE.iso; keyboard and mouse: -device usb-host,hostbus=..,hostport=..\n"
			    "# for Windows: -rtc base=localtime, and behind -cpu host:\n"
			    "#   ,hv-relaxed,hv-vapic,hv-spinlocks=0x1fff,hv-vpindex,hv-runtime,hv-time,hv-synic,hv-stimer,hv-frequencies,hv-tlbflush,hv-ipi\n");
	composer->r = r;
}

static int compose(struct composer *composer, struct text *ret) {
	struct model_cpus all = composer->placement.guest;
	char cpus[MODEL_CPUS_TEXT_SIZE];

	add_hints(composer, ret);
	for (size_t i = 0; i < COUNT(all.bits); i++) {
		all.bits[i] |= composer->placement.rest.bits[i];
	}
	if (composer->r == 0 && is_pinned(composer)) {
		composer->r = text_add(
			&composer->command, "taskset -c %s ", model_cpus_format(&all, cpus));
	}
	composer->r = composer->r < 0
			      ? composer->r
			      : text_add(&composer->command, "baton run qemu-system-x86_64");
	add(composer, "-name", "guest,debug-threads=on");
	add_processor(composer);
	add_firmware(composer);
	add_cards(composer);
	add_rest(composer);
	return composer->r < 0 ? composer->r : text_add(ret, "%s\n", composer->command.data);
}

int compose_qemu(const struct ground *ground, const struct wishes *wishes, struct text *ret,
	struct error *error) {
	AUTO_FREE struct composer *composer = calloc(1, sizeof(*composer));
	const struct device *card;
	int r;

	if (!composer) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	composer->ground = ground;
	composer->wishes = wishes;
	composer->accelerated = file_exists(ground->root, "/dev/kvm");
	card = first_card(composer);
	if (!card) {
		return error_set(error, -EINVAL, "none of these is a device that a guest can have");
	}
	find_firmware(composer);
	r = find_place(composer, card->numa_node);
	r = r < 0 ? r : compose(composer, ret);
	text_free(&composer->command);
	return r < 0 ? error_set(error, r, "out of memory") : 0;
}
