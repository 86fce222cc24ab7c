/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* What a guest wants. Made from a domain XML, a configuration or a command line; bad input gives
 * -EINVAL and a sentence, and *ret untouched. */

#define GUEST_SIZE          96  /* "libvirt:" and a UUID; also the journal's file name */
#define TITLE_SIZE          256 /* the name for people: "libvirt:win11" */
#define REQUEST_DEVICES_MAX 64

struct request_device {
	struct address address;
	char driver[64]; /* the VFIO driver that the guest's definition names (<driver model=>);
			    empty: best */
};

/* May the plan do what cannot be turned round? */
enum consent {
	CONSENT_ALLOW,
	CONSENT_REFUSE
};

struct policy {
	enum consent losses; /* end login sessions, lose a firmware framebuffer; default: allow */
};

struct request {
	char guest[GUEST_SIZE]; /* the key: "libvirt:UUID", "hand" */
	char title[TITLE_SIZE];
	struct request_device devices[REQUEST_DEVICES_MAX];
	size_t device_count;
	bool later; /* a device whose address is not known yet is wanted too (a pool's virtual
		       function) */
	struct policy policy;
};

/* Adds a device once; -E2BIG above the limit. driver may be NULL. */
int request_add(struct request *request, struct address address, const char *driver,
	struct error *error) MUST_CHECK;

/*
 * A card that baton.conf names: [card NAME]. Found by address, and checked by the identity that is
 * written beside it.
 */
#define CARDS_MAX          64
#define CARD_FUNCTIONS_MAX 16

struct card_name {
	char name[64];
	struct address addresses[CARD_FUNCTIONS_MAX]; /* address = lines; a slot without function
							 means the whole card */
	bool whole_slot[CARD_FUNCTIONS_MAX];
	size_t address_count;
	char id[16];            /* "10de:2484", of the first function; empty: not checked */
	char return_driver[64]; /* used where no driver was recorded; empty: the natural one */
};

struct configuration {
	struct card_name cards[CARDS_MAX];
	size_t card_count;
	struct policy policy;           /* [policy] */
	unsigned int writer_timeout_s;  /* [timeouts] device: how long a driver may take; 1-3600 */
	unsigned int service_timeout_s; /* [timeouts] service; 1-3600 */
	unsigned int lock_timeout_s;    /* [timeouts] lock; 1-3600 */
};

/*
 * Reads /etc/baton/baton.conf, then baton.conf.d/ *.conf in order of name, then guests/NAME.conf if
 * guest_name is given, below root. A key that does not exist or a value out of range is -EINVAL
 * with "FILE:LINE: ..."; a file that others than root can write is -EPERM. No file at all: the
 * defaults.
 */
int configuration_read(int root, const char *guest_name, struct configuration *ret,
	struct error *error) MUST_CHECK;

/* Parses one file's text; name is for messages. Adds to *configuration. */
int configuration_parse(const char *name, const char *data, size_t length,
	struct configuration *configuration, struct error *error) MUST_CHECK;

/*
 * The domain XML that libvirt gives its hooks. Fills guest ("libvirt:UUID"), title
 * ("libvirt:NAME") and every PCI device that a start detaches (contracts.md B4).
 */
int domain_xml_parse(const char *data, size_t length, struct request *ret, struct error *error)
	MUST_CHECK;

/* One word of a command line: an address, a slot ("0000:01:00") or a card's name. Slots and cards
 * give a prefix; the plan takes every function that is there. */
struct selection {
	struct address address;
	bool whole_slot;
};

#define SELECTIONS_MAX 64

int selection_parse(const char *word, const struct configuration *configuration,
	struct selection *ret, size_t size, size_t *ret_count, struct error *error) MUST_CHECK;
