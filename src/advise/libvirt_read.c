// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "advise/libvirt.h"
#include "request/domain_xml.h"

/* formatdomain of libvirt: a number with its unit, KiB if it says none. 0: it is none. */
static uint64_t kib(const char *number, const char *unit) {
	static const struct {
		const char *unit;
		uint64_t bytes;
	} units[] = {{"b", 1}, {"bytes", 1}, {"KB", 1000}, {"k", 1024}, {"KiB", 1024},
		{"MB", 1000000}, {"M", 1 << 20}, {"MiB", 1 << 20}, {"GB", 1000000000},
		{"G", 1 << 30}, {"GiB", 1 << 30}, {"TB", 1000000000000}, {"T", 1ULL << 40},
		{"TiB", 1ULL << 40}};
	unsigned long long value;

	if (number_parse(number, UINT64_MAX >> 41, &value) < 0) {
		return 0;
	}
	for (size_t i = 0; i < COUNT(units); i++) {
		if (strcasecmp(unit[0] ? unit : "KiB", units[i].unit) == 0) {
			return value > UINT64_MAX / units[i].bytes ? 0
								   : value * units[i].bytes / 1024;
		}
	}
	return 0;
}

static uint64_t size_at(const struct xml *xml, const char *path) {
	char number[XML_VALUE_SIZE], unit[XML_VALUE_SIZE];

	(void)xml_value(xml, path, number);
	(void)xml_value_at(xml, unit, "%s/@unit", path);
	return kib(number, unit);
}

static unsigned int number_at(const struct xml *xml, const char *path) {
	char text[XML_VALUE_SIZE];
	unsigned long long number;

	return xml_value(xml, path, text) && number_parse(text, 65535, &number) == 0
		       ? (unsigned int)number
		       : 0;
}

/* What libvirt writes is decimal, octal or hexadecimal, as in C. */
static unsigned int part(const struct xml *xml, const char *path, const char *name) {
	char text[XML_VALUE_SIZE];

	return xml_value_at(xml, text, "%s/@%s", path, name) ? (unsigned int)strtoul(text, NULL, 0)
							     : 0;
}

bool libvirt_source(const struct xml *xml, unsigned int n, struct address *ret) {
	char path[XML_PATH_SIZE], type[XML_VALUE_SIZE];

	if (!xml_value_at(xml, type, "./devices/hostdev[%u]/@type", n) ||
		strcmp(type, "pci") != 0 ||
		name_format(path, sizeof(path), "./devices/hostdev[%u]/source/address", n) < 0) {
		return false;
	}
	*ret = (struct address){
		.domain = part(xml, path, "domain"),
		.bus = (uint8_t)part(xml, path, "bus"),
		.slot = (uint8_t)part(xml, path, "slot"),
		.function = (uint8_t)part(xml, path, "function"),
	};
	return xml_has(xml, path);
}

bool libvirt_target(const struct xml *xml, unsigned int n, struct libvirt_place *ret) {
	char path[XML_PATH_SIZE], type[XML_VALUE_SIZE];

	if (name_format(path, sizeof(path), "./devices/hostdev[%u]/address", n) < 0 ||
		!xml_value_at(xml, type, "%s/@type", path) || strcmp(type, "pci") != 0) {
		return false;
	}
	*ret = (struct libvirt_place){
		.bus = part(xml, path, "bus"),
		.slot = part(xml, path, "slot"),
		.function = part(xml, path, "function"),
	};
	return true;
}

static bool hides_rom(const struct xml *xml, unsigned int n) {
	char value[XML_VALUE_SIZE];

	return xml_value_at(xml, value, "./devices/hostdev[%u]/rom/@file", n) ||
	       (xml_value_at(xml, value, "./devices/hostdev[%u]/rom/@bar", n) &&
		       strcmp(value, "off") == 0) ||
	       (xml_value_at(xml, value, "./devices/hostdev[%u]/rom/@enabled", n) &&
		       strcmp(value, "no") == 0);
}

/* Does another function of its card come before it, and stand in another slot, or may it? */
static bool is_alone(const struct xml *xml, unsigned int n, struct address address) {
	struct libvirt_place place, other;
	bool placed = libvirt_target(xml, n, &place);

	for (unsigned int i = 1; i < n; i++) {
		struct address source;

		if (libvirt_source(xml, i, &source) && address_same_slot(source, address)) {
			return !placed || !libvirt_target(xml, i, &other) ||
			       place.bus != other.bus || place.slot != other.slot;
		}
	}
	return false;
}

static void read_devices(const struct xml *xml, struct model *model) {
	unsigned int count = xml_count(xml, "./devices/hostdev");

	for (unsigned int n = 1; n <= count && model->device_count < REQUEST_DEVICES_MAX; n++) {
		struct model_device device = {0};
		char managed[XML_VALUE_SIZE];

		if (!libvirt_source(xml, n, &device.address)) {
			continue;
		}
		device.unmanaged =
			!xml_value_at(xml, managed, "./devices/hostdev[%u]/@managed", n) ||
			strcmp(managed, "yes") != 0;
		device.alone = is_alone(xml, n, device.address);
		device.has_rom = hides_rom(xml, n);
		model->devices[model->device_count++] = device;
	}
}

static void read_machine(const struct xml *xml, struct model *model) {
	char value[XML_VALUE_SIZE];

	model->accelerated = xml_is(xml, "./@type", "kvm");
	(void)xml_value(xml, "./os/type/@machine", value);
	if (strstr(value, "q35")) {
		model->chipset = CHIPSET_Q35;
	} else if (strcmp(value, "pc") == 0 || text_starts(value, "pc-")) {
		model->chipset = CHIPSET_I440FX;
	}
	model->foreign = !xml_is(xml, "./os/type/@arch", "x86_64") &&
			 !xml_is(xml, "./os/type/@arch", "i686");
	model->uefi =
		xml_is(xml, "./os/@firmware", "efi") || xml_is(xml, "./os/loader/@type", "pflash");
}

static void read_cpu(const struct xml *xml, struct model *model) {
	char value[XML_VALUE_SIZE];

	model->vcpus = number_at(xml, "./vcpu");
	if (xml_value(xml, "./cpu/@mode", value) && strcmp(value, "custom") != 0) {
		(void)!name_set(model->cpu, sizeof(model->cpu),
			strcmp(value, "host-passthrough") == 0 ? "host" : value);
	} else if (xml_value(xml, "./cpu/model", value)) {
		(void)!name_set(model->cpu, sizeof(model->cpu), value);
	}
	model->topology = (struct model_topology){
		.sockets = number_at(xml, "./cpu/topology/@sockets"),
		.dies = number_at(xml, "./cpu/topology/@dies"),
		.cores = number_at(xml, "./cpu/topology/@cores"),
		.threads = number_at(xml, "./cpu/topology/@threads"),
	};
	if (model->topology.sockets > 0 && model->topology.dies == 0) {
		model->topology.dies = 1;
	}
	model->topoext = xml_is(xml, "./cpu/feature[@name='topoext']/@policy", "require") ||
			 xml_is(xml, "./cpu/feature[@name='topoext']/@policy", "force");
	model->invtsc = xml_is(xml, "./cpu/feature[@name='invtsc']/@policy", "require") ||
			xml_is(xml, "./cpu/feature[@name='invtsc']/@policy", "force");
	model->tsc = model->invtsc;
}

static void read_cpus(const struct xml *xml, const char *path, struct model_cpus *ret) {
	char text[XML_VALUE_SIZE];

	if (xml_value(xml, path, text)) {
		(void)!model_cpus_parse(text, ret);
	}
}

/* Those of the guest's nodes may differ, and then how many of each it needs is another question. */
static uint64_t page_kib(const struct xml *xml) {
	const char *page = "./memoryBacking/hugepages/page";
	char size[XML_VALUE_SIZE], unit[XML_VALUE_SIZE], nodes[XML_VALUE_SIZE];
	unsigned int count = xml_count(xml, page);
	uint64_t size_kib;

	if (count == 0) {
		return 0;
	}
	(void)xml_value_at(xml, size, "%s/@size", page);
	(void)xml_value_at(xml, unit, "%s/@unit", page);
	size_kib = kib(size, unit);
	return count > 1 || size_kib == 0 || xml_value_at(xml, nodes, "%s/@nodeset", page)
		       ? HUGEPAGE_UNKNOWN
		       : size_kib;
}

/* Without a mode, libvirt means "strict". */
static void read_node(const struct xml *xml, struct model *model) {
	char text[XML_VALUE_SIZE];
	unsigned long long node;

	model->node = NODE_ANY;
	if (!xml_has(xml, "./numatune/memory") && !xml_has(xml, "./numatune/memnode")) {
		return;
	}
	model->node = xml_value(xml, "./numatune/memory/@nodeset", text) &&
				      !xml_has(xml, "./numatune/memnode") &&
				      number_parse(text, MODEL_CPUS_MAX, &node) == 0
			      ? (int)node
			      : NODE_SEVERAL;
	model->node_strict =
		!xml_value(xml, "./numatune/memory/@mode", text) || strcmp(text, "strict") == 0;
}

static void read_tuning(const struct xml *xml, struct model *model) {
	char path[XML_PATH_SIZE];

	for (unsigned int i = 0; i < model->vcpus && i < MODEL_VCPUS_MAX; i++) {
		if (name_format(path, sizeof(path), "./cputune/vcpupin[@vcpu='%u']/@cpuset", i) ==
			0) {
			read_cpus(xml, path, &model->pins[i]);
		}
	}
	read_cpus(xml, "./cputune/emulatorpin/@cpuset", &model->emulator_pin);
	read_cpus(xml, "./cputune/iothreadpin[@iothread='1']/@cpuset", &model->iothread_pin);
	model->iothreads = number_at(xml, "./iothreads");
	model->iothread_ids = xml_has(xml, "./iothreadids/iothread") &&
			      !xml_has(xml, "./iothreadids/iothread[@id='1']");
	if (model->iothreads == 0) {
		model->iothreads = xml_count(xml, "./iothreadids/iothread");
	}
	model->memory_kib = size_at(xml, "./memory");
	model->hugepages = xml_has(xml, "./memoryBacking/hugepages");
	model->hugepage_kib = page_kib(xml);
	read_node(xml, model);
	model->balloon = !xml_is(xml, "./devices/memballoon/@model", "none");
}

static bool is_on(const struct xml *xml, const char *path) {
	return xml_is(xml, path, "on");
}

static void read_features(const struct xml *xml, struct model *model) {
	bool all = xml_is(xml, "./features/hyperv/@mode", "passthrough");

	for (enum hyperv i = 0; i < HYPERV_COUNT; i++) {
		char state[XML_VALUE_SIZE];

		model->hyperv[i] = all || (xml_value_at(xml, state, "./features/hyperv/%s/@state",
						   hyperv_name(i)) &&
						  strcmp(state, "on") == 0);
	}
	model->hyperv[HYPERV_TIME] =
		all || xml_is(xml, "./clock/timer[@name='hypervclock']/@present", "yes");
	model->hidden = is_on(xml, "./features/kvm/hidden/@state");
	model->vendor_id = is_on(xml, "./features/hyperv/vendor_id/@state");
	model->hpet_off = xml_is(xml, "./clock/timer[@name='hpet']/@present", "no");
}

/* virt-install writes down what it was told, or has found, of the system. */
static void read_system(const struct xml *xml, struct model *model) {
	char id[XML_VALUE_SIZE];

	if (xml_value(xml, "./metadata/libosinfo:libosinfo/libosinfo:os/@id", id)) {
		model->system = strstr(id, "microsoft.com/win") ? SYSTEM_WINDOWS : SYSTEM_LINUX;
	} else if (xml_has(xml, "./features/hyperv") ||
		   xml_is(xml, "./clock/@offset", "localtime")) {
		model->system = SYSTEM_WINDOWS;
	}
}

static void read_displays(const struct xml *xml, struct model *model) {
	unsigned int count = xml_count(xml, "./devices/graphics");
	char value[XML_VALUE_SIZE];

	for (unsigned int n = 1; n <= count; n++) {
		(void)xml_value_at(xml, value, "./devices/graphics[%u]/@type", n);
		model->remote_display = model->remote_display || strcmp(value, "vnc") == 0 ||
					strcmp(value, "spice") == 0;
		model->host_display =
			model->host_display || strcmp(value, "sdl") == 0 ||
			strcmp(value, "desktop") == 0 || strcmp(value, "egl-headless") == 0 ||
			(xml_value_at(xml, value, "./devices/graphics[%u]/gl/@enable", n) &&
				strcmp(value, "yes") == 0);
	}
	model->video = xml_has(xml, "./devices/video") &&
		       !xml_is(xml, "./devices/video/model/@type", "none");
	model->shared_kib = size_at(xml, "./devices/shmem[@name='looking-glass']/size");
	/* Looking Glass with its own kernel module needs words for QEMU itself. */
	if (xml_has(xml, "./qemu:commandline") && strstr(xml->data, "ivshmem-plain")) {
		model->shared_kib = UINT64_MAX;
	}
}

static void read_disks(const struct xml *xml, struct model *model) {
	unsigned int count = xml_count(xml, "./devices/disk");
	char value[XML_VALUE_SIZE];

	for (unsigned int n = 1; n <= count && model->disk_count < MODEL_DISKS_MAX; n++) {
		if (xml_value_at(xml, value, "./devices/disk[%u]/target/@bus", n) &&
			strcmp(value, "virtio") == 0 &&
			!xml_value_at(xml, value, "./devices/disk[%u]/driver/@iothread", n)) {
			model->disks[model->disk_count++] = n;
		}
	}
}

int libvirt_read(const struct text *document, struct model *ret, struct error *error) {
	AUTO_FREE struct request *request = calloc(1, sizeof(*request));
	AUTO_FREE struct model *model = calloc(1, sizeof(*model));
	AUTO_XML struct xml xml = {0};
	char name[XML_VALUE_SIZE];
	int r = request && model ? 0 : error_set(error, -ENOMEM, "out of memory");

	/* Sound, and no more devices than that. */
	r = r < 0 ? r : domain_xml_parse(document->data, document->length, request, error);
	r = r < 0 ? r : xml_parse(document->data, document->length, &xml, error);
	if (r < 0) {
		return r;
	}
	model->hypervisor = MODEL_LIBVIRT;
	model->can = CAN_PIN | CAN_IOTHREAD | CAN_HYPERV | CAN_TOPOLOGY | CAN_TIMERS | CAN_MANAGE |
		     CAN_NODE | CAN_FEATURE | CAN_HUGEPAGES;
	(void)xml_value(&xml, "./name", name);
	r = name_set(model->name, sizeof(model->name), name);
	if (r < 0) {
		return error_set(error, -EINVAL, "its <name> is too long");
	}
	read_machine(&xml, model);
	read_cpu(&xml, model);
	read_tuning(&xml, model);
	read_features(&xml, model);
	read_system(&xml, model);
	read_displays(&xml, model);
	read_disks(&xml, model);
	read_devices(&xml, model);
	*ret = *model;
	return 0;
}
