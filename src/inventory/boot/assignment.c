// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/assignment.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "early/early.h"

#define RESULT_MAX  (64U << 10)
#define STAT_MAX    (1U << 20)
#define VFIO_DRIVER "vfio-pci"

const char *assignment_state_name(enum assignment_state state) {
	static const char *const names[] = {
		[ASSIGNMENT_TOOK] = "took",
		[ASSIGNMENT_THERE] = "there",
		[ASSIGNMENT_PENDING] = "pending",
		[ASSIGNMENT_MISSED] = "missed",
		[ASSIGNMENT_BROKEN] = "broken",
	};

	assert(state < COUNT(names));
	return names[state];
}

/* What is known of all of them. */
struct reading {
	int root;
	const struct host *host;
	const struct initramfs *initramfs;
	struct assignments *assignments;
	char *result;    /* what became of each at this start; NULL: nothing ran */
	int64_t changed; /* the file, in seconds since 1970 */
	int64_t booted;  /* the machine; 0: not known */
};

/* When it was last written; 0: it is not there. */
static int64_t read_time(int root, const char *path) {
	AUTO_CLOSE int fd = path_open(root, path, O_PATH);
	struct stat stat;

	return fd >= 0 && fstat(fd, &stat) == 0 ? stat.st_mtime : 0;
}

/* "btime 1700000000" */
static int64_t read_boot_time(int root) {
	AUTO_FREE char *data = NULL;
	const char *found;

	if (file_read(root, "/proc/stat", STAT_MAX, &data, NULL) < 0) {
		return 0;
	}
	found = strstr(data, "\nbtime ");
	return found ? strtoll(found + strlen("\nbtime "), NULL, 10) : 0;
}

/* The image of the kernel that runs, by the names that these have. */
static void find_image(struct reading *reading) {
	static const char *const before[] = {
		"/boot/initrd.img-", "/boot/initramfs-", "/boot/initrd-", "/lib/modules/"};
	static const char *const after[] = {"", ".img", "", "/initrd"};
	struct assignments *assignments = reading->assignments;

	for (size_t i = 0; i < COUNT(before); i++) {
		char path[LABEL_SIZE];
		int64_t time = 0;

		if (name_format(path, sizeof(path), "%s%s%s", before[i], reading->host->kernel,
			    after[i]) == 0) {
			time = read_time(reading->root, path);
		}
		if (time > 0) {
			memcpy(assignments->image, path, sizeof(path));
			assignments->age = time < reading->changed ? IMAGE_OLDER : IMAGE_NEWER;
			return;
		}
	}
}

/* "ADDRESS taken SENTENCE": 1 if it was taken, 0 if not, -ENOENT. */
static int find_said(const struct reading *reading, const char *address, struct text *ret) {
	const char *line, *next;

	for (line = reading->result; line && *line; line = next) {
		const char *space = strchr(line, ' ');
		size_t length = space ? (size_t)(space - line) : 0;
		const char *sentence = space ? strchr(space + 1, ' ') : NULL;
		int r;

		next = text_next_line(line);
		/* What is said of a line of the file is of no function. */
		if (!sentence || sentence > next || strlen(address) != length ||
			memcmp(line, address, length) != 0 ||
			text_starts(sentence + 1, ASSIGNED_FILE ":")) {
			continue;
		}
		r = text_append(ret, sentence + 1, strcspn(sentence + 1, "\n"));
		return r < 0 ? r : text_starts(space, " taken ");
	}
	return -ENOENT;
}

/* The same of this function, or else of all of them. */
static int find_result(const struct reading *reading, const char *address, struct text *ret) {
	int r = find_said(reading, address, ret);

	return r == -ENOENT ? find_said(reading, "-", ret) : r;
}

static bool is_same(const struct assigned *assigned, const struct device *device) {
	return assigned->vendor == device->identity.vendor &&
	       assigned->device == device->identity.device &&
	       assigned->subsystem_vendor == device->identity.subsystem_vendor &&
	       assigned->subsystem_device == device->identity.subsystem_device &&
	       assigned->class == device->class;
}

static const struct device *find_device(const struct host *host, const char *address) {
	for (size_t i = 0; i < host->device_count; i++) {
		if (strcmp(host->devices[i].name, address) == 0) {
			return &host->devices[i];
		}
	}
	return NULL;
}

/* Nothing has run for it at this start. */
static int judge_silent(const struct reading *reading, struct assignment *assignment) {
	const char *command = reading->initramfs->command;

	assignment->state = ASSIGNMENT_PENDING;
	if (reading->assignments->age == IMAGE_OLDER) {
		assignment->state = ASSIGNMENT_MISSED;
		return text_add(&assignment->because,
			"%s is older than " ASSIGNED_FILE ": run %s, and restart the machine",
			reading->assignments->image,
			command ? command : "what makes the initramfs");
	}
	if (reading->booted == 0 || reading->changed > reading->booted) {
		return text_add(&assignment->because,
			"the machine has not been restarted since it was assigned");
	}
	assignment->state = ASSIGNMENT_MISSED;
	return text_add(&assignment->because,
		"baton-early was not on the initramfs that this machine started with: run %s, and "
		"restart the machine",
		command ? command : "what makes the initramfs");
}

/* What was said of it at this start was said of what was assigned then. */
static int judge_by_result(
	const struct reading *reading, const struct device *device, struct assignment *assignment) {
	AUTO_TEXT struct text said = {0};
	int r = find_result(reading, assignment->what.address, &said);
	bool with_vfio = strcmp(device->driver, VFIO_DRIVER) == 0;

	if (r == -ENOMEM) {
		return r;
	}
	if (with_vfio) {
		assignment->state = r == 1 ? ASSIGNMENT_TOOK : ASSIGNMENT_THERE;
		return r == 1 ? 0
			      : text_add(&assignment->because,
					"it is with vfio-pci, and that was not baton-early");
	}
	if (r == 1) {
		assignment->state = ASSIGNMENT_MISSED;
		return text_add(&assignment->because,
			"vfio-pci had it when the machine started, and somebody has taken it away "
			"since");
	}
	if (r == -ENOENT) {
		return judge_silent(reading, assignment);
	}
	assignment->state = ASSIGNMENT_MISSED;
	return text_append(&assignment->because, said.data, said.length);
}

static int judge(const struct reading *reading, struct assignment *assignment) {
	const struct device *device = find_device(reading->host, assignment->what.address);
	int r = text_append(&assignment->because, "", 0);

	if (r < 0) {
		return r;
	}
	assignment->state = ASSIGNMENT_MISSED;
	if (!device) {
		return text_add(&assignment->because,
			"nothing is at that address now: assign it where it is (`baton list`)");
	}
	if (!is_same(&assignment->what, device)) {
		return text_add(&assignment->because,
			"another device is at that address now, %04x:%04x of %04x:%04x, and stays "
			"with the host",
			device->identity.vendor, device->identity.device,
			device->identity.subsystem_vendor, device->identity.subsystem_device);
	}
	return judge_by_result(reading, device, assignment);
}

static struct assignment *add(struct assignments *assignments) {
	struct assignment *larger =
		reallocarray(assignments->all, assignments->count + 1, sizeof(*larger));

	if (!larger) {
		return NULL;
	}
	assignments->all = larger;
	larger[assignments->count] = (struct assignment){0};
	return &larger[assignments->count++];
}

static int read_lines(struct reading *reading, const char *data, size_t length) {
	struct assigned_reader reader = {.data = data, .length = length};
	enum assigned_found found;
	struct assigned what = {0};
	int r = 0;

	while (r == 0 && reading->assignments->count < ASSIGNED_MAX &&
		(found = assigned_next(&reader, &what)) != ASSIGNED_END) {
		struct assignment *assignment = add(reading->assignments);

		if (!assignment) {
			return -ENOMEM;
		}
		assignment->line = reader.line;
		if (found == ASSIGNED_BROKEN) {
			assignment->state = ASSIGNMENT_BROKEN;
			r = text_add(&assignment->because,
				"it is not what baton boot assign writes, and is passed over");
		} else {
			assignment->what = what;
			r = judge(reading, assignment);
		}
	}
	return r;
}

int assignments_read(int root, const struct host *host, const struct initramfs *initramfs,
	struct assignments *ret) {
	AUTO_FREE char *data = NULL, *result = NULL;
	struct reading reading = {root, host, initramfs, ret, NULL, 0, 0};
	size_t length = 0;
	int r = file_read(root, ASSIGNED_FILE, ASSIGNED_SIZE_MAX, &data, &length);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	r = file_read(root, EARLY_RESULT, RESULT_MAX, &result, NULL);
	if (r == -ENOMEM) {
		return r;
	}
	reading.result = result;
	reading.changed = read_time(root, ASSIGNED_FILE);
	reading.booted = read_boot_time(root);
	find_image(&reading);
	return read_lines(&reading, data, length);
}

void assignments_free(struct assignments *assignments) {
	for (size_t i = 0; i < assignments->count; i++) {
		text_free(&assignments->all[i].because);
	}
	free(assignments->all);
	*assignments = (struct assignments){0};
}

const struct assignment *assignments_find(
	const struct assignments *assignments, const struct device *device) {
	for (size_t i = 0; i < assignments->count; i++) {
		const struct assignment *one = &assignments->all[i];

		if (one->state != ASSIGNMENT_BROKEN &&
			strcmp(one->what.address, device->name) == 0 &&
			is_same(&one->what, device)) {
			return one;
		}
	}
	return NULL;
}
