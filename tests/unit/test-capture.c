// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot.h"

/* What tools/capture writes of the machine that the test runs on, made into a machine. */
static void capture(struct snapshot *ret) {
	AUTO_TEXT struct text text = {0};
	FILE *pipe = popen(CAPTURE, "r"); /* NOLINT(cert-env33-c): a path of the build's own */
	char data[4096];
	size_t n;

	assert_non_null(pipe);
	while ((n = fread(data, 1, sizeof(data), pipe)) > 0) {
		assert_int_equal(text_append(&text, data, n), 0);
	}
	assert_int_equal(pclose(pipe), 0);
	assert_int_equal(machine_make(text.data, text.length, &ret->machine), 0);
	snapshot_read(ret);
}

static void assert_same_device(const struct device *a, const struct device *b) {
	assert_string_equal(a->name, b->name);
	assert_true(identity_same(&a->identity, &b->identity));
	assert_int_equal(a->class, b->class);
	assert_int_equal(a->header_type, b->header_type);
	assert_string_equal(a->driver, b->driver);
	assert_string_equal(a->module, b->module);
	assert_string_equal(a->override, b->override);
	assert_string_equal(a->vfio_driver, b->vfio_driver);
	assert_string_equal(a->modalias, b->modalias);
	assert_string_equal(a->reset_methods, b->reset_methods);
	assert_int_equal(a->group, b->group);
	assert_int_equal(a->boot_vga, b->boot_vga);
	assert_int_equal(a->has_vfio_device, b->has_vfio_device);
	assert_int_equal(a->is_virtual_function, b->is_virtual_function);
	assert_int_equal(a->virtual_functions, b->virtual_functions);
	assert_int_equal(a->numa_node, b->numa_node);
	assert_int_equal(a->consumers.count, b->consumers.count);
	assert_int_equal(a->suppliers.count, b->suppliers.count);
}

static void assert_same_cards(const struct host *a, const struct host *b) {
	assert_int_equal(a->card_count, b->card_count);
	for (size_t i = 0; i < a->card_count; i++) {
		const struct drm_card *x = &a->cards[i], *y = &b->cards[i];

		assert_int_equal(address_compare(x->device, y->device), 0);
		assert_string_equal(x->name, y->name);
		assert_string_equal(x->render, y->render);
		assert_int_equal(x->connector_count, y->connector_count);
	}
}

static void a_captured_machine_reads_like_the_real_one(void **state) {
	AUTO_CLOSE int root = root_open("/");
	AUTO_SNAPSHOT struct snapshot captured = {0};
	AUTO_HOST struct host real = {0};

	capture(&captured);
	assert_int_equal(host_read(root, &real, NULL), 0);
	assert_string_equal(captured.host.kernel, real.kernel);
	assert_int_equal(captured.host.iommu, real.iommu);
	assert_int_equal(captured.host.vfio, real.vfio);
	assert_int_equal(captured.host.device_count, real.device_count);
	for (size_t i = 0; i < real.device_count; i++) {
		assert_same_device(&captured.host.devices[i], &real.devices[i]);
	}
	assert_same_cards(&captured.host, &real);
	assert_int_equal(captured.host.console_count, real.console_count);
	for (size_t i = 0; i < real.console_count; i++) {
		assert_string_equal(captured.host.consoles[i].name, real.consoles[i].name);
		assert_int_equal(captured.host.consoles[i].bound, real.consoles[i].bound);
	}
	assert_int_equal(captured.host.framebuffer_count, real.framebuffer_count);
	assert_int_equal(captured.host.module_count, real.module_count);
	assert_string_equal(captured.host.display_manager.unit, real.display_manager.unit);
}

static void disks_and_routes_are_held_in_it_as_in_the_real_one(void **state) {
	AUTO_CLOSE int root = root_open("/");
	AUTO_SNAPSHOT struct snapshot captured = {0};
	AUTO_HOST struct host real = {0};

	capture(&captured);
	assert_int_equal(host_read(root, &real, NULL), 0);
	assert_int_equal(host_read_holders(root, &real, NULL), 0);
	for (size_t i = 0; i < real.holder_count; i++) {
		const struct holder *holder = &real.holders[i];
		char name[ADDRESS_SIZE];

		if (holder->kind != HOLDER_PROCESS) { /* those come and go */
			assert_non_null(holder_of(&captured, address_format(holder->device, name),
				holder->kind, holder->name));
		}
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_captured_machine_reads_like_the_real_one),
		cmocka_unit_test(disks_and_routes_are_held_in_it_as_in_the_real_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
