/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "report/listing.h"

/*
 * What is shown in one box, on a terminal and on a page: an IOMMU group; or, of a card whose
 * functions are in groups of their own, these groups together. Rooms with a picture come first.
 */
struct room {
	const struct device **devices; /* by group and address; within rooms.devices */
	size_t device_count;
	struct names groups; /* "14"; none: the devices are in no group */
	bool has_picture;
	bool is_quiet; /* nothing that people hand over: bridges, and what belongs to the chipset */
};

struct rooms {
	struct room *rooms;
	size_t count;
	const struct device **devices;
};

/* -ENOMEM */
int rooms_make(const struct listing *listing, struct rooms *ret) MUST_CHECK;
void rooms_free(struct rooms *rooms);

#define AUTO_ROOMS CLEANUP(rooms_free)

/* "Group 14", "Groups 20, 21 and 22", "In no group". -ENOMEM. */
int room_title(const struct room *room, struct text *ret) MUST_CHECK;

/* Is it the first device of its card that is shown here? Then *ret is the verdict on the card. */
bool room_begins_card(const struct listing *listing, const struct room *room, size_t index,
	const struct verdict **ret);

/* Is this told of at the card? What the whole machine lacks is told once at its top, what stands in
 * the way elsewhere is told there, and the same of several functions once. */
bool room_tells_refusal(const struct listing *listing, const struct verdict *verdict, size_t index);
bool room_tells_warning(const struct listing *listing, const struct verdict *verdict,
	const struct warning *warning);
