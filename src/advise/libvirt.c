// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/libvirt.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/shell.h"

/* As virt-manager sets it: how often a lock is tried before the hypervisor is asked. */
#define SPINLOCK_RETRIES "8191"
/* Any name but Microsoft's, of at most twelve characters. */
#define OTHER_VENDOR "none"

void xml_edits_free(struct xml_edits *edits) {
	free(edits->items);
	*edits = (struct xml_edits){0};
}

PRINTF(4, 0)
static int add(struct xml_edits *edits, enum xml_edit_kind kind, const char *value,
	const char *format, va_list args) {
	struct xml_edit *items = realloc(edits->items, (edits->count + 1) * sizeof(*items));
	struct xml_edit *edit;
	int length;

	if (!items) {
		return -ENOMEM;
	}
	edits->items = items;
	edit = &items[edits->count];
	*edit = (struct xml_edit){.kind = kind};
	length = vsnprintf(edit->path, sizeof(edit->path), format, args);
	if (length < 0 || (size_t)length >= sizeof(edit->path) ||
		name_set(edit->value, sizeof(edit->value), value) < 0) {
		return -EINVAL;
	}
	edits->count++;
	return 0;
}

int xml_edits_set(struct xml_edits *edits, const char *value, const char *format, ...) {
	va_list args;
	int r;

	va_start(args, format);
	r = add(edits, XML_SET, value, format, args);
	va_end(args);
	return r;
}

int xml_edits_delete(struct xml_edits *edits, const char *format, ...) {
	va_list args;
	int r;

	va_start(args, format);
	r = add(edits, XML_DELETE, "", format, args);
	va_end(args);
	return r;
}

int xml_edits_create(struct xml_edits *edits, const char *format, ...) {
	va_list args;
	int r;

	va_start(args, format);
	r = add(edits, XML_CREATE, "", format, args);
	va_end(args);
	return r;
}

/* What a change needs besides the edits that it becomes. */
struct writer {
	const struct ground *ground;
	const struct change *change;
	const struct xml *xml;
	struct xml_edits edits;
	struct error *error;
};

static int write_card(struct writer *writer) {
	return libvirt_place(writer->ground, writer->xml, writer->change->address, &writer->edits,
		writer->error);
}

/* The hostdev that has the device; 0: none. */
static unsigned int find_hostdev(const struct writer *writer) {
	unsigned int count = xml_count(writer->xml, "./devices/hostdev");
	struct address source;

	for (unsigned int n = 1; n <= count; n++) {
		if (libvirt_source(writer->xml, n, &source) &&
			address_compare(source, writer->change->address) == 0) {
			return n;
		}
	}
	return 0;
}

static int write_managed(struct writer *writer) {
	unsigned int n = find_hostdev(writer);

	return n ? xml_edits_set(&writer->edits, "yes", "./devices/hostdev[%u]/@managed", n) : 0;
}

static int write_rom(struct writer *writer) {
	unsigned int n = find_hostdev(writer);

	return n ? xml_edits_set(&writer->edits, writer->change->value,
			   "./devices/hostdev[%u]/rom/@file", n)
		 : 0;
}

static int write_cpu(struct writer *writer) {
	struct xml_edits *edits = &writer->edits;
	static const char *const former[] = {"model", "vendor", "@match", "@check"};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT(former); i++) {
		char value[XML_VALUE_SIZE];

		if (xml_has_at(writer->xml, "./cpu/%s", former[i]) ||
			xml_value_at(writer->xml, value, "./cpu/%s", former[i])) {
			r = xml_edits_delete(edits, "./cpu/%s", former[i]);
		}
	}
	return r < 0 ? r : xml_edits_set(edits, "host-passthrough", "./cpu/@mode");
}

static int write_feature(struct writer *writer) {
	return xml_edits_set(&writer->edits, "require", "./cpu/feature[@name='%s']/@policy",
		writer->change->value);
}

static int write_topology(struct writer *writer) {
	const struct model_topology *topology = &writer->change->topology;
	const struct {
		const char *name;
		unsigned int value;
	} parts[] = {{"sockets", topology->sockets}, {"dies", topology->dies},
		{"cores", topology->cores}, {"threads", topology->threads}};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT(parts); i++) {
		char value[16];

		snprintf(value, sizeof(value), "%u", parts[i].value);
		r = xml_edits_set(&writer->edits, value, "./cpu/topology/@%s", parts[i].name);
	}
	return r;
}

static int set_cpus(struct writer *writer, const char *path) {
	char cpus[MODEL_CPUS_TEXT_SIZE];

	return xml_edits_set(
		&writer->edits, model_cpus_format(&writer->change->cpus, cpus), "%s/@cpuset", path);
}

static int write_pin(struct writer *writer) {
	char path[XML_PATH_SIZE];
	int r = name_format(
		path, sizeof(path), "./cputune/vcpupin[@vcpu='%u']", writer->change->index);

	return r < 0 ? r : set_cpus(writer, path);
}

static int write_emulator_pin(struct writer *writer) {
	return set_cpus(writer, "./cputune/emulatorpin");
}

static int write_iothread_pin(struct writer *writer) {
	return set_cpus(writer, "./cputune/iothreadpin[@iothread='1']");
}

static int write_iothreads(struct writer *writer) {
	return xml_edits_set(&writer->edits, "1", "./iothreads");
}

static int write_disk_iothread(struct writer *writer) {
	return xml_edits_set(
		&writer->edits, "1", "./devices/disk[%u]/driver/@iothread", writer->change->index);
}

static int write_hugepages(struct writer *writer) {
	return xml_edits_create(&writer->edits, "./memoryBacking/hugepages");
}

static int write_node(struct writer *writer) {
	char node[16];
	int r = xml_edits_set(&writer->edits, "strict", "./numatune/memory/@mode");

	snprintf(node, sizeof(node), "%u", writer->change->index);
	return r < 0 ? r : xml_edits_set(&writer->edits, node, "./numatune/memory/@nodeset");
}

static int write_hyperv(struct writer *writer) {
	struct xml_edits *edits = &writer->edits;
	enum hyperv which = writer->change->index;
	int r = 0;

	if (which == HYPERV_TIME) {
		if (!xml_has(writer->xml, "./clock")) {
			r = xml_edits_set(edits, "localtime", "./clock/@offset");
		}
		return r < 0 ? r
			     : xml_edits_set(
				       edits, "yes", "./clock/timer[@name='hypervclock']/@present");
	}
	r = xml_edits_set(edits, "on", "./features/hyperv/%s/@state", hyperv_name(which));
	if (r == 0 && which == HYPERV_SPINLOCKS) {
		r = xml_edits_set(edits, SPINLOCK_RETRIES, "./features/hyperv/spinlocks/@retries");
	}
	return r;
}

static int write_hidden(struct writer *writer) {
	return xml_edits_set(
		&writer->edits, writer->change->on ? "on" : "off", "./features/kvm/hidden/@state");
}

static int write_vendor_id(struct writer *writer) {
	const char *path = "./features/hyperv/vendor_id";
	int r;

	if (!writer->change->on) {
		return xml_edits_delete(&writer->edits, "%s", path);
	}
	r = xml_edits_set(&writer->edits, "on", "%s/@state", path);
	return r < 0 ? r : xml_edits_set(&writer->edits, OTHER_VENDOR, "%s/@value", path);
}

static int write_hpet(struct writer *writer) {
	int r = 0;

	if (!xml_has(writer->xml, "./clock")) {
		r = xml_edits_set(&writer->edits, "localtime", "./clock/@offset");
	}
	return r < 0 ? r
		     : xml_edits_set(&writer->edits, "no", "./clock/timer[@name='hpet']/@present");
}

static int write_tsc(struct writer *writer) {
	return xml_edits_set(&writer->edits, "require", "./cpu/feature[@name='invtsc']/@policy");
}

static int write_balloon(struct writer *writer) {
	int r = 0;

	/* Its address and statistics go with it. */
	if (xml_has(writer->xml, "./devices/memballoon")) {
		r = xml_edits_delete(&writer->edits, "./devices/memballoon");
	}
	return r < 0 ? r : xml_edits_set(&writer->edits, "none", "./devices/memballoon/@model");
}

static int write_video(struct writer *writer) {
	unsigned int count = xml_count(writer->xml, "./devices/video");
	int r = 0;

	for (; r == 0 && count > 0; count--) {
		r = xml_edits_delete(&writer->edits, "./devices/video[%u]", count);
	}
	return r < 0 ? r : xml_edits_set(&writer->edits, "none", "./devices/video/model/@type");
}

/* Without OpenGL of the host's there is nothing to draw 3D with: QEMU ends, if it is asked to. */
static int write_plain_video(struct writer *writer) {
	int r = 0;

	for (unsigned int n = xml_count(writer->xml, "./devices/video"); r == 0 && n > 0; n--) {
		char path[XML_PATH_SIZE];

		r = name_format(
			path, sizeof(path), "./devices/video[%u]/model/acceleration/@accel3d", n);
		if (r == 0 && xml_is(writer->xml, path, "yes")) {
			r = xml_edits_set(&writer->edits, "no", "%s", path);
		}
	}
	return r;
}

static int write_display(struct writer *writer) {
	int r = write_plain_video(writer);

	for (unsigned int n = xml_count(writer->xml, "./devices/graphics"); r == 0 && n > 0; n--) {
		char type[XML_VALUE_SIZE], gl[XML_VALUE_SIZE];

		(void)xml_value_at(writer->xml, type, "./devices/graphics[%u]/@type", n);
		(void)xml_value_at(writer->xml, gl, "./devices/graphics[%u]/gl/@enable", n);
		if (strcmp(type, "sdl") == 0 || strcmp(type, "desktop") == 0 ||
			strcmp(type, "egl-headless") == 0) {
			r = xml_edits_delete(&writer->edits, "./devices/graphics[%u]", n);
		} else if (strcmp(gl, "yes") == 0) {
			r = xml_edits_delete(&writer->edits, "./devices/graphics[%u]/gl", n);
		}
	}
	return r;
}

static int write_shared(struct writer *writer) {
	const char *shmem = "./devices/shmem[@name='looking-glass']";
	char size[16];
	int r = name_format(size, sizeof(size), "%u", writer->change->index);

	r = r < 0 ? r : xml_edits_set(&writer->edits, "ivshmem-plain", "%s/model/@type", shmem);
	r = r < 0 ? r : xml_edits_set(&writer->edits, size, "%s/size", shmem);
	return r < 0 ? r : xml_edits_set(&writer->edits, "M", "%s/size/@unit", shmem);
}

static int (*const writers[])(struct writer *writer) = {
	[SETTING_CARD] = write_card,
	[SETTING_MANAGED] = write_managed,
	[SETTING_ROM] = write_rom,
	[SETTING_CPU] = write_cpu,
	[SETTING_CPU_FEATURE] = write_feature,
	[SETTING_TOPOLOGY] = write_topology,
	[SETTING_PIN] = write_pin,
	[SETTING_EMULATOR_PIN] = write_emulator_pin,
	[SETTING_IOTHREADS] = write_iothreads,
	[SETTING_IOTHREAD_PIN] = write_iothread_pin,
	[SETTING_DISK_IOTHREAD] = write_disk_iothread,
	[SETTING_HUGEPAGES] = write_hugepages,
	[SETTING_NODE] = write_node,
	[SETTING_BALLOON] = write_balloon,
	[SETTING_HYPERV] = write_hyperv,
	[SETTING_HIDDEN] = write_hidden,
	[SETTING_VENDOR_ID] = write_vendor_id,
	[SETTING_TSC] = write_tsc,
	[SETTING_HPET] = write_hpet,
	[SETTING_VIDEO] = write_video,
	[SETTING_DISPLAY] = write_display,
	[SETTING_SHARED] = write_shared,
};

/* Makes those from `first` on, and forgets what is so already. */
static int make(struct text *document, size_t first, struct xml_edits *edits, struct error *error) {
	size_t kept = first;
	int r = 0;

	for (size_t i = first; r >= 0 && i < edits->count; i++) {
		r = xml_edit(document, &edits->items[i], error);
		if (r > 0) {
			edits->items[kept++] = edits->items[i];
		}
	}
	edits->count = kept;
	return r < 0 ? r : 0;
}

int libvirt_change(const struct ground *ground, const struct change *change, struct text *document,
	struct xml_edits *ret, struct error *error) {
	AUTO_XML struct xml xml = {0};
	struct writer writer = {.ground = ground, .change = change, .xml = &xml, .error = error};
	size_t first = ret->count;
	int r = xml_parse(document->data, document->length, &xml, error);

	if (r < 0 || change->setting >= COUNT(writers) || !writers[change->setting]) {
		return r; /* what libvirt has no words for is done by hand */
	}
	writer.edits = *ret;
	error_set(error, 0, "out of memory");
	r = writers[change->setting](&writer);
	*ret = writer.edits;
	return r < 0 ? r : make(document, first, ret, error);
}

static int add_edit(struct text *ret, const struct xml_edit *edit) {
	AUTO_TEXT struct text word = {0}, quoted = {0};
	int r = 0;

	switch (edit->kind) {
	case XML_SET:
		r = text_add(&word, "%s=%s", edit->path, edit->value);
		break;
	case XML_CREATE:
		r = text_add(&word, "xpath.create=%s", edit->path);
		break;
	case XML_DELETE:
		r = text_add(&word, "xpath.delete=%s", edit->path);
		break;
	}
	r = r < 0 ? r : text_add(&quoted, "--xml ");
	r = r < 0 ? r : shell_word(word.data, &quoted);
	return r < 0 ? r : shell_next(quoted.data, ret);
}

int libvirt_command(
	const char *name, const struct xml_edit *edits, size_t count, struct text *ret) {
	int r = text_add(ret, "virt-xml ");

	r = r < 0 ? r : shell_word(name, ret);
	r = r < 0 ? r : text_add(ret, " --edit");
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = add_edit(ret, &edits[i]);
	}
	return r < 0 ? r : text_add(ret, "\n");
}
