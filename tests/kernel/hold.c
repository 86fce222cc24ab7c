// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Holds a device in one of the ways that nobody sees who looks for paths. For virtual hosts only:
 * as root.
 *
 *     hold map CARD           has a DRM card mapped and the node closed
 *     hold buffer CARD        has a buffer of it (dma-buf) and the node closed
 *     hold elsewhere NODE     has it open by a node of its own, in a mount namespace of its own
 *     hold late GATE NODE     opens NODE when somebody opens the file GATE, who is kept waiting
 * until that is done
 *     hold gate GATE          keeps whoever opens the file GATE waiting until it is killed
 *
 * Prints "ready" when it does ("watching": the gate is watched), and stays until it is killed.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ELSEWHERE "/mnt"

/* include/uapi/drm/drm.h and drm_mode.h of the kernel, which Debian has only with libdrm. */
struct dumb {
	uint32_t height, width, bpp, flags;
	uint32_t handle, pitch;
	uint64_t size;
};

struct dumb_map {
	uint32_t handle, pad;
	uint64_t offset;
};

struct prime {
	uint32_t handle, flags;
	int32_t fd;
};

#define CREATE_DUMB  _IOWR('d', 0xb2, struct dumb)
#define MAP_DUMB     _IOWR('d', 0xb3, struct dumb_map)
#define EXPORT_PRIME _IOWR('d', 0x2d, struct prime)

static void fail(const char *what) {
	perror(what);
	exit(EXIT_FAILURE);
}

static _Noreturn void stay(void) {
	puts("ready");
	fflush(stdout);
	for (;;) {
		pause();
	}
}

static int open_node(const char *path) {
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		fail(path);
	}
	return fd;
}

static struct dumb make_buffer(int card) {
	struct dumb buffer = {.width = 64, .height = 64, .bpp = 32};

	if (ioctl(card, CREATE_DUMB, &buffer) < 0) {
		fail("a buffer");
	}
	return buffer;
}

static void hold_mapping(const char *path) {
	int card = open_node(path);
	struct dumb buffer = make_buffer(card);
	struct dumb_map map = {.handle = buffer.handle};

	if (ioctl(card, MAP_DUMB, &map) < 0 ||
		mmap(NULL, buffer.size, PROT_READ | PROT_WRITE, MAP_SHARED, card,
			(off_t)map.offset) == MAP_FAILED) {
		fail("mmap");
	}
	close(card);
}

static void hold_buffer(const char *path) {
	int card = open_node(path);
	struct prime prime = {.handle = make_buffer(card).handle, .flags = O_CLOEXEC, .fd = -1};

	if (ioctl(card, EXPORT_PRIME, &prime) < 0) {
		fail("a dma-buf");
	}
	close(card);
}

static void hold_elsewhere(const char *path) {
	struct stat info;

	if (stat(path, &info) < 0 || unshare(CLONE_NEWNS) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("tmpfs", ELSEWHERE, "tmpfs", 0, NULL) < 0 ||
		mknod(ELSEWHERE "/node", info.st_mode, info.st_rdev) < 0) {
		fail("a node elsewhere");
	}
	open_node(ELSEWHERE "/node");
}

/* The kernel asks us before it lets anybody open the gate, and opens it for us: nobody may read it.
 */
static int watch_gate(const char *path) {
	int gate = fanotify_init(FAN_CLOEXEC | FAN_CLASS_CONTENT, O_WRONLY | O_CLOEXEC);

	if (gate < 0 || fanotify_mark(gate, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, path) < 0) {
		fail(path);
	}
	return gate;
}

static void await_opening(int gate, struct fanotify_event_metadata *ret) {
	puts("watching");
	fflush(stdout);
	if (read(gate, ret, sizeof(*ret)) != sizeof(*ret)) {
		fail("fanotify");
	}
}

static void hold_gate(const char *path) {
	struct fanotify_event_metadata event;

	await_opening(watch_gate(path), &event);
}

static void hold_late(const char *gate_path, const char *path) {
	struct fanotify_event_metadata event;
	struct fanotify_response answer = {.response = FAN_ALLOW};
	int gate = watch_gate(gate_path);

	await_opening(gate, &event);
	open_node(path);
	answer.fd = event.fd;
	if (write(gate, &answer, sizeof(answer)) != sizeof(answer)) {
		fail("fanotify");
	}
	/* Nobody else is kept waiting. */
	close(event.fd);
	close(gate);
}

int main(int argc, char **argv) {
	const char *way = argc > 2 ? argv[1] : "";

	if (strcmp(way, "map") == 0) {
		hold_mapping(argv[2]);
	} else if (strcmp(way, "buffer") == 0) {
		hold_buffer(argv[2]);
	} else if (strcmp(way, "elsewhere") == 0) {
		hold_elsewhere(argv[2]);
	} else if (strcmp(way, "late") == 0 && argc > 3) {
		hold_late(argv[2], argv[3]);
	} else if (strcmp(way, "gate") == 0) {
		hold_gate(argv[2]);
	} else {
		fputs("usage: hold map|buffer|elsewhere NODE | hold late GATE NODE | hold gate GATE\n",
			stderr);
		return 2;
	}
	stay();
}
