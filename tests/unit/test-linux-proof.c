// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/trace.h"
#include "snapshot.h"

#define DISKS   "0000:02:00.1" /* with sda on it */
#define NETWORK "0000:04:00.0" /* enp4s0 */
#define CARD    "0000:05:00.0"

struct scene {
	struct snapshot snapshot;
	struct ops *ops;
	struct error error;
};

static void scene_free(struct scene *scene) {
	linux_ops_free(scene->ops);
	snapshot_free(&scene->snapshot);
}

#define AUTO_SCENE CLEANUP(scene_free)

static void start(struct scene *scene) {
	struct linux_options options = {
		.root = scene->snapshot.machine.path, .service_timeout_ms = 200};

	scene->ops = linux_ops_new(&options, NULL);
	assert_non_null(scene->ops);
}

/* Nothing is mounted and no network is used, as the plan found it. */
static struct scene take(void) {
	struct scene scene = {.snapshot = snapshot_take("sata-in-group")};

	snapshot_write(&scene.snapshot, "/proc/1/mountinfo",
		"29 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n");
	snapshot_write(&scene.snapshot, "/proc/swaps", "Filename\n");
	snapshot_write(&scene.snapshot, "/proc/net/route", "Iface\n");
	snapshot_write(&scene.snapshot, "/dev/null", "");
	start(&scene);
	return scene;
}

static int prove(struct scene *scene, const char *device) {
	scene->error.text[0] = '\0';
	return scene->ops->prove_free(scene->ops, device, &scene->error);
}

/* Whoever does that need not open a node in /dev, so no vigil hears of it. */
static void what_was_mounted_after_the_plan_is_found_all_the_same(void **state) {
	AUTO_SCENE struct scene scene = take();

	assert_int_equal(prove(&scene, DISKS), 0);
	snapshot_write(&scene.snapshot, "/proc/1/mountinfo",
		"29 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n"
		"50 29 8:1 / /srv rw - ext4 /dev/sda1 rw\n");
	assert_int_equal(prove(&scene, DISKS), -EBUSY);
	assert_string_equal(scene.error.text,
		DISKS " is still in use: it carries the file system mounted on /srv (sda1); "
		      "unmount /srv and try again");
}

static void so_are_swap_and_routes(void **state) {
	AUTO_SCENE struct scene scene = take();

	snapshot_write(&scene.snapshot, "/proc/swaps", "Filename\n/dev/sda2 partition 1 0 -2\n");
	assert_int_equal(prove(&scene, DISKS), -EBUSY);
	assert_non_null(strstr(scene.error.text, "carries swap space (sda2)"));
	assert_int_equal(prove(&scene, NETWORK), 0);
	snapshot_write(&scene.snapshot, "/proc/net/route",
		"Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
		"enp4s0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\n");
	assert_int_equal(prove(&scene, NETWORK), -EBUSY);
	assert_non_null(strstr(scene.error.text, "carries the default route (enp4s0)"));
}

static void who_did_not_let_us_look_is_remarked(void **state) {
	AUTO_SCENE struct scene scene = take();
	const uid_t root = 0, nobody = 65534;
	bool privileged = geteuid() == root;
	char path[256];

	snapshot_write(&scene.snapshot, "/proc/77/fd/none", "");
	snprintf(path, sizeof(path), "%s/proc/77/fd", scene.snapshot.machine.path);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(scene.snapshot.machine.path, 0755), 0);
	if (privileged) {
		assert_int_equal(seteuid(nobody), 0);
	}
	assert_int_equal(prove(&scene, DISKS), 0);
	if (privileged) {
		assert_int_equal(seteuid(root), 0);
		prctl(PR_SET_DUMPABLE, 1); /* for the leak check */
	}
	assert_int_equal(chmod(path, 0700), 0);
	assert_string_equal(scene.error.text,
		"1 process did not let us look, and may hold the device all the same");
}

/* As in the plan: of what card a buffer is can be told only if the other one is known. */
static void a_buffer_may_be_the_twins(void **state) {
	AUTO_SCENE struct scene scene = {.snapshot = snapshot_take("twins")};

	snapshot_link(&scene.snapshot, "/proc/77/fd/5", "/dmabuf:");
	snapshot_write(&scene.snapshot, "/proc/77/fdinfo/5", "pos:\t0\nexp_name:\tnvidia\n");
	start(&scene);
	assert_int_equal(prove(&scene, "0000:21:00.0"), 0);
}

struct reads {
	size_t count;
	size_t processes; /* of these, below a process other than the first */
	bool mounts;
};

static int count(void *context, enum trace_kind kind, const char *path) {
	struct reads *reads = context;
	const char *below = strstr(path, "/proc/");

	reads->count++;
	below = below ? below + strlen("/proc/") : "";
	/* The first one's mounts are the machine's. */
	reads->processes += strspn(below, "0123456789") > 0 && strcmp(below, "1") != 0 &&
			    !text_starts(below, "1/");
	reads->mounts |= strcmp(below, "1/mountinfo") == 0;
	return 0;
}

static void measure(
	struct scene *scene, const char *device, struct trace *trace, struct reads *ret) {
	*ret = (struct reads){0};
	atomic_store(&trace->length, 0);
	assert_int_equal(prove(scene, device), 0);
	assert_int_equal(trace_each(trace, count, ret), 0);
}

/* It comes before each write that may block. */
static void what_is_known_to_be_free_is_proven_at_little_cost(void **state) {
	const size_t size = (size_t)8 << 20;
	struct trace *trace = aside_memory_new(size);
	AUTO_SCENE struct scene scene = take();
	struct reads first, again;

	assert_non_null(trace);
	trace_begin(trace, size); /* the worker is made later, and notes there as well */
	measure(&scene, CARD, trace, &first);
	assert_true(first.processes > 0);
	measure(&scene, CARD, trace, &again);
	assert_true(again.count < first.count);
	assert_int_equal(again.processes, 0);
	assert_false(again.mounts);
	print_message("a card: %zu reads, and again %zu\n", first.count, again.count);
	measure(&scene, DISKS, trace, &first);
	measure(&scene, DISKS, trace, &again);
	assert_true(again.mounts);
	print_message("disks: %zu reads, and again %zu\n", first.count, again.count);
	assert_int_equal(trace_end(), 0);
	aside_memory_free(trace, size);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_mounted_after_the_plan_is_found_all_the_same),
		cmocka_unit_test(so_are_swap_and_routes),
		cmocka_unit_test(who_did_not_let_us_look_is_remarked),
		cmocka_unit_test(a_buffer_may_be_the_twins),
		cmocka_unit_test(what_is_known_to_be_free_is_proven_at_little_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
