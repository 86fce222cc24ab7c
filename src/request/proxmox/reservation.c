// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/reservation.h"

#include "base/text.h"
#include "request/line.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* "pid:1234" or "time:1700000000". */
static int read_term(const char *word, struct proxmox_reservation *ret) {
	unsigned long long number;

	if (text_starts(word, "pid:") && number_parse(word + 4, INT_MAX, &number) == 0 && number) {
		ret->pid = (unsigned int)number;
		return 0;
	}
	if (text_starts(word, "time:") && number_parse(word + 5, LLONG_MAX, &number) == 0) {
		ret->until_s = (long long)number;
		return 0;
	}
	return -EINVAL;
}

static int read_line(const struct line *line, struct proxmox_reservation *ret) {
	struct proxmox_reservation reservation = {0};
	char buffer[128], *rest = buffer;
	const char *address, *vmid;
	unsigned long long number;

	if (line_copy(line, buffer, sizeof(buffer)) < 0) {
		return -EINVAL;
	}
	address = strsep(&rest, " \t");
	vmid = strsep(&rest, " \t");
	if (!rest || number_parse(vmid, UINT_MAX, &number) < 0 ||
		selection_parse_address(address, &reservation.selection) < 0 ||
		read_term(rest, &reservation) < 0) {
		return -EINVAL;
	}
	reservation.vmid = (unsigned int)number;
	*ret = reservation;
	return 0;
}

static struct proxmox_reservation *find(
	struct proxmox_reservations *reservations, const struct selection *selection) {
	for (size_t i = 0; i < reservations->count; i++) {
		const struct selection *other = &reservations->reservations[i].selection;

		if (other->whole_slot == selection->whole_slot &&
			address_compare(other->address, selection->address) == 0) {
			return &reservations->reservations[i];
		}
	}
	return NULL;
}

static int add(struct proxmox_reservations *reservations,
	const struct proxmox_reservation *reservation, struct error *error) {
	struct proxmox_reservation *earlier = find(reservations, &reservation->selection);

	if (earlier) {
		*earlier = *reservation;
		return 0;
	}
	if (reservations->count == PROXMOX_RESERVATIONS_MAX) {
		return error_set(error, -E2BIG,
			PROXMOX_RESERVATIONS_FILE " has more than %d devices",
			PROXMOX_RESERVATIONS_MAX);
	}
	reservations->reservations[reservations->count++] = *reservation;
	return 0;
}

int proxmox_reservations_parse(
	const char *data, size_t length, struct proxmox_reservations *ret, struct error *error) {
	struct proxmox_reservations reservations = {0};
	struct lines lines = {.rest = data, .length = length};
	struct line line;

	while (line_next(&lines, &line)) {
		struct proxmox_reservation reservation;

		if (read_line(&line, &reservation) == 0) {
			int r = add(&reservations, &reservation, error);

			if (r < 0) {
				return r;
			}
		}
	}
	*ret = reservations;
	return 0;
}
