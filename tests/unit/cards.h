/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/plan.h"

#define CARDS_MOST 20

/* Cards of NVIDIA's, each in a group of its own: taking the module out unbinds all of them. */
struct cards {
	struct device devices[CARDS_MOST];
	struct module module;
	struct host host;
	struct request request;
};

static inline void cards_make(size_t count, struct cards *ret) {
	*ret = (struct cards){
		.module = {.name = "nvidia"},
		.host = {.kernel = "6.1.0", .iommu = true, .vfio = true},
		.request = {.guest = "hand:x", .title = "hand:x"},
	};
	for (size_t i = 0; i < count; i++) {
		struct device *device = &ret->devices[i];

		*device = (struct device){
			.address = {.bus = (uint8_t)(i + 1)},
			.class = 0x030000,
			.driver = "nvidia",
			.module = "nvidia",
			.vfio_driver = "vfio-pci",
			.vfio_module = "vfio_pci",
			.group = (int)i,
		};
		address_format(device->address, device->name);
		assert_int_equal(request_add(&ret->request, device->address, NULL, NULL), 0);
	}
	ret->host.devices = ret->devices;
	ret->host.device_count = count;
	ret->host.modules = &ret->module;
	ret->host.module_count = 1;
}

static inline void cards_free(struct cards *cards) {
	names_free(&cards->module.holders);
}

#define AUTO_CARDS CLEANUP(cards_free)

static inline int cards_plan_with(const struct cards *cards, const struct known *known,
	struct plan **ret, struct error *error) {
	const struct claims claims = {0};
	const struct asked asked = {.known = known};

	return plan_make(&cards->host, &cards->request, &claims, &asked, ret, error);
}

static inline int cards_plan(const struct cards *cards, struct plan **ret, struct error *error) {
	return cards_plan_with(cards, NULL, ret, error);
}

/* The only refusal, as a sentence. */
static inline void cards_assert_refused(const struct cards *cards, const struct known *known,
	enum refusal_kind kind, const char *sentence) {
	AUTO_PLAN struct plan *made = NULL;
	AUTO_TEXT struct text text = {0};
	struct error error = {0};

	assert_int_equal(cards_plan_with(cards, known, &made, &error), 0);
	assert_int_equal(made->refusal_count, 1);
	assert_int_equal(made->step_count, 0);
	assert_int_equal(made->refusals[0].kind, kind);
	assert_int_equal(refusal_format(&made->refusals[0], &text), 0);
	assert_string_equal(text.data, sentence);
}
