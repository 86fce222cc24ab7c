// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/container.h"

#include <errno.h>

#include "host/holder/remedy.h"
#include "snapshot.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static int parse(const char *cgroup, char ret[LABEL_SIZE]) {
	struct units units = {0};

	(void)!cgroup_units_parse(cgroup, &units);
	return container_parse(cgroup, &units, ret);
}

static void a_container_is_called_as_its_engine_calls_it(void **state) {
	static const char *const rows[][2] = {
		{"0::/system.slice/docker-" ID ".scope\n", "docker:0123456789ab"},
		{"0::/system.slice/docker-" ID ".scope/init.scope\n", "docker:0123456789ab"},
		{"0::/system.slice/docker-0123.scope\n", "docker:0123"},
		{"0::/docker/" ID "\n", "docker:0123456789ab"},
		{"4:cpu:/x\n1:name=systemd:/docker/" ID "/x\n", "docker:0123456789ab"},
		{"0::/machine.slice/libpod-" ID ".scope/container\n", "podman:0123456789ab"},
		{"0::/libpod_parent/libpod-" ID "\n", "podman:0123456789ab"},
		{"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID
		 ".scope/container\n",
			"podman:0123456789ab"},
		{"0::/kubepods.slice/kubepods-pod7.slice/cri-containerd-" ID ".scope\n",
			"cri:0123456789ab"},
		{"0::/kubepods/besteffort/pod7/" ID "\n", "cri:0123456789ab"},
		{"0::/machine.slice/machine-build.scope/payload/system.slice/x.service\n",
			"machine:build"},
		{"0::/lxc/101/ns/system.slice/jellyfin.service\n", "proxmox:101"},
		{"0::/lxc/101/ns\n", "proxmox:101"},
		{"0::/lxc/web/system.slice\n", "lxc:web"},
		{"0::/lxc.payload.web/user.slice/user-0.slice/session-1.scope\n", "lxc:web"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char container[LABEL_SIZE] = "";

		assert_int_equal(parse(rows[i][0], container), 0);
		assert_string_equal(container, rows[i][1]);
	}
}

/* Whose cgroups are a user's own may call them as he likes, and so may a service. */
static void what_only_looks_like_one_is_none(void **state) {
	static const char *const rows[] = {"", "0::/\n", "0::/init.scope\n",
		"0::/user.slice/user-1000.slice/session-3.scope/lxc/101/ns\n",
		"0::/user.slice/user-1000.slice/user@1000.service/lxc/101/ns\n",
		"0::/user.slice/user-1000.slice/user@1000.service/docker/" ID "\n",
		"0::/system.slice/x.service/docker-" ID ".scope\n",
		"0::/machine.slice/libpod-conmon-" ID ".scope\n", "0::/docker/short\n",
		"0::/system.slice/docker.service\n", "0::/lxc.monitor.web\n", "0::/lxc.payload.\n",
		"0::/machine.slice/machine-qemu\\x2d1\\x2dwin11.scope\n", "0::/kubepods/" ID "x\n",
		"4:cpu:/docker/" ID "\n"};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char container[LABEL_SIZE] = "";

		assert_int_equal(parse(rows[i], container), -ENOENT);
		assert_string_equal(container, "");
	}
}

/* A unit that runs in there is not the host's to stop. */
static void who_holds_from_a_container_goes_with_it(void **state) {
	static const char *const rows[][2] = {
		{"0::/lxc/101/ns/system.slice/ssh.service\n", "stop its container (pct stop 101)"},
		{"0::/lxc.payload.web/init.scope\n",
			"stop its container (lxc-stop -n web, or incus stop web)"},
		{"0::/docker/" ID "\n", "stop its container (docker stop 0123456789ab)"},
		{"0::/user.slice/user-7.slice/user@7.service/user.slice/libpod-" ID ".scope\n",
			"stop its container (podman stop 0123456789ab as its user)"},
	};
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");

	snapshot_write(&snapshot, "/proc/77/comm", "ffmpeg\n");
	snapshot_link(&snapshot, "/proc/77/fd/5", "/dev/dri/renderD128");
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct holder *holder;
		char remedy[REMEDY_SIZE];

		snapshot_write(&snapshot, "/proc/77/cgroup", rows[i][0]);
		snapshot_read(&snapshot);
		holder = holder_of(&snapshot, "0000:03:00.0", HOLDER_PROCESS, "ffmpeg");
		assert_non_null(holder);
		holder_remedy(&snapshot.host, holder, remedy);
		assert_string_equal(remedy, rows[i][1]);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_container_is_called_as_its_engine_calls_it),
		cmocka_unit_test(what_only_looks_like_one_is_none),
		cmocka_unit_test(who_holds_from_a_container_goes_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
