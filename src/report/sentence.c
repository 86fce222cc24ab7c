// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/sentence.h"

#include <inttypes.h>

int report_devices(const struct address *devices, size_t count, struct text *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		char name[ADDRESS_SIZE];

		address_format(devices[i], name);
		if (i > 0 && address_same_slot(devices[i - 1], devices[i])) {
			r = text_add(ret, ", .%x", devices[i].function);
		} else {
			r = text_add(ret, "%s%s", i > 0 ? ", " : "", name);
		}
	}
	return r;
}

static int add_seconds(uint64_t us, struct text *ret) {
	uint64_t tenths = (us + 50000) / 100000;

	return text_add(ret, "%" PRIu64 ".%" PRIu64 " s", tenths / 10, tenths % 10);
}

/* "are home", or of one device "is home". */
static const char *number(const struct feat *feat, const char *one, const char *several) {
	return feat->device_count == 1 ? one : several;
}

static int end(int r, struct text *ret) {
	return r < 0 ? r : text_add(ret, "\n");
}

int report_started(const struct feat *feat, struct text *ret) {
	int r = text_add(ret, "%s %s", feat->title, feat->device_count ? "has " : "runs");

	r = r < 0 ? r : report_devices(feat->devices, feat->device_count, ret);
	r = r < 0 ? r : text_add(ret, "; started in ");
	r = r < 0 ? r : add_seconds(feat->took_us, ret);
	return end(r, ret);
}

int report_stopped(const struct feat *feat, struct text *ret) {
	int r = text_add(ret, "%s is off%s", feat->title, feat->device_count ? ", and " : "");

	r = r < 0 ? r : report_devices(feat->devices, feat->device_count, ret);
	if (r == 0 && feat->device_count) {
		r = text_add(ret, "%s", number(feat, " is home", " are home"));
	}
	r = r < 0 ? r : text_add(ret, " after ");
	r = r < 0 ? r : add_seconds(feat->took_us, ret);
	return end(r, ret);
}

int report_rehearsed(const struct feat *feat, struct text *ret) {
	int r = text_add(ret, "%s: ", feat->title);

	r = r < 0 ? r : report_devices(feat->devices, feat->device_count, ret);
	r = r < 0 ? r : text_add(ret, " could be had in ");
	r = r < 0 ? r : add_seconds(feat->took_us, ret);
	r = r < 0 ? r : text_add(ret, " and %s home again in ", number(feat, "is", "are"));
	r = r < 0 ? r : add_seconds(feat->back_us, ret);
	return end(r, ret);
}
