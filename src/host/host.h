/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "base/error.h"
#include "base/file.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What the machine is: a snapshot read below a root directory. Reads only, never writes. The real
 * machine and a captured one are read by the same code. Everything is in the order of addresses or
 * names, so that two snapshots of one machine are equal.
 */

#define DRIVER_SIZE 64  /* the kernel's longest driver name is far shorter */
#define MODULE_SIZE 64  /* MODULE_NAME_LEN is 56 on 64-bit machines */
#define LABEL_SIZE  128 /* a name in sysfs or of a unit that we keep */

#define BARS_SIZE 64 /* six sizes of four digits and a letter fit */

#define GROUP_NONE (-1)

/* What a device is, wherever it stands: for telling that another one took its address. */
struct identity {
	uint16_t vendor;
	uint16_t device;
	uint16_t subsystem_vendor;
	uint16_t subsystem_device;
	uint8_t revision;
	char serial[32]; /* PCIe Device Serial Number, "00-11-22-33-44-55-66-77"; empty: none, or
			    not readable (without root; while the device is in D3cold) */
};

/* One PCI function. */
struct device {
	struct address address;
	char name[ADDRESS_SIZE]; /* the address as the kernel writes it */
	struct identity identity;
	uint32_t class;                /* 24 bits: class, subclass, interface */
	uint8_t header_type;           /* 0 device, 1 bridge, 2 CardBus */
	char driver[DRIVER_SIZE];      /* empty: none */
	char module[MODULE_SIZE];      /* the module of that driver; empty: built in, or none */
	char override[DRIVER_SIZE];    /* driver_override; empty: none */
	bool in_flight;                /* somebody's bind or unbind is under way, and its driver
					  and override are not to be relied on: the kernel does
					  not answer for it, or a writer was found (flight.h) */
	bool is_on;                    /* switched on without having a driver: somebody's remove
					  has not come to its end, or does not switch off */
	bool maybe_in_flight;          /* it is switched on without a driver, and not everybody
					  who could be at it let us look */
	char vfio_driver[DRIVER_SIZE]; /* the VFIO driver that fits best, by modules.alias as
					  libvirt does; never empty */
	char vfio_module[MODULE_SIZE]; /* and its module */
	char modalias[LABEL_SIZE];
	int group;                      /* GROUP_NONE: no IOMMU */
	char reset_methods[LABEL_SIZE]; /* as the kernel lists them; empty: none of its own */
	bool boot_vga;
	bool has_vfio_device; /* vfio-dev/ is there: bound to some VFIO driver */
	bool is_virtual_function;
	struct address physical_function; /* of a virtual one: whose it is */
	uint32_t virtual_functions;       /* how many of its own are enabled */
	char bar_sizes[BARS_SIZE];        /* of its resizable BARs: "0=256M,2=2M"; empty: none */
	int numa_node;                    /* -1: none */
	char power_state[16];             /* D0, D3hot, ...; empty: not readable */
	char runtime_status[16]; /* "suspended": its driver lets it sleep; read of those alone
				    that are not in D0 */
	bool below_sleeper;      /* a bridge above it sleeps (asleep.h) */
	bool has_link;           /* the kernel knows the speed of its link: PCI Express */
	bool may_sleep;          /* power/control is "auto": it sleeps when it is idle, */
	bool may_lose_power;     /* and d3cold_allowed is 1: without power, where the machine
				    can do that; not read of others */
	struct names consumers;  /* PCI addresses of device links: what depends on this device */
	struct names suppliers;
};

#define CLASS_DISPLAY      0x03
#define CLASS_BRIDGE       0x06
#define CLASS_OTHER_BRIDGE 0x0680
#define VENDOR_NVIDIA      0x10de

/*
 * A bridge that buses hang on, or one into the chipset: a host or an ISA bridge. NVIDIA's NVSwitch
 * calls itself a bridge too, but no bus hangs on it, and guests get it along with its cards.
 */
static inline bool device_is_bridge(const struct device *device) {
	bool is_switch = device->identity.vendor == VENDOR_NVIDIA &&
			 device->class >> 8 == CLASS_OTHER_BRIDGE;

	return device->header_type != 0 || (device->class >> 16 == CLASS_BRIDGE && !is_switch);
}

enum connector_status {
	CONNECTOR_UNKNOWN,
	CONNECTOR_CONNECTED,
	CONNECTOR_DISCONNECTED
};

struct connector {
	char name[LABEL_SIZE]; /* without the card's number: "DP-1" */
	enum connector_status status;
};

/* One DRM device node of a PCI device's own driver (not simpledrm on a firmware framebuffer). Its
 * number is not stable: only the address of its device names it. */
struct drm_card {
	char name[32];    /* "card0" */
	char render[32];  /* "renderD128"; empty: none */
	bool initialised; /* udev has done its work on all of its nodes */
	bool seated;      /* and put it on a seat */
	bool framebuffer; /* it may have a console: there is an fb0 of its own, or no fb at all */
	struct address device;
	struct connector *connectors;
	size_t connector_count;
};

/* A virtual-terminal console driver (/sys/class/vtconsole). Named by what it says of itself. */
struct console {
	char directory[32];    /* "vtcon1": where it is now */
	char name[LABEL_SIZE]; /* "frame buffer device": without the "(M) " in front */
	bool bound;
};

/* What fbcon calls itself (contracts.md C3): the number of its vtcon changes, its name does not. */
#define CONSOLE_FRAME_BUFFER "frame buffer device"

/* A firmware framebuffer: a platform device whose name has "framebuffer" in it. */
struct framebuffer {
	char name[LABEL_SIZE];    /* "efi-framebuffer.0" */
	char driver[DRIVER_SIZE]; /* empty: none */
};

struct module {
	char name[MODULE_SIZE];
	char version[32];     /* of a module from outside the kernel's tree; empty: none */
	int64_t references;   /* -1: built in or not readable */
	struct names holders; /* modules that use it */
};

/* Who or what keeps a device busy; and what should be known before it goes (holder_keeps). */
enum holder_kind {
	HOLDER_PROCESS,
	HOLDER_MOUNT,
	HOLDER_SWAP,
	HOLDER_VOLUME,      /* a volume or an array that is active, with nothing above it */
	HOLDER_FILE_SYSTEM, /* one in use, but mounted nowhere that can be seen */
	HOLDER_EXPORT,      /* the kernel serves the disk to other machines */
	HOLDER_ROUTE,
	HOLDER_LOGIN,     /* a person's connection to this machine comes in through it */
	HOLDER_GUEST,     /* a guest's or a container's network goes out through it */
	HOLDER_REMOTE,    /* the way to a disk or a file system on another machine */
	HOLDER_INTERFACE, /* a network interface that is up, and no more than that */
	HOLDER_FSTAB,     /* a file system that is expected and not mounted now */
	HOLDER_CONSOLE,   /* the kernel draws a text console on it */
	HOLDER_CONSUMER,  /* a device in another slot, whose driver depends on this one's */
	HOLDER_MODULE     /* uses of its driver's module that nobody here explains */
};

/* How a process holds a device through a node. */
enum holder_way {
	WAY_OPEN,      /* it has the node open */
	WAY_MAPPED,    /* it has the node mapped, and may have closed it since */
	WAY_BUFFER,    /* it has a buffer of the device (dma-buf), of which the node tells */
	WAY_DIRECTORY, /* its root or working directory is on the file system that the node has */
	WAY_FILE,      /* it has a file of that file system open or mapped */
};

/* What a process is. */
struct who {
	int pid;
	uint64_t start;             /* in clock ticks since boot: tells it from a later process with
				       that pid; 0: not known */
	uint32_t uid;               /* its real user */
	char user[32];              /* that user's name, or the number; empty: not known */
	char comm[LABEL_SIZE];      /* empty: not known */
	char unit[LABEL_SIZE];      /* the system unit, or session-N.scope, that it runs in; empty:
				       none */
	char user_unit[LABEL_SIZE]; /* of a unit "user@UID.service", the one within that user's
				       own manager: "pipewire.service"; empty: none */
	char container[LABEL_SIZE]; /* "docker:0123456789ab", "proxmox:101" (container.h); empty:
				       none that is known */
	char guest[LABEL_SIZE];     /* of a QEMU, what its guest is called; empty: it is none, or
				       does not say */
};

struct holder {
	enum holder_kind kind;
	struct address device;
	enum holder_way way;    /* processes only */
	struct who who;         /* the process, or whose mount or connection it is; no pid: nobody's
				   alone */
	char name[LABEL_SIZE];  /* comm; mount point; swap device; volume; interface; tap; server
				   or what is mounted from it; console; module */
	char node[LABEL_SIZE];  /* "dri/card0", "vfio/14", "nvme0n1p2", "eno1": through what it
				   holds the device */
	char type[DRIVER_SIZE]; /* of volumes, file systems, exports and what is remote: "LVM",
				   "ext4", "nvmet", "nfs4"; a consumer's driver */
	bool root;              /* HOLDER_MOUNT: the root file system is behind it */
	bool own;               /* HOLDER_LOGIN: whoever asks came in by it */
};

#define STUCK_FRAMES  6
#define FUNCTION_SIZE 48

/* A task that does not come back from the kernel, and what it waits in there. */
struct stuck {
	int pid;                                  /* of its process; 0: it is not known who */
	char command[32];                         /* comm */
	char frames[STUCK_FRAMES][FUNCTION_SIZE]; /* the kernel's functions, the innermost first;
						     without root at most that one */
	size_t frame_count;
	struct holder holder; /* who keeps open what has gone with the device already, as far as
				 that is what it waits for; no pid: nobody */
};

/* A bind or unbind that does not come back. */
struct flight {
	struct address device;
	struct stuck stuck;
};

/*
 * A network connection of NetworkManager's that depends on a session which ends with the display
 * manager.
 */
struct profile {
	char name[64];      /* as nmcli calls it */
	char interface[32]; /* "wlp3s0" */
	char user[32]; /* whose it is; empty: everybody's, and only its secret is with a session */
	bool own;      /* whoever asks came in by it */
};

/* The unit behind the alias display-manager.service, and what ends when it is stopped. */
struct display_manager {
	char unit[LABEL_SIZE]; /* "lightdm.service"; empty: none is configured */
	struct names units;    /* it, "session-N.scope" of the sessions that it runs, and
				  "user@UID.service" of those who have no other session */
	struct names desktops; /* "user@UID.service" of those who have: their desktop ends, their
				  other processes (the sound server) do not */
	struct names users;    /* names of those who have no session left when it is stopped */
};

struct host {
	char kernel[LABEL_SIZE]; /* release: "6.1.0-28-amd64" */
	char boot_id[40];
	bool iommu;            /* /sys/class/iommu has an entry and devices have groups */
	bool vfio;             /* this kernel has a VFIO driver: in it, loaded, or to be loaded */
	bool vfio_lacks_type1; /* VFIO is loaded without vfio_iommu_type1, which is to be had: no
				  guest can use a device before that is loaded too */
	bool udev;             /* it runs, and so its word counts */
	bool logind;           /* the same */
	struct device *devices;
	size_t device_count;
	struct drm_card *cards;
	size_t card_count;
	struct console *consoles;
	size_t console_count;
	struct framebuffer *framebuffers;
	size_t framebuffer_count;
	struct module *modules;
	size_t module_count;
	struct flight *flights; /* of devices in flight, those of which root can find out more */
	size_t flight_count;
	struct holder *holders; /* by host_read_holders */
	size_t holder_count;
	size_t hidden_processes;  /* those that it might not look into: it was not root */
	struct profile *profiles; /* by host_read_holders */
	size_t profile_count;
	struct display_manager display_manager;
};

/*
 * Reads the machine below the directory fd root. What a person without root may not read is left
 * empty. Fails only if there is no /sys/bus/pci or memory or processes run out; *ret is untouched
 * then. Does not look for holders: that takes as long as the machine has processes.
 */
int host_read(int root, struct host *ret, struct error *error) MUST_CHECK;

/*
 * Adds who and what keeps the devices busy, and what the display manager runs (contracts.md C4).
 * Left out are those that lose nothing or are told in time when a device goes: readers of input
 * devices, and of character devices behind USB. Called again, it looks again.
 */
int host_read_holders(int root, struct host *host, struct error *error) MUST_CHECK;
void host_free(struct host *host);

#define AUTO_HOST CLEANUP(host_free)

/* NULL if there is none. */
const struct device *host_device(const struct host *host, struct address address);
const struct module *host_module(const struct host *host, const char *name);
const struct drm_card *host_card(const struct host *host, struct address device);
const struct flight *host_flight(const struct host *host, struct address device);

/* What that process, or that thread of one, waits in. Never waits itself: a child reads it. -ESRCH:
 * there is none; -ENOMEM, -EAGAIN. */
int stuck_read(int root, int pid, struct stuck *ret) MUST_CHECK;

/*
 * Is a device that is on its host driver of use to the host, and not only bound: does it have
 * power, and are its DRM nodes what udev and logind make of them? shown: and does a console or a
 * display manager show something on it (host_read_holders)? -ENODEV and what is wrong with "it".
 */
int host_check_usable(const struct host *host, const struct device *device, bool shown,
	struct error *error) MUST_CHECK;

/* Is the kernel at least MAJOR.MINOR? */
bool host_kernel_at_least(const struct host *host, unsigned int major, unsigned int minor);

/*
 * Does a process of the display manager hold the device: is the holder in its unit, or in a login
 * session whose leader descends from it (gdm's and sddm's way)?
 */
bool host_display_manager_holds(const struct host *host, struct address device);

/*
 * Does the host lose something that it uses when the device goes, or does the driver not let go?
 * False: it is only worth knowing.
 */
bool holder_keeps(const struct holder *holder);

/* Is the holder part of what the display manager runs, so that stopping it ends the holder? */
bool holder_of_display_manager(const struct host *host, const struct holder *holder);

/* Does it hold the device for whoever draws on a seat, and let go when that one does (logind)? */
bool holder_is_seat_manager(const struct holder *holder);

/*
 * Does that process end with the display manager: is it in the unit, in a login session that it
 * runs, or in the desktop of one? -errno if that cannot be read.
 */
int host_ends_with_display_manager(int root, int pid, bool *ret) MUST_CHECK;

/* Is b what a was? A serial that could not be read on either side says nothing. */
bool identity_same(const struct identity *a, const struct identity *b);

/*
 * The module that udev would load for the device: by modules.alias and modules.builtin.modinfo
 * below root, without those that modprobe.d or the command line blacklist. Of several, one that is
 * loaded; of those, the one that fits best. -ENOENT if none.
 */
int host_natural_module(int root, const struct host *host, const struct device *device, char *ret,
	size_t size) MUST_CHECK;

/*
 * The PCI driver that a module brings ("xhci_pci" brings "xhci_hcd"): exactly as sysfs says if the
 * module is there, and as well as one can know before (-ENOENT is not returned) if it is not.
 */
int host_module_driver(int root, const char *module, char *ret, size_t size) MUST_CHECK;

/* And the module that brings a driver, as well as one can know; of one that is built in, its name.
 */
int host_driver_module(int root, const char *driver, char *ret, size_t size) MUST_CHECK;

/*
 * Is that driver there, in the kernel or as a module, and does it take the device? 0; -ENODEV: it
 * takes others; -ENOENT: it is not there. One that is registered, but of whose devices the kernel's
 * tables say nothing, is believed to.
 */
int host_driver_fits(int root, const struct host *host, const struct device *device,
	const char *driver) MUST_CHECK;
