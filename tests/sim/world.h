/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"
#include "plan/step.h"
#include "request/request.h"
#include "run/ops.h"

/*
 * The simulated machine: PCI devices, drivers, modules, consoles, services, processes and files,
 * with the rules of the Linux kernel that a hand-over meets (contracts.md C1, C2, C3 and C5). Plain
 * values without pointers, so that it can be copied. It knows nothing
 * of baton: what is asked of it here, a person could do with a shell.
 *
 * A subject is named by its index in the arrays; -1 is none.
 */

#define WORLD_DEVICES      6
#define WORLD_DRIVERS      8
#define WORLD_IDS          3
#define WORLD_MODULES      12
#define WORLD_FRAMEBUFFERS 2
#define WORLD_SERVICES     4
#define WORLD_PROCESSES    24
#define WORLD_JOURNALS     4
#define WORLD_JOURNAL_SIZE 32768
#define WORLD_NAME_SIZE    40
#define WORLD_GUESTS       4
#define WORLD_SETTING_SIZE 64
#define WORLD_OOPSES       64

struct world_id {
	uint16_t vendor;
	uint16_t device;
};

struct world_driver {
	char name[WORLD_NAME_SIZE];
	char module[WORLD_NAME_SIZE]; /* empty: built in */
	struct world_id ids[WORLD_IDS];
	size_t id_count;
	struct world_id dynamic[WORLD_IDS]; /* by new_id */
	size_t dynamic_count;
	unsigned int order; /* of registration; 0: its module is not loaded */
	bool vfio;          /* its table is override-only */
	bool graphics;      /* gives a bound device a DRM node and a framebuffer console */
	char graphics_module[WORLD_NAME_SIZE]; /* which must be loaded for that; empty: none */
	bool waits_for_users; /* unbinding does not end while somebody uses the device */
	bool client_lets_go;  /* ... but not for the graphics module */
	bool forgets_users;   /* while it waits nobody finds the device: it never ends */
	bool refuses;         /* its probe fails */
	bool lets_sleep;      /* a device that it has may sleep, until it gives it up */
	bool makes_functions; /* it can be told to make virtual ones */
	bool hangs_resized;   /* its probe never ends with BARs of other sizes than at boot */
};

/* What a device is told besides its driver. */
struct world_settings {
	bool may_sleep;      /* power/control */
	bool may_lose_power; /* d3cold_allowed */
	char resets[WORLD_SETTING_SIZE];
	char bars[WORLD_SETTING_SIZE]; /* empty: none is resizable */
	unsigned int functions;        /* virtual ones */
};

struct world_device {
	bool present;
	char name[ADDRESS_SIZE];
	struct identity identity;
	uint32_t class;
	int group;
	bool bridge;
	bool boot_vga;
	char physical[ADDRESS_SIZE]; /* of a virtual function: whose it is; empty: it is none */
	struct world_settings settings;
	char bars_at_boot[WORLD_SETTING_SIZE];
	bool falls_asleep; /* for good, if VFIO lets it sleep */
	int driver;        /* that has probed it */
	int link;          /* what the driver link says: it runs ahead of the driver */
	char override[WORLD_NAME_SIZE];
	char vfio_driver[WORLD_NAME_SIZE]; /* the best one; empty: vfio-pci */
	unsigned int generation;           /* of its node: grows with every probe */
	bool foreign;                      /* a stranger has set the override */
	bool foreign_seen;                 /* and baton has read it since */
	bool replaced;                     /* by another one, after a journal was begun for it */
	unsigned int touches;              /* changes that baton has made to it since */
};

struct world_module {
	char name[WORLD_NAME_SIZE];
	bool loaded;
	char needs[WORLD_NAME_SIZE]; /* the module that it uses; empty: none */
	char version[WORLD_NAME_SIZE];
	bool vfio; /* not part of "as before" */
};

/* A firmware framebuffer: once gone, it never comes back. */
struct world_framebuffer {
	bool present;
	char name[WORLD_NAME_SIZE];
	char driver[WORLD_NAME_SIZE]; /* its only driver */
	bool bound;
	int device; /* whose memory it shows */
};

struct world_service {
	char name[WORLD_NAME_SIZE];
	bool up;
	bool display_manager;
	int holds; /* the device that its process has open whenever it can; -1: none */
};

enum world_kind {
	PROCESS_NONE,
	PROCESS_BATON,
	PROCESS_WRITER,
	PROCESS_DAEMON,
	PROCESS_HYPERVISOR,
	PROCESS_SESSION,  /* of the display manager */
	PROCESS_STRANGER, /* somebody else's program */
	PROCESS_SERVICE,  /* of a service */
	PROCESS_PROGRAM,  /* of a user, and has a device open from the beginning */
};

enum world_writing {
	WRITING_NOT_YET, /* waits for commit */
	WRITING_STUCK,   /* in the kernel: cannot be killed */
};

struct world_process {
	enum world_kind kind;
	struct process id;
	struct process parent; /* writers */
	struct step step;      /* writers */
	enum world_writing writing;
	int service;  /* of a service's process: which */
	bool natural; /* a stuck writer: goes on by itself when the device has no more users */
	char guest[GUEST_SIZE]; /* hypervisors */
	bool opens[WORLD_DEVICES];
	unsigned int generation[WORLD_DEVICES]; /* of the node that it opened */
	unsigned int since[WORLD_DEVICES];      /* how many changes there had been then */
	int through[WORLD_DEVICES];             /* the driver that it pins so */
};

struct world_journal {
	bool present;
	char guest[GUEST_SIZE];
	size_t reserved;
	size_t length;
	char data[WORLD_JOURNAL_SIZE];
};

struct world_guest {
	char guest[GUEST_SIZE];
	enum guest_state state; /* as far as the daemon goes: RUNNING only if its process lives */
	bool guarded;           /* a guard was started for it */
};

struct world {
	char kernel[WORLD_NAME_SIZE];
	unsigned int version; /* 601 for 6.1 */
	struct world_device devices[WORLD_DEVICES];
	size_t device_count;
	struct world_driver drivers[WORLD_DRIVERS];
	size_t driver_count;
	unsigned int registrations;
	struct world_module modules[WORLD_MODULES];
	size_t module_count;
	struct world_framebuffer framebuffers[WORLD_FRAMEBUFFERS];
	size_t framebuffer_count;
	bool console;       /* "frame buffer device" exists */
	bool console_bound; /* and shows the terminals */
	struct world_service services[WORLD_SERVICES];
	size_t service_count;
	struct world_process processes[WORLD_PROCESSES];
	unsigned int forks;
	uint64_t clock_us;
	unsigned int changes;  /* that baton has made */
	unsigned int bindings; /* how often a device has got a driver or lost one */
	struct process lock;   /* none: free */
	size_t disk_free;      /* bytes beyond what is reserved */
	struct world_guest guests[WORLD_GUESTS];
	bool may_end;          /* programs may be ended: whoever asks for a device has allowed it */
	bool framebuffer_lost; /* vfio-pci has removed one */
	unsigned int oopses;   /* of the kernel */
	unsigned int told_oopses; /* that baton must know of: its own writer died, or it has asked
				     since */
	struct step oopsed[WORLD_OOPSES]; /* what was being changed then: locked for ever */
	char violation[256];              /* the first thing that must never be done; empty: none */
	struct world_journal journals[WORLD_JOURNALS];
};

/* Copies only as much of the journals as is written. */
void world_copy(struct world *to, const struct world *from);

/* Building one. The driver of a new device is the one that a boot would give it. */
void world_init(struct world *world, const char *kernel, unsigned int version);
int world_add_module(struct world *world, const char *name, const char *needs);
struct world_driver *world_add_driver(struct world *world, const char *name, const char *module);
void world_add_id(struct world_driver *driver, uint16_t vendor, uint16_t device);
struct world_device *world_add_device(struct world *world, const char *name, uint32_t class,
	uint16_t vendor, uint16_t device, int group);
/* The last device added is a virtual function of that one. */
void world_add_function_of(struct world *world, const char *physical);
void world_add_framebuffer(
	struct world *world, const char *name, const char *driver, const char *device);
void world_add_service(struct world *world, const char *name, bool display_manager, bool up);
/* The last service added has that device open whenever it runs and there is a driver that is not
 * VFIO's. One of a user's own manager is called UID/UNIT. */
void world_serve(struct world *world, const char *device);
/* After the boot. */
void world_add_program(struct world *world, const char *device);
void world_boot(
	struct world *world); /* loaded modules' drivers probe, services that are up start */

/* How its settings are written. */
void world_get_setting(const struct world_settings *settings, enum fact fact, char ret[VALUE_SIZE]);

/* Looking. -1: there is none. */
int world_find_device(const struct world *world, const char *name);
int world_find_driver(const struct world *world, const char *name);
int world_find_module(const struct world *world, const char *name);
int world_find_service(const struct world *world, const char *name);
int world_find_framebuffer(const struct world *world, const char *name);
bool world_has_node(const struct world *world, int device); /* of DRM */
bool world_in_use(const struct world *world, int device);   /* does somebody have it open? */
size_t world_module_users(const struct world *world, int module);
void world_violate(struct world *world, const char *format, ...) PRINTF(2, 3);

/* What a step's fact is now: 0, -ENODEV. */
int world_get(const struct world *world, enum fact fact, const char *subject, char ret[VALUE_SIZE]);

/* sysfs, as a shell would write to it. 0 or -errno as the kernel gives it; -EINPROGRESS: it blocks,
 * and goes on by itself once nobody uses the device. */
int world_bind(struct world *world, const char *driver, const char *device);
int world_unbind(struct world *world, const char *driver, const char *device);
int world_probe(struct world *world, const char *device); /* drivers_probe */
int world_override(struct world *world, const char *device, const char *value);
int world_new_id(struct world *world, const char *driver, uint16_t vendor, uint16_t device);
int world_remove_id(struct world *world, const char *driver, uint16_t vendor, uint16_t device);
int world_modprobe(struct world *world, const char *module);
int world_rmmod(struct world *world, const char *module);
int world_console(struct world *world, const char *name, bool bound);
int world_framebuffer(struct world *world, const char *name, bool bound);
/* What a device is told besides its driver. */
int world_setting(struct world *world, enum fact fact, const char *device, const char *value);
/* Makes and removes virtual functions: as many as the device has, and it itself is there. */
void world_settle_functions(struct world *world, const struct world_device *physical);
/* patient: waits for something to show a login screen on, and fails if it never comes. */
int world_service(struct world *world, const char *name, bool up, bool patient);

/* Halves of what blocks. */
void world_unbind_finish(struct world *world, int device);
int world_bind_finish(struct world *world, int device, int driver);
void world_settle(struct world *world); /* after any change: what follows from it by itself */

/* Processes. */
struct world_process *world_fork(struct world *world, enum world_kind kind);
struct world_process *world_process(struct world *world, struct process id); /* NULL: gone */
void world_end(struct world *world, struct world_process *process);
void world_open(struct world *world, struct world_process *process, int device);
void world_close(struct world *world, int device); /* everybody closes it */
bool world_same_process(struct process a, struct process b);
const char *world_process_name(const struct world_process *process);
/* What FACT_PROCESS calls it. */
void world_process_subject(const struct world_process *process, char ret[SUBJECT_SIZE]);
struct world_process *world_process_of(struct world *world, const char *subject);
/* SIGTERM, and more if need be. */
int world_terminate(struct world *world, const char *subject);

/* Writers: children that make one change each. */
struct world_process *world_writer(
	struct world *world, struct process parent, const struct step *step);
int world_apply(struct world *world, const struct step *step, bool home);
/* Lets a writer get stuck in the middle of its change. */
void world_stick(struct world *world, struct world_process *writer);
/* Lets what is stuck go on and end. */
void world_unstick(struct world *world);
/* Lets it die there. */
void world_perish(struct world *world);
/* An oops in a change: the fact stays as it is until the machine boots again. */
void world_oops(struct world *world, const struct step *step);
/* Was there one in a change of the same subject? */
bool world_oopsed_at(const struct world *world, const struct step *step);
struct world_process *world_stuck_at(struct world *world, const char *subject);
/* The process is killed: its lock is free, its writers that were not let go are gone. */
void world_kill(struct world *world, struct process id);

/* Guests. */
struct world_guest *world_guest(struct world *world, const char *guest);
int world_guest_start(struct world *world, const char *guest, const char *const *devices,
	size_t count, char reason[256]);
void world_guest_stop(struct world *world, const char *guest);

/* Journals: files. */
struct world_journal *world_journal(struct world *world, const char *guest);

/* The snapshot that reading this machine would give. The caller frees it. */
int world_host(const struct world *world, struct host *ret) MUST_CHECK;

/*
 * "As before": a written list of facts, made without baton's own code. Writes what differs into
 * ret. Not compared, by name: VFIO's modules, the order of registration, dynamic ids, numbers of
 * nodes, what a session contained, and the exceptions.
 */
#define WORLD_DIFFERENCES 32
#define WORLD_EXCEPTIONS  96

struct difference {
	char what[16]; /* a fact's name, or "in-flight", "node", "screen", "journal", "lock" */
	char subject[SUBJECT_SIZE];
	char before[VALUE_SIZE];
	char now[VALUE_SIZE];
};

struct differences {
	struct difference list[WORLD_DIFFERENCES];
	size_t count;
};

/* What is not ours to put back: named losses, and what a stranger has done. */
struct exceptions {
	char what[WORLD_EXCEPTIONS][16];
	char subject[WORLD_EXCEPTIONS][SUBJECT_SIZE];
	size_t count;
};

void exceptions_add(struct exceptions *exceptions, const char *what, const char *subject);

/* Programs are lost if somebody has allowed that. */
void exceptions_add_programs(struct exceptions *exceptions, const struct world *before);

void world_compare(const struct world *before, const struct world *now,
	const struct exceptions *exceptions, struct differences *ret);

/* Prints them for a person. */
void differences_print(const struct differences *differences);
