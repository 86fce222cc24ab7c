// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/topology.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "host/array.h"
#include "host/attribute.h"

#define CPUS      "sys/devices/system/cpu"
#define NODES     "sys/devices/system/node"
#define LIST_SIZE 4096 /* a page is all that an attribute can be */

/* Linux has 8192 at most on any architecture. */
#define CPUS_MAX 8192

/* What a list of CPUs says of those that it names: what is to be done with each. */
struct mark {
	struct topology *topology;
	int value;
	void (*set)(struct cpu *cpu, int value);
};

static int take_number(const char **text, unsigned int *ret) {
	const char *end = *text + strspn(*text, "0123456789");
	char digits[8];
	unsigned long long number;
	int r;

	if ((size_t)(end - *text) >= sizeof(digits)) {
		return -EINVAL;
	}
	memcpy(digits, *text, (size_t)(end - *text));
	digits[end - *text] = '\0';
	r = number_parse(digits, CPUS_MAX - 1, &number);
	if (r < 0) {
		return -EINVAL;
	}
	*text = end;
	*ret = (unsigned int)number;
	return 0;
}

/* "0" or "0-7" */
static int take_range(const char **list, unsigned int *ret_first, unsigned int *ret_last) {
	int r = take_number(list, ret_first);

	*ret_last = *ret_first;
	if (r == 0 && **list == '-') {
		(*list)++;
		r = take_number(list, ret_last);
	}
	return r == 0 && *ret_last < *ret_first ? -EINVAL : r;
}

int cpu_list_each(
	const char *list, int (*found)(void *context, unsigned int number), void *context) {
	unsigned int first = 0, last = 0;
	int r = 0;

	while (*list && r == 0) {
		r = take_range(&list, &first, &last);
		if (r == 0 && *list && (*list != ',' || !*++list)) {
			r = -EINVAL;
		}
		for (unsigned int number = first; r == 0 && number <= last; number++) {
			r = found(context, number);
		}
	}
	return r;
}

/* NULL if there is no such CPU. */
static struct cpu *find(const struct topology *topology, unsigned int number) {
	size_t low = 0, high = topology->cpu_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (topology->cpus[middle].number < number) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < topology->cpu_count && topology->cpus[low].number == number
		       ? &topology->cpus[low]
		       : NULL;
}

const struct cpu *topology_cpu(const struct topology *topology, unsigned int number) {
	return find(topology, number);
}

static int mark_one(void *context, unsigned int number) {
	const struct mark *mark = context;
	struct cpu *cpu = find(mark->topology, number);

	if (cpu) {
		mark->set(cpu, mark->value);
	}
	return 0;
}

/* Does it with each that the list in the file names; none if it cannot be read. */
static bool mark_all(int root, const char *path, struct topology *topology,
	void (*set)(struct cpu *cpu, int value), int value) {
	struct mark mark = {.topology = topology, .value = value, .set = set};
	char list[LIST_SIZE];

	return file_read_line(root, path, list, sizeof(list)) == 0 && list[0] &&
	       cpu_list_each(list, mark_one, &mark) == 0;
}

static void set_online(struct cpu *cpu, int value) {
	cpu->online = value;
}

static void set_node(struct cpu *cpu, int value) {
	cpu->node = value;
}

static void set_kind(struct cpu *cpu, int value) {
	cpu->kind = (enum core_kind)value;
}

static void set_isolated(struct cpu *cpu, int value) {
	cpu->isolated = value;
}

static int add_cpu(void *context, unsigned int number) {
	struct topology *topology = context;
	struct cpu cpu = {.number = number,
		.socket = CPU_NONE,
		.die = CPU_NONE,
		.core = CPU_NONE,
		.node = CPU_NONE};

	for (size_t i = 0; i < CACHE_KINDS; i++) {
		cpu.caches[i] = CPU_NONE;
	}
	if (topology->cpu_count > 0 && topology->cpus[topology->cpu_count - 1].number >= number) {
		return -EINVAL;
	}
	if (!ARRAY_ROOM(topology->cpus, topology->cpu_count)) {
		return -ENOMEM;
	}
	topology->cpus[topology->cpu_count++] = cpu;
	return 0;
}

static int stop_at_first(void *context, unsigned int number) {
	*(unsigned int *)context = number;
	return 1;
}

/* The first CPU of the list in the file: by it the kernel's lists of siblings are told apart. */
static struct cpu *read_first(int dir, const char *name, struct topology *topology) {
	char list[LIST_SIZE];
	unsigned int first;

	if (attribute_read(dir, name, list, sizeof(list)) < 0 ||
		cpu_list_each(list, stop_at_first, &first) != 1) {
		return NULL;
	}
	return find(topology, first);
}

static int read_id(int dir, const char *name) {
	char text[16];
	unsigned long long number;

	if (attribute_read(dir, name, text, sizeof(text)) < 0 ||
		number_parse(text, 65535, &number) < 0) {
		return CPU_NONE;
	}
	return (int)number;
}

/* core_cpus_list is what thread_siblings_list is called since Linux 5.3. */
static void read_core(int dir, struct cpu *cpu, struct topology *topology, int *cores) {
	struct cpu *first = read_first(dir, "topology/core_cpus_list", topology);

	if (!first) {
		first = read_first(dir, "topology/thread_siblings_list", topology);
	}
	cpu->socket = read_id(dir, "topology/physical_package_id");
	cpu->die = read_id(dir, "topology/die_id");
	if (!first || first >= cpu || first->core == CPU_NONE) {
		cpu->core = (*cores)++;
		return;
	}
	cpu->core = first->core;
	for (const struct cpu *other = first; other < cpu; other++) {
		cpu->thread += other->core == cpu->core;
	}
	topology->smt = true;
}

/* "1" and "Data" */
static int read_cache_kind(int dir, const char *index) {
	char name[48], type[16];
	int level;

	if (name_format(name, sizeof(name), "cache/%s/level", index) < 0) {
		return CPU_NONE;
	}
	level = read_id(dir, name);
	if (name_format(name, sizeof(name), "cache/%s/type", index) < 0 ||
		attribute_read(dir, name, type, sizeof(type)) < 0 || level < 1 || level > 4) {
		return CPU_NONE;
	}
	if (level == 1) {
		return strcmp(type, "Instruction") == 0 ? CACHE_L1I : CACHE_L1D;
	}
	return CACHE_L2 + level - 2;
}

/* "32768K" */
static uint64_t read_cache_size(int dir, const char *index) {
	char name[48], text[16];
	unsigned long long size;
	size_t length;

	if (name_format(name, sizeof(name), "cache/%s/size", index) < 0 ||
		attribute_read(dir, name, text, sizeof(text)) < 0) {
		return 0;
	}
	length = strlen(text);
	if (length == 0 || text[length - 1] != 'K') {
		return 0;
	}
	text[length - 1] = '\0';
	return number_parse(text, UINT32_MAX, &size) < 0 ? 0 : size;
}

static void read_cache(int dir, const char *index, struct cpu *cpu, struct topology *topology,
	int counts[CACHE_KINDS]) {
	int kind = read_cache_kind(dir, index);
	const struct cpu *first;
	uint64_t size;
	char name[48];

	if (kind < 0 || name_format(name, sizeof(name), "cache/%s/shared_cpu_list", index) < 0) {
		return;
	}
	first = read_first(dir, name, topology);
	if (!first || first >= cpu || first->caches[kind] == CPU_NONE) {
		cpu->caches[kind] = counts[kind]++;
	} else {
		cpu->caches[kind] = first->caches[kind];
	}
	size = read_cache_size(dir, index);
	if (size > topology->cache_sizes_kib[kind]) {
		topology->cache_sizes_kib[kind] = size;
	}
}

static void read_caches(
	int dir, struct cpu *cpu, struct topology *topology, int counts[CACHE_KINDS]) {
	static const char *const indices[] = {"index0", "index1", "index2", "index3", "index4"};

	for (size_t i = 0; i < COUNT(indices); i++) {
		read_cache(dir, indices[i], cpu, topology, counts);
	}
}

static void read_cpus(int root, struct topology *topology) {
	int cores = 0, counts[CACHE_KINDS] = {0};

	for (size_t i = 0; i < topology->cpu_count; i++) {
		struct cpu *cpu = &topology->cpus[i];
		char path[sizeof(CPUS "/cpu") + 8];
		AUTO_CLOSE int dir = -1;

		if (cpu->online &&
			name_format(path, sizeof(path), CPUS "/cpu%u", cpu->number) == 0) {
			dir = dir_open(root, path);
		}
		if (dir < 0) {
			continue;
		}
		read_core(dir, cpu, topology, &cores);
		read_caches(dir, cpu, topology, counts);
		cpu->max_mhz =
			(unsigned int)(attribute_number(dir, "cpufreq/cpuinfo_max_freq", 10) /
				       1000);
	}
}

static int read_nodes(int root, struct topology *topology) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(root, NODES, &names);

	for (size_t i = 0; i < names.count; i++) {
		char path[sizeof(NODES "//cpulist") + 64];
		unsigned long long node;

		if (text_starts(names.names[i], "node") &&
			number_parse(names.names[i] + strlen("node"), 65535, &node) == 0 &&
			name_format(path, sizeof(path), NODES "/%s/cpulist", names.names[i]) == 0) {
			mark_all(root, path, topology, set_node, (int)node);
		}
	}
	return r == -ENOMEM ? r : 0;
}

/* Intel's kinds of cores have a performance counter of their own each. */
static void read_kinds(int root, struct topology *topology) {
	bool fast =
		mark_all(root, "sys/devices/cpu_core/cpus", topology, set_kind, CORE_PERFORMANCE);
	bool slow = mark_all(root, "sys/devices/cpu_atom/cpus", topology, set_kind, CORE_EFFICIENT);

	slow |= mark_all(root, "sys/devices/cpu_lowpower/cpus", topology, set_kind, CORE_EFFICIENT);
	topology->mixed_cores = fast && slow;
}

/* "model name\t: Intel(R) ..." */
static void take_value(const char *data, const char *key, char *ret, size_t size) {
	for (; *data; data = text_next_line(data)) {
		const char *value = data + strlen(key);
		size_t length;

		if (!text_starts(data, key) || (*value != '\t' && *value != ':')) {
			continue;
		}
		value += strspn(value, "\t: ");
		length = strcspn(value, "\n");
		if (length < size) {
			memcpy(ret, value, length);
			ret[length] = '\0';
		}
		return;
	}
}

/* The first CPU tells: the whole file asks each of them how fast it runs just now. */
static void read_model(int root, struct topology *topology) {
	AUTO_CLOSE int fd = file_open(root, "proc/cpuinfo");
	char data[4096];
	ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof(data) - 1);

	if (n > 0) {
		data[n] = '\0';
		take_value(data, "model name", topology->model, sizeof(topology->model));
		take_value(data, "vendor_id", topology->vendor, sizeof(topology->vendor));
	}
}

int topology_read(int root, struct topology *ret) {
	AUTO_TOPOLOGY struct topology topology = {0};
	char list[LIST_SIZE];
	int r = file_read_line(root, CPUS "/present", list, sizeof(list));

	r = r < 0 ? r : cpu_list_each(list, add_cpu, &topology);
	if (r == 0) {
		mark_all(root, CPUS "/online", &topology, set_online, true);
		mark_all(root, CPUS "/isolated", &topology, set_isolated, true);
		read_cpus(root, &topology);
		read_kinds(root, &topology);
		r = read_nodes(root, &topology);
	}
	if (r == -ENOMEM) {
		return r;
	}
	read_model(root, &topology);
	*ret = topology;
	topology = (struct topology){0};
	return 0;
}

void topology_free(struct topology *topology) {
	free(topology->cpus);
	*topology = (struct topology){0};
}
