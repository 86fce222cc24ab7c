/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "request/policy.h"
#include "request/request.h"
#include "request/selection.h"

#include <stddef.h>

/*
 * /etc/baton/baton.conf, drop-ins baton.conf.d/NAME.conf in the order of their names, and for one
 * guest guests/NAME.conf: each may set what an earlier one has set, cards excepted.
 *
 * INI as systemd users know it: [section], key = value, lines that begin with # or ; are comments.
 *
 *     [card NAME]              a name for a card. Letters, digits, '.', '_' and '-', at most 63, a
 *                              letter or a digit first. A name is given once in all files.
 *     address = 0000:01:00     where it is: addresses and slots, several in a line or in several
 *                              lines; a slot means all of its functions. Required. At most 16.
 *     id = 10de:2484           vendor and device of the first function: something else standing
 *                              there is then noticed. Default: not checked.
 *     return-driver = nvidia nouveau
 *                              the driver to return to where none was recorded: the first of at
 *                              most 8 that is there and takes the device. Default: the natural one.
 *     reset-method = flr       how the kernel is to reset the first function while a guest has it:
 *                              one or several of its methods. Default: as they are.
 *     bar-size = 2=8M          BARs of the first function, and of what size a guest finds them.
 *
 *     [guest]                  in guests/NAME.conf alone
 *     unit = NAME.service      the unit that runs the guest qemu:NAME by `baton run --guest NAME`.
 *
 *     [policy]
 *     losses = allow           allow or refuse: may a hand-over do what cannot be turned round (end
 *                              login sessions, lose a firmware framebuffer)? Default: allow.
 *
 *     backups = refuse         allow or refuse: may Proxmox take the devices from the host to
 *                              start a guest that is off for its backup? Default: refuse.
 *     holders = stop-services  refuse, stop-services or terminate: what may be done to those who
 *                              hold a device that is to go? Default: stop-services.
 *     services = ollama.service ...
 *                              units (of the system, or of a user's own manager) that may be
 *                              stopped besides those that baton knows, and are started again on
 *                              the way home. At most 16.
 *     programs = ollama ...    with holders = terminate: whom alone that is for. Default: all. At
 *                              most 16.
 *
 *     accept = amd-reset-vega  known problems (docs/HARDWARE.md) that this person has read about:
 *                              what would be refused becomes a warning, and what would be a
 *                              warning is not told. At most 16; ids that mean nothing here mean
 *                              nothing, because rows come and go with releases. Default: none.
 *
 *     virtual-functions = refuse
 *                              remove or refuse: what becomes of the virtual functions of a device
 *                              that is handed over itself. Default: refuse.
 *
 *     [timeouts]               in seconds, 1 to 3600
 *     device = 60              how long a driver may take to let go of a device or to take it.
 *     service = 120            how long a unit may take to stop or to start.
 *     process = 10             how long a program that is to end may take before it is killed.
 *     lock = 180               how long to wait for another hand-over to end.
 *     home = 10                for how long to watch that what has come home stays; 0: not at all.
 */

#define CARDS_MAX               64
#define CARD_SELECTIONS_MAX     16
#define RETURN_DRIVERS_MAX      8
#define CARD_FILE_SIZE          320                /* the directory and the longest name in it */
#define CONFIGURATION_FILE_MAX  ((size_t)64 << 10) /* bytes in one file */
#define DROP_INS_MAX            64
#define CONFIGURATION_UNIT_SIZE 256 /* systemd's limit (UNIT_NAME_MAX), and a zero */

/* A card that the configuration names. */
struct card_name {
	char name[64];
	char file[CARD_FILE_SIZE];                        /* where it stands */
	struct selection selections[CARD_SELECTIONS_MAX]; /* address = */
	size_t selection_count;
	char id[16]; /* "10de:2484"; empty: not checked */
	char return_drivers[RETURN_DRIVERS_MAX][REQUEST_DRIVER_SIZE]; /* the best first */
	size_t return_driver_count;                                   /* 0: the natural one */
	char reset_method[PREFERENCE_TEXT_SIZE];
	char bar_sizes[PREFERENCE_TEXT_SIZE];
};

struct configuration {
	struct card_name cards[CARDS_MAX];
	size_t card_count;
	char unit[CONFIGURATION_UNIT_SIZE]; /* [guest] unit; empty: none */
	struct policy policy;
	unsigned int writer_timeout_s; /* [timeouts] device */
	unsigned int service_timeout_s;
	unsigned int process_timeout_s; /* [timeouts] process */
	unsigned int lock_timeout_s;
	unsigned int home_watch_s; /* [timeouts] home; 0: none */
};

/* What holds without any file. */
void configuration_init(struct configuration *ret);

/*
 * On the real machine, files or directories that belong to somebody else than root, or that others
 * can write, are refused. A captured machine belongs to whoever looks at it.
 */
enum configuration_owner {
	CONFIGURATION_OWNER_ROOT,
	CONFIGURATION_OWNER_ANY
};

/*
 * Reads the files below root. guest_name is the name for people ("win11") or NULL; a name that
 * cannot be a file's (with a '/' in it) has no file. A key that does not exist or a value out of
 * range is -EINVAL with "FILE:LINE: ...", files of wrong owner are -EPERM, too large ones -EFBIG,
 * too many -E2BIG. No file at all: the defaults. *ret is untouched on failure.
 */
int configuration_read(int root, enum configuration_owner owner, const char *guest_name,
	struct configuration *ret, struct error *error) MUST_CHECK;

/* The same, of guests/NAME.conf alone: what is wrong elsewhere does not matter. */
int configuration_read_guest(int root, enum configuration_owner owner, const char *guest_name,
	struct configuration *ret, struct error *error) MUST_CHECK;

/*
 * Parses one file's text, which needs no zero at its end; name is for messages. Adds to
 * *configuration, which is untouched on failure.
 */
int configuration_parse(const char *name, const char *data, size_t length,
	struct configuration *configuration, struct error *error) MUST_CHECK;

/* NULL if no card is named so. */
const struct card_name *configuration_card(
	const struct configuration *configuration, const char *name);
