// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "linux-tree.h"
#include "linux/binding.h"
#include "linux/deadline.h"
#include "linux/linux.h"
#include "linux/uevent.h"

#define CARD    "0000:01:00.0"
#define DEVICE  "sys/bus/pci/devices/" CARD
#define DRIVERS "sys/bus/pci/drivers"

static struct tree tree;
static struct ops *ops;

static int set_up(void **state) {
	struct linux_options options = {.writer_timeout_ms = 10000};
	struct error error;

	tree_make(&tree);
	options.root = tree.path;
	ops = linux_ops_new(&options, &error);
	tree_directory(&tree, DEVICE);
	tree_file(&tree, DEVICE "/driver_override", "(null)\n");
	tree_file(&tree, DRIVERS "/nvidia/unbind", "");
	tree_file(&tree, DRIVERS "/nvidia/bind", "");
	return ops ? 0 : -1;
}

static int tear_down(void **state) {
	linux_ops_free(ops);
	tree_remove(&tree);
	return 0;
}

static void bind_to(const char *driver) {
	char target[128];

	snprintf(target, sizeof(target), "../../drivers/%s", driver);
	tree_link(&tree, DEVICE "/driver", target);
}

static void assert_value(enum fact fact, const char *subject, const char *value) {
	char now[VALUE_SIZE];
	struct error error = {0};

	assert_int_equal(ops->get(ops, fact, subject, now, &error), 0);
	assert_string_equal(now, value);
}

static int get(enum fact fact, const char *subject) {
	char now[VALUE_SIZE];

	return ops->get(ops, fact, subject, now, NULL);
}

static int change_with(enum fact fact, const char *subject, const char *from, const char *to,
	struct error *error) {
	struct step step;
	struct writer writer;
	int r;

	assert_int_equal(step_make(fact, subject, from, to, &step), 0);
	r = ops->begin(ops, &step, false, &writer, error);
	return r < 0 ? r : ops->commit(ops, &writer, error);
}

static int change(enum fact fact, const char *subject, const char *from, const char *to) {
	return change_with(fact, subject, from, to, NULL);
}

static void a_driver_is_read_from_its_link(void **state) {
	assert_value(FACT_DRIVER, CARD, "-");
	bind_to("nvidia");
	assert_value(FACT_DRIVER, CARD, "nvidia");
	assert_int_equal(get(FACT_DRIVER, "0000:09:00.0"), -ENODEV);
	assert_int_equal(get(FACT_DRIVER, ".."), -EINVAL);
	assert_int_equal(get(FACT_DRIVER, "../drivers"), -EINVAL);
}

static void a_driver_is_changed_by_one_write(void **state) {
	bind_to("nvidia");
	assert_int_equal(change(FACT_DRIVER, CARD, "nvidia", "-"), 0);
	assert_true(tree_holds(&tree, DRIVERS "/nvidia/unbind", CARD));
	tree_unlink(&tree, DEVICE "/driver");
	assert_int_equal(change(FACT_DRIVER, CARD, "-", "nvidia"), 0);
	assert_true(tree_holds(&tree, DRIVERS "/nvidia/bind", CARD));
}

static void nothing_is_written_until_it_is_committed(void **state) {
	struct step step;
	struct writer writer;

	assert_int_equal(step_make(FACT_DRIVER, CARD, "nvidia", "-", &step), 0);
	assert_int_equal(ops->begin(ops, &step, false, &writer, NULL), 0);
	assert_int_not_equal(writer.process.pid, 0);
	ops->cancel(ops, &writer);
	assert_false(ops->alive(ops, writer.process));
	assert_true(tree_holds(&tree, DRIVERS "/nvidia/unbind", ""));
}

static void a_bound_driver_is_not_bound_again(void **state) {
	bind_to("nvidia");
	assert_int_equal(change(FACT_DRIVER, CARD, "-", "nvidia"), 0);
	assert_true(tree_holds(&tree, DRIVERS "/nvidia/bind", ""));
}

static void a_driver_that_went_with_its_device_is_gone(void **state) {
	assert_int_equal(change(FACT_DRIVER, CARD, "nouveau", "-"), 0);
	bind_to("nouveau");
	assert_int_equal(change(FACT_DRIVER, CARD, "nouveau", "-"), -ENOENT);
}

static void no_module_is_loaded_for_another_machine(void **state) {
	struct error error = {0};

	tree_file(&tree, DEVICE "/modalias", "pci:v000010DEd00002484\n");
	assert_int_equal(change_with(FACT_DRIVER, CARD, "-", "no-such", &error), -EOPNOTSUPP);
	assert_int_equal(change_with(FACT_MODULE, "no_such", "-", "loaded", &error), -EOPNOTSUPP);
	assert_int_equal(change_with(FACT_DRIVER, CARD, "-", "../x", &error), -EOPNOTSUPP);
}

static void any_device_that_gets_a_driver_may_be_what_was_waited_for(void **state) {
	static const char *const events[] = {"add@/devices/platform/x",
		"unbind@/devices/platform/x", "bind@/devices/platform/x"};
	int ends[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
	for (size_t i = 0; i < COUNT(events); i++) {
		ssize_t length = (ssize_t)strlen(events[i]) + 1;

		assert_int_equal(uevent_await_bound(ends[0], deadline_after(1)), 0);
		assert_int_equal(write(ends[1], events[i], (size_t)length), length);
	}
	assert_int_equal(uevent_await_bound(ends[0], deadline_after(30000)), 1);
	close(ends[0]);
	close(ends[1]);
}

static void a_stuck_driver_is_left_in_flight(void **state) {
	struct linux_options options = {.root = tree.path, .writer_timeout_ms = 50};
	struct ops *hasty = linux_ops_new(&options, NULL);
	struct error error = {0};
	struct step step;
	struct writer writer;
	char data[64];
	int reader;

	assert_non_null(hasty);
	bind_to("stuck");
	tree_fifo(&tree, DRIVERS "/stuck/unbind");
	assert_int_equal(step_make(FACT_DRIVER, CARD, "stuck", "-", &step), 0);
	assert_int_equal(hasty->begin(hasty, &step, false, &writer, &error), 0);
	assert_int_equal(hasty->commit(hasty, &writer, &error), -EINPROGRESS);
	assert_non_null(strstr(error.text, CARD));
	assert_true(hasty->alive(hasty, writer.process));

	reader = openat(tree.fd, DRIVERS "/stuck/unbind", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(reader, data, sizeof(data)), strlen(CARD));
	assert_int_equal(read(reader, data, sizeof(data)), 0);
	close(reader);
	assert_int_equal(waitpid(writer.process.pid, NULL, 0), writer.process.pid);
	assert_false(hasty->alive(hasty, writer.process));
	linux_ops_free(hasty);
}

static void an_override_is_cleared_by_a_line(void **state) {
	assert_value(FACT_OVERRIDE, CARD, "-");
	tree_file(&tree, DEVICE "/driver_override", "");
	assert_int_equal(change(FACT_OVERRIDE, CARD, "-", "vfio-pci"), 0);
	assert_true(tree_holds(&tree, DEVICE "/driver_override", "vfio-pci\n"));
	assert_value(FACT_OVERRIDE, CARD, "vfio-pci");
	tree_file(&tree, DEVICE "/driver_override", "");
	assert_int_equal(change(FACT_OVERRIDE, CARD, "vfio-pci", "-"), 0);
	assert_true(tree_holds(&tree, DEVICE "/driver_override", "\n"));
	assert_value(FACT_OVERRIDE, CARD, "-");
	assert_int_equal(get(FACT_OVERRIDE, "0000:09:00.0"), -ENODEV);
	assert_int_equal(change(FACT_OVERRIDE, "0000:09:00.0", "-", "vfio-pci"), -ENODEV);
	assert_int_equal(get(FACT_OVERRIDE, "../x"), -EINVAL);
}

static void a_console_is_found_by_its_name(void **state) {
	tree_file(&tree, "sys/class/vtconsole/vtcon0/name", "(S) dummy device\n");
	tree_file(&tree, "sys/class/vtconsole/vtcon0/bind", "0\n");
	tree_file(&tree, "sys/class/vtconsole/vtcon3/name", "(M) frame buffer device\n");
	tree_file(&tree, "sys/class/vtconsole/vtcon3/bind", "1\n");
	assert_value(FACT_CONSOLE, "dummy device", "-");
	assert_value(FACT_CONSOLE, "frame buffer device", "bound");
	assert_int_equal(get(FACT_CONSOLE, "buffer device"), -ENODEV);
	assert_int_equal(get(FACT_CONSOLE, ""), -ENODEV);
	assert_int_equal(change(FACT_CONSOLE, "frame buffer device", "bound", "-"), 0);
	assert_true(tree_holds(&tree, "sys/class/vtconsole/vtcon3/bind", "0\n"));
	assert_value(FACT_CONSOLE, "frame buffer device", "-");
	assert_int_equal(change(FACT_CONSOLE, "frame buffer device", "-", "bound"), 0);
	assert_value(FACT_CONSOLE, "frame buffer device", "bound");
	assert_int_equal(change(FACT_CONSOLE, "none", "-", "bound"), -ENODEV);
}

static void without_consoles_there_is_none(void **state) {
	assert_int_equal(get(FACT_CONSOLE, "frame buffer device"), -ENODEV);
}

static void a_framebuffer_is_a_platform_device(void **state) {
	tree_directory(&tree, "sys/bus/platform/devices/efi-framebuffer.0");
	tree_link(&tree, "sys/bus/platform/devices/efi-framebuffer.0/driver",
		"../../drivers/efi-framebuffer");
	tree_file(&tree, "sys/bus/platform/drivers/efi-framebuffer/unbind", "");
	assert_value(FACT_FRAMEBUFFER, "efi-framebuffer.0", "efi-framebuffer");
	assert_int_equal(change(FACT_FRAMEBUFFER, "efi-framebuffer.0", "efi-framebuffer", "-"), 0);
	assert_true(tree_holds(
		&tree, "sys/bus/platform/drivers/efi-framebuffer/unbind", "efi-framebuffer.0"));
	assert_int_equal(get(FACT_FRAMEBUFFER, "simple-framebuffer.0"), -ENODEV);
	/* Contracts.md C3: it never comes back. */
	assert_int_equal(
		change(FACT_FRAMEBUFFER, "simple-framebuffer.0", "-", "simpledrm"), -ENOENT);
}

static void a_module_is_loaded_or_built_in(void **state) {
	struct utsname kernel;
	char path[256];

	assert_int_equal(uname(&kernel), 0);
	snprintf(path, sizeof(path), "lib/modules/%s/modules.builtin", kernel.release);
	assert_value(FACT_MODULE, "nvidia_drm", "-");
	tree_file(&tree, "sys/module/nvidia_drm/initstate", "live\n");
	assert_value(FACT_MODULE, "nvidia_drm", "loaded");
	assert_value(FACT_MODULE, "nvidia-drm", "loaded");
	assert_value(FACT_MODULE, "vfio_pci", "-");
	tree_file(&tree, path, "kernel/a/xvfio-pci.ko\nkernel/a/vfio-pci.ko.x\nvfio_pci.ko\nko\n");
	assert_value(FACT_MODULE, "vfio_pci", "-");
	tree_file(&tree, path, "kernel/fs/fat/fat.ko\n\nkernel/drivers/vfio/pci/vfio-pci.ko");
	assert_value(FACT_MODULE, "vfio_pci", "loaded");
	assert_int_equal(get(FACT_MODULE, "../x"), -EINVAL);
	assert_int_equal(get(FACT_MODULE, ""), -EINVAL);
}

static void without_systemd_there_is_no_service(void **state) {
	tree_directory(&tree, "run/systemd/system");
	assert_int_equal(get(FACT_SERVICE, "display-manager.service"), -ENODEV);
	assert_int_equal(get(FACT_SERVICE, "a b"), -EINVAL);
	assert_int_equal(change(FACT_SERVICE, "display-manager.service", "up", "down"), -ENODEV);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(a_driver_is_read_from_its_link),
		TEST(a_driver_is_changed_by_one_write),
		TEST(nothing_is_written_until_it_is_committed),
		TEST(a_bound_driver_is_not_bound_again),
		TEST(a_driver_that_went_with_its_device_is_gone),
		TEST(no_module_is_loaded_for_another_machine),
		TEST(any_device_that_gets_a_driver_may_be_what_was_waited_for),
		TEST(a_stuck_driver_is_left_in_flight),
		TEST(an_override_is_cleared_by_a_line),
		TEST(a_console_is_found_by_its_name),
		TEST(without_consoles_there_is_none),
		TEST(a_framebuffer_is_a_platform_device),
		TEST(a_module_is_loaded_or_built_in),
		TEST(without_systemd_there_is_no_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
