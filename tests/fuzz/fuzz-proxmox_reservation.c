// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "request/proxmox/reservation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static struct proxmox_reservations reservations;
	struct error error = {{0}};

	if (proxmox_reservations_parse((const char *)data, size, &reservations, &error) < 0) {
		assert(error.text[0]);
		return 0;
	}
	assert(reservations.count <= PROXMOX_RESERVATIONS_MAX);
	for (size_t i = 0; i < reservations.count; i++) {
		const struct proxmox_reservation *reservation = &reservations.reservations[i];

		assert(!reservation->pid || !reservation->until_s);
		assert(reservation->until_s >= 0);
		assert(reservation->selection.address.slot <= 31);
	}
	return 0;
}
