// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASS_NETWORK 0x02

/* Which group leads the room that each device is in: that of the card's first function. */
struct place {
	const struct device *device;
	int leader;
	unsigned int rank; /* rooms with a picture first, quiet ones last */
};

/* Classes, and classes with subclasses, that a chipset has many of and nobody hands over. */
static bool is_quiet(const struct device *device) {
	static const uint8_t classes[] = {0x00, 0x05, 0x06, 0x07, 0x08, 0x0b, 0x11, 0x13, 0xff};
	static const uint16_t subclasses[] = {0x0c05, 0x0c80, 0x1080};

	for (size_t i = 0; i < COUNT(classes); i++) {
		if (device->class >> 16 == classes[i]) {
			return true;
		}
	}
	for (size_t i = 0; i < COUNT(subclasses); i++) {
		if (device->class >> 8 == subclasses[i]) {
			return true;
		}
	}
	return device_is_bridge(device);
}

static int find_leader(const struct listing *listing, const struct device *device) {
	const struct verdict *verdict = verdict_of(listing->verdicts, device->address);
	const struct device *first =
		verdict ? host_device(listing->host, verdict->devices[0]) : NULL;

	return first && first->group != GROUP_NONE && device->group != GROUP_NONE ? first->group
										  : device->group;
}

/* Those without a group (-1) come last. */
static int compare(const void *a, const void *b) {
	const struct place *x = a, *y = b;

	if (x->rank != y->rank) {
		return x->rank < y->rank ? -1 : 1;
	}
	if (x->leader != y->leader) {
		return (unsigned int)x->leader < (unsigned int)y->leader ? -1 : 1;
	}
	if (x->device->group != y->device->group) {
		return x->device->group < y->device->group ? -1 : 1;
	}
	return address_compare(x->device->address, y->device->address);
}

static int compare_groups(const void *a, const void *b) {
	int x = ((const struct place *)a)->device->group,
	    y = ((const struct place *)b)->device->group;

	return (x > y) - (x < y);
}

static int compare_leaders(const void *a, const void *b) {
	int x = ((const struct place *)a)->leader, y = ((const struct place *)b)->leader;

	return (x > y) - (x < y);
}

/* Orders the places and calls act with each run of equal ones. */
static void each_run(struct place *places, size_t count, int (*order)(const void *, const void *),
	void (*act)(struct place *places, size_t count)) {
	if (count > 1) {
		qsort(places, count, sizeof(*places), order);
	}
	for (size_t i = 0; i < count;) {
		size_t length = 1;

		while (i + length < count && order(&places[i], &places[i + length]) == 0) {
			length++;
		}
		act(&places[i], length);
		i += length;
	}
}

/* A group of a card's function may have a leader of its own: all of it follows. */
static void follow(struct place *places, size_t count) {
	int leader = places[0].leader;

	for (size_t i = 1; i < count; i++) {
		if ((unsigned int)places[i].leader < (unsigned int)leader) {
			leader = places[i].leader;
		}
	}
	for (size_t i = 0; i < count; i++) {
		places[i].leader = leader;
	}
}

static void rank(struct place *places, size_t count) {
	bool picture = false, quiet = true;

	for (size_t i = 0; i < count; i++) {
		picture |= places[i].device->class >> 16 == CLASS_DISPLAY;
		quiet &= is_quiet(places[i].device);
	}
	for (size_t i = 0; i < count; i++) {
		places[i].rank = picture ? 0 : quiet ? 2 : 1;
	}
}

static int add_group(struct room *room, int group) {
	char name[16];

	snprintf(name, sizeof(name), "%d", group);
	return names_add(&room->groups, name);
}

/* The room that begins with this place. */
static int make_room(
	const struct place *places, size_t count, const struct device **devices, struct room *ret) {
	int r = 0;

	*ret = (struct room){.devices = devices,
		.has_picture = places[0].rank == 0,
		.is_quiet = places[0].rank == 2};
	for (size_t i = 0; r == 0 && i < count && places[i].leader == places[0].leader; i++) {
		devices[ret->device_count++] = places[i].device;
		if (places[i].device->group != GROUP_NONE &&
			(i == 0 || places[i].device->group != places[i - 1].device->group)) {
			r = add_group(ret, places[i].device->group);
		}
	}
	return r;
}

static struct place *make_places(const struct listing *listing, size_t *ret_count) {
	const struct host *host = listing->host;
	struct place *places = calloc(host->device_count + 1, sizeof(*places));
	size_t count = 0;

	for (size_t i = 0; places && i < host->device_count; i++) {
		const struct device *device = &host->devices[i];

		if (listing_has(listing, device->address)) {
			places[count++] = (struct place){
				.device = device, .leader = find_leader(listing, device)};
		}
	}
	*ret_count = count;
	return places;
}

int rooms_make(const struct listing *listing, struct rooms *ret) {
	AUTO_ROOMS struct rooms rooms = {0};
	size_t count, done = 0;
	AUTO_FREE struct place *places = make_places(listing, &count);
	int r = 0;

	rooms.rooms = calloc(listing->host->device_count + 1, sizeof(*rooms.rooms));
	rooms.devices = calloc(listing->host->device_count + 1, sizeof(const void *));
	if (!places || !rooms.rooms || !rooms.devices) {
		return -ENOMEM;
	}
	each_run(places, count, compare_groups, follow);
	each_run(places, count, compare_leaders, rank);
	if (count > 1) {
		qsort(places, count, sizeof(*places), compare);
	}
	while (r == 0 && done < count) {
		struct room *room = &rooms.rooms[rooms.count++];

		r = make_room(&places[done], count - done, &rooms.devices[done], room);
		done += room->device_count;
	}
	if (r < 0) {
		return r;
	}
	*ret = rooms;
	rooms = (struct rooms){0};
	return 0;
}

void rooms_free(struct rooms *rooms) {
	for (size_t i = 0; i < rooms->count; i++) {
		names_free(&rooms->rooms[i].groups);
	}
	free(rooms->rooms);
	free(rooms->devices);
	*rooms = (struct rooms){0};
}

int room_title(const struct room *room, struct text *ret) {
	size_t count = room->groups.count;
	int r;

	if (count == 0) {
		return text_add(ret, "In no group");
	}
	r = text_add(ret, count == 1 ? "Group" : "Groups");
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = text_add(ret, "%s %s",
			i == 0           ? ""
			: i + 1 == count ? " and"
					 : ",",
			room->groups.names[i]);
	}
	return r;
}

/* In the order of a room's devices. */
static int compare_devices(const void *a, const void *b) {
	const struct device *x = *(const struct device *const *)a;
	const struct device *y = *(const struct device *const *)b;

	if (x->group != y->group) {
		return x->group < y->group ? -1 : 1;
	}
	return address_compare(x->address, y->address);
}

static bool has_before(const struct room *room, size_t index, const struct device *device) {
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what is in it */
	const size_t size = sizeof(device);

	return device && index > 0 && bsearch(&device, room->devices, index, size, compare_devices);
}

bool room_begins_card(const struct listing *listing, const struct room *room, size_t index,
	const struct verdict **ret) {
	const struct verdict *verdict =
		verdict_of(listing->verdicts, room->devices[index]->address);

	*ret = verdict;
	for (size_t i = 0; verdict && i < verdict->device_count; i++) {
		const struct device *device = host_device(listing->host, verdict->devices[i]);

		if (has_before(room, index, device)) {
			return false;
		}
	}
	return verdict;
}

/* What helps is told where it has to be done: at the device that is in the way, if it is here. */
static bool is_told_elsewhere(
	const struct listing *listing, const struct verdict *verdict, const char *subject) {
	struct address address;

	for (size_t i = 0; i < verdict->along_count; i++) {
		if (address_parse(subject, &address) == 0 &&
			address_compare(verdict->along[i].address, address) == 0) {
			return listing_has(listing, address);
		}
	}
	return false;
}

/* Is it the same of another function? */
static bool is_told_before(const struct verdict *verdict, size_t index) {
	for (size_t i = 0; i < index; i++) {
		if (strcmp(verdict->refusals[i].reason, verdict->refusals[index].reason) == 0 &&
			strcmp(verdict->refusals[i].remedy, verdict->refusals[index].remedy) == 0) {
			return true;
		}
	}
	return false;
}

/* The whole machine's: told at its top. */
static bool is_of_machine(const struct listing *listing, const struct refusal *refusal) {
	return refusal->kind == REFUSAL_NO_VFIO ||
	       (refusal->kind == REFUSAL_NO_IOMMU && !listing->host->iommu);
}

bool room_tells_refusal(
	const struct listing *listing, const struct verdict *verdict, size_t index) {
	const struct refusal *refusal = &verdict->refusals[index];

	return !is_of_machine(listing, refusal) && !is_told_before(verdict, index) &&
	       !is_told_elsewhere(listing, verdict, refusal->subject);
}

bool room_tells_warning(const struct listing *listing, const struct verdict *verdict,
	const struct warning *warning) {
	return !is_told_elsewhere(listing, verdict, warning->subject);
}
