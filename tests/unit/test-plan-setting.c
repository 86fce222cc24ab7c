// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define CARD     "0000:01:00.0"
#define FUNCTION "0000:01:00.4"

/* A card, and a virtual function that is its own or is not there. */
struct desk {
	struct device devices[2];
	struct module module;
	struct host host;
	struct request request;
	struct holder holder;
	struct claimed_device claimed;
	struct claims claims;
};

static void add_device(struct desk *desk, const char *name, int group) {
	struct device *device = &desk->devices[desk->host.device_count++];

	*device = (struct device){
		.class = 0x030000,
		.driver = "amdgpu",
		.vfio_driver = "vfio-pci",
		.vfio_module = "vfio_pci",
		.reset_methods = "pm bus",
		.group = group,
	};
	strcpy(device->name, name);
	assert_int_equal(address_parse(name, &device->address), 0);
}

static void make(struct desk *ret) {
	*ret = (struct desk){
		.module = {.name = "vfio_pci"},
		.host = {.kernel = "6.1.0", .iommu = true, .vfio = true},
		.request = {.guest = "hand:x", .title = "hand:x"},
	};
	add_device(ret, CARD, 1);
	ret->host.devices = ret->devices;
	ret->host.modules = &ret->module;
	ret->host.module_count = 1;
	assert_int_equal(request_add(&ret->request, ret->devices[0].address, NULL, NULL), 0);
}

static void add_function(struct desk *desk) {
	struct device *function = &desk->devices[1];

	add_device(desk, FUNCTION, 2);
	strcpy(function->driver, "");
	function->is_virtual_function = true;
	function->physical_function = desk->devices[0].address;
	desk->devices[0].virtual_functions = 1;
	desk->request.policy.remove_virtual_functions = true;
}

static void assert_plan(const struct desk *desk, const char *text) {
	AUTO_PLAN struct plan *plan = NULL;
	AUTO_TEXT struct text made = {0};
	const struct asked asked = {0};

	assert_int_equal(
		plan_make(&desk->host, &desk->request, &desk->claims, &asked, &plan, NULL), 0);
	assert_int_equal(plan_format(plan, &made), 0);
	assert_string_equal(made.data, text[0] ? text : "nothing to do\n");
}

static void a_device_that_is_awake_is_left_awake(void **state) {
	struct desk desk;

	make(&desk);
	assert_plan(&desk, "driver " CARD " amdgpu -\n"
			   "override " CARD " - vfio-pci\n"
			   "driver " CARD " - vfio-pci\n");
}

/* Before its driver goes, and again when vfio-pci has let it sleep by itself. */
static void a_device_that_may_sleep_is_kept_awake(void **state) {
	struct desk desk;

	make(&desk);
	desk.devices[0].may_sleep = true;
	assert_plan(&desk, "power " CARD " auto on\n"
			   "driver " CARD " amdgpu -\n"
			   "override " CARD " - vfio-pci\n"
			   "driver " CARD " - vfio-pci\n"
			   "power " CARD " auto on\n");
	desk.devices[0].may_lose_power = true;
	strcpy(desk.host.kernel, "5.15.0");
	assert_plan(&desk, "d3cold " CARD " allowed -\n"
			   "power " CARD " auto on\n"
			   "driver " CARD " amdgpu -\n"
			   "override " CARD " - vfio-pci\n"
			   "driver " CARD " - vfio-pci\n");
}

/* Somebody who gave it to VFIO at boot has his reasons. */
static void a_device_that_vfio_has_already_is_left_alone(void **state) {
	struct desk desk;

	make(&desk);
	strcpy(desk.devices[0].driver, "vfio-pci");
	strcpy(desk.devices[0].bar_sizes, "0=256M");
	desk.devices[0].may_sleep = true;
	assert_plan(&desk, "");
}

static void a_card_of_vendor_resets_is_reset_its_way(void **state) {
	struct desk desk;

	make(&desk);
	desk.devices[0].identity = (struct identity){.vendor = 0x1002, .device = 0x731f};
	strcpy(desk.module.name, "vendor_reset");
	desk.devices[0].override[0] = '\0';
	strcpy(desk.devices[0].vfio_module, "vendor_reset"); /* so that none is loaded */
	assert_plan(&desk, "driver " CARD " amdgpu -\n"
			   "reset-method " CARD " pm%20bus device_specific\n"
			   "override " CARD " - vfio-pci\n"
			   "driver " CARD " - vfio-pci\n");
	strcpy(desk.devices[0].reset_methods, "device_specific pm");
	assert_plan(&desk, "driver " CARD " amdgpu -\n"
			   "override " CARD " - vfio-pci\n"
			   "driver " CARD " - vfio-pci\n");
	strcpy(desk.devices[0].reset_methods, "pm bus");
	desk.devices[0].identity.device = 0x73bf; /* which the module does not know */
	assert_plan(&desk, "driver " CARD " amdgpu -\n"
			   "override " CARD " - vfio-pci\n"
			   "driver " CARD " - vfio-pci\n");
}

/* The step that chooses the reset. */
static void assert_dispensable(const struct desk *desk, bool dispensable) {
	AUTO_PLAN struct plan *plan = NULL;
	const struct asked asked = {0};
	size_t count = 0;

	assert_int_equal(
		plan_make(&desk->host, &desk->request, &desk->claims, &asked, &plan, NULL), 0);
	for (size_t i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].step.fact == FACT_RESET_METHOD) {
			assert_int_equal(plan->steps[i].dispensable, dispensable);
			count++;
		}
	}
	assert_int_equal(count, 1);
}

static void a_reset_that_nobody_has_asked_for_may_be_done_without(void **state) {
	struct desk desk;
	struct policy *policy = &desk.request.policy;

	make(&desk);
	desk.devices[0].identity = (struct identity){.vendor = 0x1002, .device = 0x731f};
	strcpy(desk.module.name, "vendor_reset");
	assert_dispensable(&desk, true);
	policy->preference_count = 1;
	policy->preferences[0].device = desk.devices[0].address;
	strcpy(policy->preferences[0].reset_method, "device_specific");
	assert_dispensable(&desk, false);
}

static void sizes_are_recorded_while_no_driver_has_the_device(void **state) {
	struct desk desk;

	make(&desk);
	strcpy(desk.devices[0].bar_sizes, "0=16G,2=256M");
	assert_plan(&desk, "driver " CARD " amdgpu -\n"
			   "bar-size " CARD " 0=16G,2=256M 0=16G,2=256M\n"
			   "override " CARD " - vfio-pci\n"
			   "driver " CARD " - vfio-pci\n");
}

static void the_configuration_says_how_a_guest_finds_the_card(void **state) {
	struct desk desk;
	struct preference *preference = &desk.request.policy.preferences[0];

	make(&desk);
	desk.request.policy.preference_count = 1;
	preference->device = desk.devices[0].address;
	strcpy(preference->reset_method, "bus");
	strcpy(preference->bar_sizes, "2=8M");
	strcpy(desk.devices[0].bar_sizes, "0=16G,2=256M");
	assert_plan(&desk, "driver " CARD " amdgpu -\n"
			   "bar-size " CARD " 0=16G,2=256M 0=16G,2=8M\n"
			   "reset-method " CARD " pm%20bus bus\n"
			   "override " CARD " - vfio-pci\n"
			   "driver " CARD " - vfio-pci\n");
	strcpy(desk.devices[0].bar_sizes, "0=16G");
	assert_plan(&desk, "refused: " CARD " cannot be given the BARs 2=8M: 0=16G: correct "
			   "`bar-size =` of its [card]\n");
}

static void virtual_functions_go_where_that_is_wanted(void **state) {
	struct desk desk;

	make(&desk);
	add_function(&desk);
	assert_plan(&desk, "vf-count " CARD " 1 0\n"
			   "driver " CARD " amdgpu -\n"
			   "override " CARD " - vfio-pci\n"
			   "driver " CARD " - vfio-pci\n");
	desk.request.policy.remove_virtual_functions = false;
	assert_plan(&desk,
		"refused: " CARD " has 1 virtual functions enabled, and VFIO takes none "
		"such: hand over a virtual function, or set `virtual-functions = remove` "
		"in the section [policy]\n");
}

static void a_virtual_function_that_somebody_needs_stays(void **state) {
	struct desk desk;

	make(&desk);
	add_function(&desk);
	strcpy(desk.devices[1].override, "vfio-pci");
	assert_plan(&desk,
		"refused: " FUNCTION " is a virtual function of " CARD ", and somebody "
		"has chosen its driver (vfio-pci): give it back to the kernel's choice of "
		"driver first\n");
	desk.holder = (struct holder){.kind = HOLDER_PROCESS,
		.device = desk.devices[1].address,
		.name = "qemu",
		.node = "vfio/2"};
	desk.host.holders = &desk.holder;
	desk.host.holder_count = 1;
	assert_plan(&desk, "refused: " FUNCTION " is a virtual function of " CARD
			   " and in use (qemu, vfio/2): end that use of it, and try again\n");
	desk.claimed = (struct claimed_device){.title = "libvirt:web",
		.guest = "libvirt:x",
		.address = desk.devices[1].address,
		.held = true};
	desk.claims = (struct claims){.devices = &desk.claimed, .device_count = 1};
	assert_plan(&desk, "refused: " FUNCTION " is a virtual function of " CARD
			   " and with libvirt:web: stop that guest first\n");
	desk.claims = (struct claims){0};
	desk.host.holder_count = 0;
	assert_int_equal(request_add(&desk.request, desk.devices[1].address, NULL, NULL), 0);
	assert_plan(&desk, "refused: " FUNCTION " is a virtual function of " CARD
			   ": the two cannot go together: hand over the one or the other\n");
}

/* i915, xe and every other driver of a physical function keeps it. */
static void a_virtual_function_goes_alone(void **state) {
	struct desk desk;

	make(&desk);
	add_function(&desk);
	strcpy(desk.devices[1].driver, "i915");
	desk.request.devices[0].address = desk.devices[1].address;
	assert_plan(&desk, "driver " FUNCTION " i915 -\n"
			   "override " FUNCTION " - vfio-pci\n"
			   "driver " FUNCTION " - vfio-pci\n");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_is_awake_is_left_awake),
		cmocka_unit_test(a_device_that_may_sleep_is_kept_awake),
		cmocka_unit_test(a_device_that_vfio_has_already_is_left_alone),
		cmocka_unit_test(a_card_of_vendor_resets_is_reset_its_way),
		cmocka_unit_test(a_reset_that_nobody_has_asked_for_may_be_done_without),
		cmocka_unit_test(sizes_are_recorded_while_no_driver_has_the_device),
		cmocka_unit_test(the_configuration_says_how_a_guest_finds_the_card),
		cmocka_unit_test(virtual_functions_go_where_that_is_wanted),
		cmocka_unit_test(a_virtual_function_that_somebody_needs_stays),
		cmocka_unit_test(a_virtual_function_goes_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
