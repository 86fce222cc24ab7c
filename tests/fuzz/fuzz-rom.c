// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "host/rom.h"

/* Images follow one another within the file, and cutting off what stands before them is enough. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	const struct identity identity = {.vendor = 0x10de, .device = 0x2484};
	struct rom rom, again;
	size_t end = 0;

	rom_parse(data, size, &identity, &rom);
	assert(rom.start <= size && rom.size <= size - rom.start);
	assert(rom.image_count > 0 || rom_level(&rom) == ROM_BROKEN);
	for (size_t i = 0; i < rom.image_count; i++) {
		assert(rom.images[i].offset == end && rom.images[i].size > 0);
		end += rom.images[i].size;
	}
	assert(rom.faults[ROM_CUT] || end == rom.size);
	if (rom_level(&rom) != ROM_MENDABLE) {
		return 0;
	}
	rom_parse(data + rom.start, size - rom.start, &identity, &again);
	assert(again.start == 0 && again.size == rom.size);
	assert(rom_level(&again) == ROM_NOTE);
	return 0;
}
