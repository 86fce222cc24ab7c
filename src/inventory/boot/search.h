/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/remain.h"

/* A search for remains: for the files that it is made of. */
struct search {
	int root;
	const struct host *host;
	const struct boot *boot;
	const struct remains_wanted *wanted;
	struct candidates candidates;
	struct remains *remains;
	const struct device *other; /* one that is not wanted and is given to VFIO, too */
	bool untold;                /* something stays by hand that may give others to VFIO */
};

/* Whom something concerns: a wanted device; another one, or NULL. */
struct concern {
	bool wanted;
	const struct device *other;
};

struct concern concern_id(struct search *search, const char *id);
struct concern concern_ids(struct search *search, const char *list); /* of all of them */
struct concern concern_module(struct search *search, const char *module);
bool search_wants(const struct search *search, const struct device *device);

/*
 * Is this for us, and does it go? Says of one that stays whom it concerns, too. `remain` is what is
 * added.
 */
void search_add(struct search *search, const struct remain *remain, struct concern concern);

/* The same of what may be for any device: only if all are wanted does it go. */
void search_add_untold(struct search *search, const struct remain *remain);

/*
 * The ids of a list in `remain`, one by one; those that go become its parts. Those that are given
 * to others are noted.
 */
void search_add_ids(struct search *search, struct remain *remain, const char *list);

/*
 * Does this line keep a module from a wanted device that has no other driver, or from all devices
 * that need it, or has it parameters with which it is of no use? NVIDIA's own driver keeps nouveau
 * away, and that is as it should be.
 */
struct concern search_blocked(struct search *search, const struct boot_line *line);

/* Each source. */
void search_words(struct search *search);
void search_lines(struct search *search);
void search_rules(struct search *search);
void search_files(struct search *search);

/* Is it a file that an administrator may change, or one of a distribution's or of this run only? */
bool search_is_configuration(const char *path);

/* Leaves to a person what is there, or a link to elsewhere, or a program's that keeps it. */
void search_judge_place(struct search *search, struct remain *added);

/* Is it vfio-pci or pci-stub? Does a text name one of them, or what belongs to it? */
bool search_is_vfios(const char *driver);
bool search_names_vfio(const char *text);
