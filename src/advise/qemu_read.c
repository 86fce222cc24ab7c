// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "advise/qemu.h"
#include "advise/qemu_line.h"
#include "advise/unit.h"
#include "request/qemu/arguments.h"

#define KIB_PER_MIB 1024

/* "8G", "8192" (MiB), "size=8G,slots=2"; of anything else, 0. */
static uint64_t memory_kib(const char *value) {
	char size[CONF_VALUE_SIZE];
	unsigned long long number;
	uint64_t unit = KIB_PER_MIB;
	size_t length;

	if (!property_get(value, "size", size) && !property_get(value, NULL, size)) {
		return 0;
	}
	length = strlen(size);
	if (length > 0 && strchr("kKmMgGtT", size[length - 1])) {
		switch (size[--length] | 0x20) {
		case 'k':
			unit = 1;
			break;
		case 'g':
			unit = (uint64_t)KIB_PER_MIB * 1024;
			break;
		case 't':
			unit = (uint64_t)KIB_PER_MIB * 1024 * 1024;
			break;
		default:
			break;
		}
		size[length] = '\0';
	}
	return number_parse(size, 1 << 30, &number) == 0 ? number * unit : 0;
}

static unsigned int part(const char *value, const char *key) {
	char text[CONF_VALUE_SIZE];
	unsigned long long number;

	return property_get(value, key, text) && number_parse(text, 65535, &number) == 0
		       ? (unsigned int)number
		       : 0;
}

static void read_smp(const char *value, struct model *model) {
	struct model_topology topology = {
		.sockets = part(value, "sockets"),
		.dies = part(value, "dies"),
		.cores = part(value, "cores"),
		.threads = part(value, "threads"),
	};

	model->vcpus = part(value, "cpus") ? part(value, "cpus") : part(value, NULL);
	if (topology.sockets && topology.cores && topology.threads) {
		topology.dies = topology.dies ? topology.dies : 1;
		model->topology = topology;
	}
	if (!model->vcpus) {
		model->vcpus = model->topology.sockets * model->topology.dies *
			       model->topology.cores * model->topology.threads;
	}
}

/* A flag of -cpu: "hv-relaxed", "hv_relaxed", "hv-relaxed=on", "+topoext"; not "=off". */
static bool has_flag(const char *cpu, const char *name) {
	while (*(cpu += strcspn(cpu, ","))) {
		size_t length, i = 0;

		cpu++;
		cpu += *cpu == '+';
		length = strcspn(cpu, ",=");
		while (i < length && name[i] &&
			(name[i] == cpu[i] || (name[i] == '-' && cpu[i] == '_'))) {
			i++;
		}
		if (i == length && !name[i]) {
			return !text_starts(cpu + length, "=off");
		}
	}
	return false;
}

static void read_cpu(const char *value, struct model *model) {
	size_t length = strcspn(value, ",");

	(void)!name_format(model->cpu, sizeof(model->cpu), "%.*s", (int)length, value);
	for (enum hyperv i = 0; i < HYPERV_COUNT; i++) {
		char name[32] = "hv-";

		strncat(name, hyperv_name(i), sizeof(name) - strlen(name) - 1);
		model->hyperv[i] = has_flag(value, name) || has_flag(value, "hv-passthrough");
		if (model->hyperv[i]) {
			model->system = SYSTEM_WINDOWS;
		}
	}
	model->topoext = has_flag(value, "topoext");
	model->hidden = strstr(value, ",kvm=off") || strstr(value, ",-kvm");
	model->vendor_id = has_flag(value, "hv-vendor-id");
}

static const char *const displays[] = {"VGA", "virtio-vga", "virtio-vga-gl", "virtio-gpu-pci",
	"qxl-vga", "qxl", "bochs-display", "ramfb", "cirrus-vga"};

static void read_device(const struct qemu_line *line, struct model *model) {
	struct model_device device = {0};
	char value[CONF_VALUE_SIZE];

	for (size_t i = 0; i < COUNT(displays); i++) {
		model->video = model->video || qemu_line_is_device(line, displays[i]);
	}
	model->balloon = model->balloon || text_starts(line->value, "virtio-balloon");
	if (!qemu_line_address(line, &device.address) ||
		model->device_count == REQUEST_DEVICES_MAX) {
		return;
	}
	device.has_rom = property_get(line->value, "romfile", value) ||
			 (property_get(line->value, "rombar", value) && strcmp(value, "0") == 0);
	device.elsewhere = strchr(line->value, '{') != NULL;
	model->devices[model->device_count++] = device;
}

/* Behind which bus, and where there. */
static void place_of(const struct qemu_line *line, char bus[CONF_VALUE_SIZE], unsigned int *slot) {
	char addr[CONF_VALUE_SIZE];

	(void)property_get(line->value, "bus", bus);
	*slot = property_get(line->value, "addr", addr) ? (unsigned int)strtoul(addr, NULL, 16)
							: UINT32_MAX;
}

/* The first line that gives a device of that card; or, whole being false, that device. */
static bool find_given(
	const struct text *document, struct address address, bool whole, struct qemu_line *ret) {
	struct address found;
	size_t at = 0;

	while (qemu_line_next(document, &at, ret)) {
		if (qemu_line_address(ret, &found) &&
			(whole ? address_same_slot(found, address)
			       : address_compare(found, address) == 0)) {
			return true;
		}
	}
	return false;
}

/* Does it stand in another slot of the guest than the first function of its card, or may it? */
static bool is_alone(const struct text *document, struct address address) {
	char bus[CONF_VALUE_SIZE], first_bus[CONF_VALUE_SIZE];
	unsigned int slot, first_slot;
	struct qemu_line line, first;

	if (!find_given(document, address, false, &line) ||
		!find_given(document, address, true, &first) || line.begin == first.begin) {
		return false;
	}
	place_of(&line, bus, &slot);
	place_of(&first, first_bus, &first_slot);
	return strcmp(bus, first_bus) != 0 || slot != first_slot || slot == UINT32_MAX;
}

static void read_places(const struct text *document, struct model *model) {
	for (size_t i = 0; i < model->device_count; i++) {
		model->devices[i].alone = is_alone(document, model->devices[i].address);
	}
}

/* Of which size the pages of another file system are, its mount says. */
static void read_path(const char *path, struct model *model) {
	size_t length = strlen("/dev/hugepages");

	model->hugepages = true;
	model->hugepage_kib = text_starts(path, "/dev/hugepages") && strchr("/,", path[length])
				      ? 0 /* and its end */
				      : HUGEPAGE_UNKNOWN;
}

static void read_line(const struct qemu_line *line, struct model *model) {
	const char *option = line->option, *value = line->value;

	if (strcmp(option, "device") == 0) {
		read_device(line, model);
	} else if (strcmp(option, "smp") == 0) {
		read_smp(value, model);
	} else if (strcmp(option, "m") == 0) {
		model->memory_kib = memory_kib(value);
	} else if (strcmp(option, "cpu") == 0) {
		read_cpu(value, model);
	} else if (strcmp(option, "enable-kvm") == 0 ||
		   (strcmp(option, "accel") == 0 && text_starts(value, "kvm"))) {
		model->accelerated = true;
	} else if (strcmp(option, "machine") == 0 || strcmp(option, "M") == 0) {
		model->accelerated = model->accelerated || strstr(value, "accel=kvm");
	} else if (strcmp(option, "pflash") == 0 || strcmp(option, "bios") == 0 ||
		   (strcmp(option, "drive") == 0 && strstr(value, "if=pflash"))) {
		model->uefi = true;
	} else if (strcmp(option, "vga") == 0) {
		model->video = strcmp(value, "none") != 0;
	} else if (strcmp(option, "display") == 0) {
		model->host_display = text_starts(value, "gtk") || text_starts(value, "sdl") ||
				      text_starts(value, "egl-headless") ||
				      strstr(value, "gl=on") || strstr(value, "gl=es");
	} else if (strcmp(option, "vnc") == 0 || strcmp(option, "spice") == 0) {
		model->remote_display = true;
	} else if (strcmp(option, "mem-path") == 0) {
		read_path(value, model);
	} else if (strcmp(option, "object") == 0 && strstr(value, "mem-path=/dev/hugepages")) {
		read_path(strstr(value, "/dev/hugepages"), model);
	} else if (strcmp(option, "rtc") == 0 && strstr(value, "base=localtime")) {
		model->system = SYSTEM_WINDOWS;
	}
	if (strcmp(option, "object") == 0 && strstr(value, "mem-path=/dev/shm/looking-glass")) {
		char size[CONF_VALUE_SIZE];

		model->shared_kib = property_get(value, "size", size) ? memory_kib(size) : 0;
	}
}

int qemu_model(
	const char *name, const struct text *document, struct model *ret, struct error *error) {
	AUTO_FREE struct model *model = calloc(1, sizeof(*model));
	AUTO_FREE struct qemu_arguments *arguments = calloc(1, sizeof(*arguments));
	AUTO_NAMES struct names words = {0};
	struct qemu_line line;
	size_t at = 0;
	int r = model && arguments ? unit_parse(document, &words) : -ENOMEM;

	if (r < 0 || words.count == 0) {
		return error_set(error, r < 0 ? r : -EINVAL, "there is no command line");
	}
	r = qemu_arguments_parse(
		(const char *const *)words.names + 1, words.count - 1, arguments, error);
	if (r < 0) {
		return r;
	}
	model->hypervisor = MODEL_QEMU;
	model->can = CAN_HYPERV | CAN_TOPOLOGY | CAN_HUGEPAGES;
	model->node = NODE_ANY;
	model->may_run = true;
	model->vcpus = 1;
	model->foreign = !strstr(words.names[0], "x86_64") && !strstr(words.names[0], "kvm");
	(void)!name_set(model->name, sizeof(model->name), name);
	model->video = true; /* QEMU gives a guest one that says nothing of it */
	while (qemu_line_next(document, &at, &line)) {
		model->video = model->video && strcmp(line.option, "nodefaults") != 0;
	}
	at = 0;
	while (qemu_line_next(document, &at, &line)) {
		read_line(&line, model);
	}
	model->chipset = qemu_line_chipset(document);
	read_places(document, model);
	*ret = *model;
	return 0;
}
