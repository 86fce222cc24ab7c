// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/plan.h"

/* A card that Xorg draws on, and what keeps the network up. Not to be copied: it points at itself.
 */
struct desk {
	struct device device;
	struct holder holders[2];
	char unit[32];
	char *units[1];
	struct profile profiles[2];
	struct host host;
	struct request request;
};

static void make(struct desk *ret) {
	*ret = (struct desk){
		.device = {.address = {.bus = 1},
			.class = 0x030000,
			.driver = "amdgpu",
			.vfio_driver = "vfio-pci",
			.vfio_module = "vfio_pci",
			.group = 7},
		.holders = {{.kind = HOLDER_PROCESS,
			.device = {.bus = 1},
			.who.pid = 9,
			.name = "Xorg",
			.node = "dri/card0",
			.who.unit = "lightdm.service"}},
		.unit = "lightdm.service",
		.request = {.guest = "hand:x", .title = "hand:x"},
	};
	address_format(ret->device.address, ret->device.name);
	ret->units[0] = ret->unit;
	ret->host = (struct host){.kernel = "6.1.0",
		.iommu = true,
		.vfio = true,
		.devices = &ret->device,
		.device_count = 1,
		.holders = ret->holders,
		.holder_count = 1,
		.profiles = ret->profiles,
		.display_manager = {
			.unit = "lightdm.service", .units = {.names = ret->units, .count = 1}}};
	assert_int_equal(request_add(&ret->request, ret->device.address, NULL, NULL), 0);
}

static void plan(const struct desk *desk, struct plan **ret) {
	const struct claims claims = {0};
	const struct asked asked = {.display_manager_up = true};
	struct error error = {0};

	assert_int_equal(plan_make(&desk->host, &desk->request, &claims, &asked, ret, &error), 0);
}

static const char *loss_of(const struct plan *plan) {
	for (size_t i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].step.fact == FACT_SERVICE) {
			return plan->steps[i].loss;
		}
	}
	return NULL;
}

static void assert_loss(const struct desk *desk, const char *sentence) {
	AUTO_PLAN struct plan *made = NULL;

	plan(desk, &made);
	assert_int_equal(made->refusal_count, 0);
	assert_string_equal(loss_of(made), sentence);
}

static void sessions_end_and_nothing_else(void **state) {
	struct desk desk;

	make(&desk);
	assert_loss(&desk, "the login sessions of lightdm.service end");
}

static void a_connection_that_ends_with_them_is_named_with_what_would_keep_it(void **state) {
	struct desk desk;

	make(&desk);
	desk.profiles[0] = (struct profile){.name = "Home", .interface = "wlp3s0", .user = "alice"};
	desk.host.profile_count = 1;
	assert_loss(&desk,
		"the login sessions of lightdm.service end, and so does the network connection "
		"\"Home\" of alice (wlp3s0); keep it with: nmcli c modify \"Home\" "
		"connection.permissions \"\"");
}

static void of_several_ones_own_is_named(void **state) {
	struct desk desk;

	make(&desk);
	desk.profiles[0] = (struct profile){.name = "Home", .interface = "wlp3s0", .user = "alice"};
	desk.profiles[1] = (struct profile){
		.name = "Office", .interface = "eno1", .user = "alice", .own = true};
	desk.host.profile_count = 2;
	assert_loss(&desk,
		"the login sessions of lightdm.service end, and so does YOUR OWN network "
		"connection \"Office\" of alice (eno1, and others too); keep it with: nmcli c modify "
		"\"Office\" connection.permissions \"\"");
}

static void one_whose_secret_goes_is_named_too(void **state) {
	struct desk desk;

	make(&desk);
	desk.profiles[0] = (struct profile){.name = "Home", .interface = "wlp3s0"};
	desk.host.profile_count = 1;
	assert_loss(&desk,
		"the login sessions of lightdm.service end, and the network connection \"Home\" "
		"(wlp3s0) cannot be set up again without them: have NetworkManager store its "
		"secret for all users");
}

static void who_does_not_allow_losses_reads_of_it_in_the_refusal(void **state) {
	AUTO_PLAN struct plan *made = NULL;
	struct desk desk;

	make(&desk);
	desk.profiles[0] = (struct profile){
		.name = "Home", .interface = "wlp3s0", .user = "alice", .own = true};
	desk.host.profile_count = 1;
	desk.request.policy.losses = CONSENT_REFUSE;
	plan(&desk, &made);
	assert_int_equal(made->refusal_count, 1);
	assert_int_equal(made->refusals[0].kind, REFUSAL_LOSS);
	assert_string_equal(made->refusals[0].reason,
		"would have to be stopped, which ends its login sessions, and so does YOUR OWN "
		"network connection \"Home\" of alice (wlp3s0); keep it with: nmcli c modify "
		"\"Home\" connection.permissions \"\"");
}

static void what_is_only_worth_knowing_refuses_nothing(void **state) {
	static const enum holder_kind kinds[] = {
		HOLDER_INTERFACE, HOLDER_FSTAB, HOLDER_CONSOLE, HOLDER_CONSUMER, HOLDER_MODULE};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		AUTO_PLAN struct plan *made = NULL;
		struct desk desk;

		make(&desk);
		desk.holders[1] = (struct holder){
			.kind = kinds[i], .device = desk.device.address, .name = "x", .node = "x"};
		desk.host.holder_count = 2;
		plan(&desk, &made);
		assert_int_equal(made->refusal_count, 0);
	}
}

static void what_the_host_would_lose_is_refused(void **state) {
	static const enum holder_kind kinds[] = {HOLDER_VOLUME, HOLDER_FILE_SYSTEM, HOLDER_EXPORT,
		HOLDER_LOGIN, HOLDER_GUEST, HOLDER_REMOTE};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		AUTO_PLAN struct plan *made = NULL;
		struct desk desk;

		make(&desk);
		desk.holders[1] = (struct holder){
			.kind = kinds[i], .device = desk.device.address, .name = "x", .node = "x"};
		desk.host.holder_count = 2;
		plan(&desk, &made);
		assert_int_equal(made->refusal_count, 1);
		assert_int_equal(made->refusals[0].kind, REFUSAL_IN_USE);
		assert_int_equal(made->step_count, 0);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_end_and_nothing_else),
		cmocka_unit_test(a_connection_that_ends_with_them_is_named_with_what_would_keep_it),
		cmocka_unit_test(of_several_ones_own_is_named),
		cmocka_unit_test(one_whose_secret_goes_is_named_too),
		cmocka_unit_test(who_does_not_allow_losses_reads_of_it_in_the_refusal),
		cmocka_unit_test(what_is_only_worth_knowing_refuses_nothing),
		cmocka_unit_test(what_the_host_would_lose_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
