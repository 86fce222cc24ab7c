// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/rom.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/create.h"
#include "host/rom.h"
#include "linux/attribute.h"
#include "linux/machine.h"

#define DEVICES "sys/bus/pci/devices/"

/* A ROM is read byte by byte over the bus: the largest take seconds. */
#define PATIENCE_MS 5000
#define LIMIT_MS    30000

/*
 * Each is made by the same child if it lives, and by another one if it does not come back: so that
 * what was switched on is switched off whatever becomes of the reading.
 */
enum part {
	PART_ENABLE,
	PART_READ,
	PART_PUT_BACK,
	PART_COUNT,
};

/* In memory that the children and we share. */
struct rom_bytes {
	bool enabled; /* the function: by us, and it has to be disabled again */
	size_t size;
	char data[ROM_MAX];
};

struct reading {
	int root;
	const char *address;
	struct rom_bytes *bytes;
};

/* In the child. */
static int set(const struct reading *reading, const char *name, const char *value) {
	char path[sizeof(DEVICES) + ADDRESS_SIZE + 16];
	int r = name_format(path, sizeof(path), DEVICES "%s/%s", reading->address, name);

	return r < 0 ? r : attribute_write(reading->root, path, value, NULL);
}

static int read_all(const struct reading *reading, struct rom_bytes *bytes) {
	char path[sizeof(DEVICES "/rom") + ADDRESS_SIZE];
	AUTO_CLOSE int fd = -1;
	int r = name_format(path, sizeof(path), DEVICES "%s/rom", reading->address);

	fd = r < 0 ? r : path_open(reading->root, path, O_RDONLY);
	if (fd < 0) {
		return fd;
	}
	while (bytes->size < sizeof(bytes->data)) {
		ssize_t n = read(fd, bytes->data + bytes->size, sizeof(bytes->data) - bytes->size);

		if (n < 0 && errno != EINTR) {
			return -errno;
		}
		if (n == 0) {
			break;
		}
		bytes->size += n < 0 ? 0 : (size_t)n;
	}
	return bytes->size == 0 ? -EIO : 0;
}

/* -EBUSY: its driver has done so. It counts from before the write: that may be given up too. */
static int enable(const struct reading *reading) {
	reading->bytes->enabled = true;
	if (set(reading, "enable", "1\n") < 0) {
		reading->bytes->enabled = false;
	}
	return 0;
}

/* The kernel takes "0" for off only with a newline after it (pci_write_rom). */
static int put_back(const struct reading *reading) {
	int r = set(reading, "rom", "0\n");
	int disabled = reading->bytes->enabled ? set(reading, "enable", "0\n") : 0;

	if (r == -ENOENT) {
		r = 0;
	}
	return r < 0 || disabled < 0 ? -EIO : 0;
}

/* Whoever interrupts the command at its terminal interrupts us along with it. */
static void ignore_signals(void) {
	static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

	for (size_t i = 0; i < COUNT(signals); i++) {
		(void)sigaction(signals[i], &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	}
}

static void do_part(void *context, size_t index, void *ret_value) {
	const struct reading *reading = context;
	int *r = ret_value;

	ignore_signals();
	switch ((enum part)index) {
	case PART_ENABLE:
		*r = enable(reading);
		break;
	case PART_READ:
		*r = set(reading, "rom", "1\n");
		*r = *r < 0 ? *r : read_all(reading, reading->bytes);
		break;
	case PART_PUT_BACK:
		*r = put_back(reading);
		break;
	case PART_COUNT:
		break;
	}
}

/* What became of it: the reading's own failure says most. */
static int read_parts(const struct machine *machine, const struct reading *reading) {
	int limit_ms = (int)machine->options.writer_timeout_ms;
	const struct aside aside = {
		.read = do_part,
		.context = (void *)reading,
		.size = sizeof(int),
		.root = machine->root,
		.patience_ms = limit_ms < PATIENCE_MS ? limit_ms : PATIENCE_MS,
		.limit_ms = limit_ms < LIMIT_MS ? limit_ms : LIMIT_MS,
	};
	bool answered[PART_COUNT] = {false};
	int values[PART_COUNT];
	int r = aside_read(&aside, PART_COUNT, values, answered);

	if (r < 0) {
		return r;
	}
	if (!answered[PART_ENABLE] || !answered[PART_READ]) {
		return -ETIMEDOUT;
	}
	if (values[PART_READ] < 0) {
		return values[PART_READ];
	}
	return answered[PART_PUT_BACK] ? values[PART_PUT_BACK] : -ETIMEDOUT;
}

static int fail(const char *address, int r, struct error *error) {
	switch (r) {
	case -ENOENT:
		return error_set(error, r, "%s has no ROM that can be read", address);
	case -ETIMEDOUT:
		return error_set(error, r,
			"reading the ROM of %s takes for ever: the device does not answer",
			address);
	default:
		return error_set(error, r, "cannot read the ROM of %s: %s", address, strerror(-r));
	}
}

int rom_read(struct ops *ops, const char *address, struct text *ret, struct error *error) {
	const struct machine *machine = (struct machine *)ops;
	struct reading reading = {.root = machine->root,
		.address = address,
		.bytes = aside_memory_new(sizeof(struct rom_bytes))};
	int r = reading.bytes ? read_parts(machine, &reading) : -ENOMEM;

	r = r < 0 ? r : text_append(ret, reading.bytes->data, reading.bytes->size);
	aside_memory_free(reading.bytes, sizeof(struct rom_bytes));
	return r < 0 ? fail(address, r, error) : 0;
}

int rom_write(const char *path, const struct text *bytes, struct error *error) {
	int r = file_create(AT_FDCWD, path, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, bytes);

	return r < 0 ? error_set(error, r, "cannot write %s: %s%s", path, strerror(-r),
			       r == -EEXIST ? "; remove it, or choose another name" : "")
		     : 0;
}
