/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "base/error.h"
#include "request/request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A guest's definition as advice looks at it, whoever's it is. One reader for each hypervisor fills
 * it (advise/libvirt.h, advise/proxmox.h, advise/qemu.h), so that no piece of advice exists three
 * times. What a hypervisor's definitions cannot say at all, its reader leaves out of `can`.
 */

#define MODEL_VCPUS_MAX  512
#define MODEL_DISKS_MAX  16
#define MODEL_NAME_SIZE  256
#define MODEL_CPUS_MAX   1024 /* of the host */
#define MODEL_VALUE_SIZE 128

#define HUGEPAGE_UNKNOWN UINT64_MAX /* or several sizes */
#define NODE_ANY         -1
#define NODE_SEVERAL     -2 /* somebody's choice that is not one node */

enum model_hypervisor {
	MODEL_LIBVIRT,
	MODEL_PROXMOX,
	MODEL_QEMU
};

enum model_system {
	SYSTEM_UNKNOWN,
	SYSTEM_LINUX,
	SYSTEM_WINDOWS
};

enum model_chipset {
	CHIPSET_OTHER,
	CHIPSET_I440FX,
	CHIPSET_Q35
};

/* A device of the host's that the definition gives the guest. */
struct model_device {
	struct address address;
	bool unmanaged;    /* libvirt is to find it on VFIO */
	bool alone;        /* placed by hand, and not in the slot of the card's other functions */
	bool has_rom;      /* a ROM file, or none is to be shown */
	bool conventional; /* not as PCI Express (CAN_EXPRESS) */
	bool elsewhere;    /* by a mapping, or by words for QEMU: advice does not change that */
};

/* Microsoft's interface to a hypervisor, for Windows (docs/system/i386/hyperv.rst of QEMU). */
enum hyperv {
	HYPERV_RELAXED,
	HYPERV_VAPIC,
	HYPERV_SPINLOCKS,
	HYPERV_VPINDEX,
	HYPERV_RUNTIME,
	HYPERV_SYNIC,
	HYPERV_STIMER,
	HYPERV_FREQUENCIES,
	HYPERV_TLBFLUSH,
	HYPERV_IPI,
	HYPERV_TIME, /* the clock: hypervclock */
	HYPERV_COUNT
};

/* What a definition can say. */
enum model_ability {
	CAN_PIN = 1 << 0, /* each of its processors to one of the host's */
	CAN_IOTHREAD = 1 << 1,
	CAN_HYPERV = 1 << 2,   /* one by one */
	CAN_TOPOLOGY = 1 << 3, /* threads of a core, and dies */
	CAN_TIMERS = 1 << 4,
	CAN_MANAGE = 1 << 5,
	CAN_AFFINITY = 1 << 6,   /* all of its threads to some of the host's processors */
	CAN_NODE = 1 << 7,       /* its memory to a node */
	CAN_FEATURE = 1 << 8,    /* one by one of the processor's */
	CAN_EXPRESS = 1 << 9,    /* its devices as conventional PCI or as PCI Express */
	CAN_HUGEPAGES = 1 << 10, /* of those that are set aside; Proxmox VE does that itself */
};

/* Sockets, dies in each, cores in each, threads in each; all 0: none is given. */
struct model_topology {
	unsigned int sockets, dies, cores, threads;
};

/* A set of the host's processors. */
struct model_cpus {
	uint64_t bits[MODEL_CPUS_MAX / 64];
};

struct model {
	enum model_hypervisor hypervisor;
	unsigned int can;           /* enum model_ability */
	char name[MODEL_NAME_SIZE]; /* as its hypervisor's command takes it */
	enum model_system system;
	bool accelerated; /* by KVM, so on the host's own processors */
	bool foreign;     /* it has processors of another architecture than x86 */
	enum model_chipset chipset;
	bool uefi;
	bool legacy_igd; /* an integrated card where its driver expects it: with an i440fx alone */

	struct model_device devices[REQUEST_DEVICES_MAX];
	size_t device_count;

	unsigned int vcpus;         /* 0: not known */
	char cpu[MODEL_VALUE_SIZE]; /* "host": the host's own; or what else */
	bool topoext, invtsc;
	struct model_topology topology;
	struct model_cpus pins[MODEL_VCPUS_MAX]; /* empty: not pinned */
	struct model_cpus emulator_pin, iothread_pin, affinity;
	unsigned int iothreads;
	bool iothread_ids;                   /* and the first of them is not number 1 */
	unsigned int disks[MODEL_DISKS_MAX]; /* those that could have an I/O thread and have none,
						as their hypervisor counts them */
	size_t disk_count;

	uint64_t memory_kib; /* 0: not known */
	bool hugepages;
	uint64_t hugepage_kib; /* of which size; 0: the machine's default; HUGEPAGE_UNKNOWN */
	bool may_run;          /* now: what is in use may be its own */
	int node;              /* that its memory is to come from; NODE_ANY, NODE_SEVERAL */
	bool node_strict;      /* and from no other */
	bool balloon;

	bool hyperv[HYPERV_COUNT];
	bool hidden;    /* that KVM is below it */
	bool vendor_id; /* another one than Microsoft's is shown */
	bool tsc;       /* it may rely on the processor's time stamp counter */
	bool hpet_off;

	bool video;          /* an emulated display */
	bool host_display;   /* it is drawn on the host's own desktop, or by its graphics */
	bool remote_display; /* it can be looked at from elsewhere (VNC, SPICE) */
	uint64_t shared_kib; /* memory for Looking Glass; 0: none */
};

static inline void model_cpus_add(struct model_cpus *cpus, unsigned int cpu) {
	if (cpu < MODEL_CPUS_MAX) {
		cpus->bits[cpu / 64] |= (uint64_t)1 << cpu % 64;
	}
}

static inline bool model_cpus_has(const struct model_cpus *cpus, unsigned int cpu) {
	return cpu < MODEL_CPUS_MAX && (cpus->bits[cpu / 64] >> cpu % 64 & 1);
}

bool model_cpus_equal(const struct model_cpus *a, const struct model_cpus *b);
bool model_cpus_empty(const struct model_cpus *cpus);

/* "2,8-11", with "^9" for one that is not (virBitmapParse); a taskset(1) list is one too. -EINVAL,
 * *ret is untouched then. */
int model_cpus_parse(const char *text, struct model_cpus *ret) MUST_CHECK;

#define MODEL_CPUS_TEXT_SIZE 256

/* And back, in ascending order: "2,8-11". Returns ret; empty if it does not fit. */
const char *model_cpus_format(const struct model_cpus *cpus, char ret[MODEL_CPUS_TEXT_SIZE]);

/* "relaxed", as libvirt and, behind "hv-", QEMU call it; of HYPERV_TIME, "time". */
const char *hyperv_name(enum hyperv hyperv);
