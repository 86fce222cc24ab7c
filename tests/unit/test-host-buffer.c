// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/buffer.h"

#include <errno.h>

#include "snapshot.h"

static struct nodes nodes_of(const struct snapshot *snapshot) {
	struct nodes nodes = {0};

	assert_int_equal(nodes_read(snapshot->machine.root, &snapshot->host, &nodes), 0);
	return nodes;
}

static void the_exporter_stands_among_what_a_descriptor_says(void **state) {
	char exporter[DRIVER_SIZE] = "before", data[2 * DRIVER_SIZE];

	assert_int_equal(buffer_exporter_parse("pos:\t0\nflags:\t02\nsize:\t4096\ncount:\t2\n"
					       "exp_name:\ti915\nname:\tx\n",
				 exporter),
		0);
	assert_string_equal(exporter, "i915");
	assert_int_equal(buffer_exporter_parse("name:\texp_name:\tx\n", exporter), -ENOENT);
	assert_int_equal(buffer_exporter_parse("exp_name:\t\n", exporter), -ENOENT);
	assert_int_equal(buffer_exporter_parse("", exporter), -ENOENT);
	snprintf(data, sizeof(data), "exp_name:\t%0*d\n", DRIVER_SIZE, 1);
	assert_int_equal(buffer_exporter_parse(data, exporter), -ENOENT);
	assert_string_equal(exporter, "i915");
}

static void a_buffer_is_told_by_its_name(void **state) {
	assert_true(buffer_is("/dmabuf:"));
	assert_true(buffer_is("/dmabuf:framebuffer"));
	assert_false(buffer_is("anon_inode:[eventfd]"));
	assert_false(buffer_is("/dev/dmabuf:"));
}

static void the_only_card_made_every_buffer(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_NODES struct nodes nodes = nodes_of(&snapshot);

	assert_non_null(buffer_node(&nodes, "drm"));
	assert_string_equal(buffer_node(&nodes, "drm")->name, "dri/card0");
	assert_non_null(buffer_node(&nodes, "amdgpu"));
	assert_null(buffer_node(&nodes, "i915"));
	assert_null(buffer_node(&nodes, "udmabuf"));
}

static void with_several_cards_only_the_drivers_name_tells(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("laptop-two-gpus");
	AUTO_NODES struct nodes nodes = nodes_of(&snapshot);
	const struct node *node = nodes_find_name(&nodes, "dri/card1");

	assert_null(buffer_node(&nodes, "drm"));
	assert_non_null(node);
	assert_ptr_equal(buffer_node(&nodes, node->only_of_driver), node);
}

/* A display on USB, or vgem, makes buffers that say the same. */
static void a_card_that_is_no_function_counts_as_another(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_NODES struct nodes nodes = {0};

	assert_int_equal(machine_link(&snapshot.machine, "/sys/dev/char/226:7",
				 "../../devices/platform/vgem/drm/card7"),
		0);
	nodes = nodes_of(&snapshot);
	assert_null(buffer_node(&nodes, "drm"));
	assert_non_null(buffer_node(&nodes, "amdgpu"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exporter_stands_among_what_a_descriptor_says),
		cmocka_unit_test(a_buffer_is_told_by_its_name),
		cmocka_unit_test(the_only_card_made_every_buffer),
		cmocka_unit_test(with_several_cards_only_the_drivers_name_tells),
		cmocka_unit_test(a_card_that_is_no_function_counts_as_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
