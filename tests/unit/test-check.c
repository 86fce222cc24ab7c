// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "capture/text.h"
#include "check-trials.h"
#include "front/checked.h"
#include "snapshot.h"

/* What is found on a machine, or with a word of the command line. */
static void look(const struct machine *machine, const char *word, struct findings *ret) {
	AUTO_CHECKED struct checked checked = {.session = {.root = -1}};
	const struct invocation invocation = {
		.options = OPTION_ROOT,
		.root = machine->path,
		.words = (char **)&word,
		.word_count = word != NULL,
	};

	findings_free(ret);
	assert_int_equal(checked_open(&invocation, &checked), RESULT_DONE);
	assert_int_equal(check_run(&checked.up, ret), 0);
}

static const struct finding *find(const struct findings *findings, const char *id) {
	for (size_t i = 0; i < findings->count; i++) {
		if (strcmp(findings->items[i].id, id) == 0) {
			return &findings->items[i];
		}
	}
	return NULL;
}

static const char *below(const char *path) {
	return path + 1;
}

/* With all that is above it. */
static int add_directory(void *context, const char *path) {
	const struct machine *machine = context;
	char part[512];

	for (const char *end = path; *end; end++) {
		if (end[1] != '/' && end[1] != '\0') {
			continue;
		}
		snprintf(part, sizeof(part), "%.*s", (int)(end + 1 - path), path);
		if (mkdirat(machine->root, below(part), 0755) < 0 && errno != EEXIST) {
			return -errno;
		}
	}
	return 0;
}

static int add_file(void *context, const char *path, const char *data, size_t length) {
	return machine_write(context, path, data);
}

static int add_link(void *context, const char *path, const char *target) {
	return machine_link(context, path, target);
}

/* More of a machine, in the format of its text. */
static void add(const struct machine *machine, const char *text) {
	AUTO_FREE char *copy = strdup(text ? text : "");
	const struct text_sink sink = {.directory = add_directory,
		.file = add_file,
		.link = add_link,
		.context = (void *)machine};
	struct error error = {0};

	assert_non_null(copy);
	if (text_read(copy, strlen(copy), &sink, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

/* Modes and times do not stand in a machine's text. */
static void set_modes(const struct machine *machine, const struct trial *trial) {
	if (trial->executable && faccessat(machine->root, below(trial->executable), F_OK, 0) == 0) {
		assert_int_equal(fchmodat(machine->root, below(trial->executable), 0755, 0), 0);
	}
}

static void take_sound(const struct trial *trial, struct machine *ret) {
	assert_int_equal(machine_load(trial->sound ? trial->sound : trial->machine, ret), 0);
	add(ret, trial->before);
	set_modes(ret, trial);
}

static void take_broken(const struct trial *trial, struct machine *ret) {
	assert_int_equal(machine_load(trial->machine, ret), 0);
	add(ret, trial->before);
	if (trial->removed) {
		assert_int_equal(machine_remove(ret, trial->removed), 0);
	}
	add(ret, trial->broken);
	set_modes(ret, trial);
	if (trial->old) {
		static const struct timespec long_ago[2] = {{1000000000}, {1000000000}};

		assert_int_equal(utimensat(ret->root, below(trial->old), long_ago, 0), 0);
	}
	if (trial->writable) {
		assert_int_equal(fchmodat(ret->root, below(trial->writable), 0777, 0), 0);
	}
}

/* What is found on a sound machine; the last that is as it stands in its file is kept. */
static void look_at_sound(const struct trial *trial, struct findings *kept, const char **kept_name,
	struct findings *other, const struct findings **ret) {
	const char *name = trial->sound ? trial->sound : trial->machine;
	bool plain = !trial->before && !trial->sound_word;
	AUTO_MACHINE struct machine machine = {.root = -1};

	*ret = plain ? kept : other;
	if (plain && *kept_name && strcmp(*kept_name, name) == 0) {
		return;
	}
	take_sound(trial, &machine);
	look(&machine, trial->sound_word, plain ? kept : other);
	*kept_name = plain ? name : *kept_name;
}

static void each_is_found_where_it_is_and_nowhere_else(void **state) {
	AUTO_FINDINGS struct findings kept = {0}, other = {0};
	const char *kept_name = NULL;

	for (size_t i = 0; i < trial_count; i++) {
		const struct trial *trial = &trials[i];
		AUTO_MACHINE struct machine broken = {.root = -1};
		AUTO_FINDINGS struct findings findings = {0};
		const struct findings *sound;
		const struct finding *finding;

		look_at_sound(trial, &kept, &kept_name, &other, &sound);
		if (find(sound, trial->id)) {
			fail_msg("%s is found on a sound machine", trial->id);
		}
		take_broken(trial, &broken);
		look(&broken, trial->word, &findings);
		finding = find(&findings, trial->id);
		if (!finding) {
			fail_msg("%s is not found", trial->id);
		}
		assert_int_equal(finding->level, check_find(trial->id)->level);
		assert_true(finding->subject[0] && finding->reason[0]);
	}
}

/* Those that no file can show: here by what is put into the check-up. */
static bool is_elsewhere(const char *id) {
	return strcmp(id, "looked-without-root") == 0 || strncmp(id, "refused-", 8) == 0 ||
	       strcmp(id, "journal-unreadable") == 0 || strcmp(id, "hand-over-unfinished") == 0;
}

static bool is_tried(const char *id) {
	for (size_t i = 0; i < trial_count; i++) {
		if (strcmp(trials[i].id, id) == 0) {
			return true;
		}
	}
	return is_elsewhere(id);
}

static void has_a_trial_and_a_section(const struct check *check) {
	const char *text = check_explain(check->id);
	char head[32];

	if (!is_tried(check->id)) {
		fail_msg("%s is tried nowhere", check->id);
	}
	if (!text) {
		fail_msg("%s has no section in baton-findings(7)", check->id);
	}
	snprintf(head, sizeof(head), "%s: ", finding_level_name(check->level));
	if (!text_starts(text, head)) {
		fail_msg("the manual has another level for %s", check->id);
	}
	assert_ptr_equal(check_find(check->id), check);
}

static void each_has_a_trial_and_a_section(void **state) {
	size_t count = 0;

	for (size_t i = 0; i < check_area_count; i++) {
		for (size_t k = 0; k < check_areas[i]->count; k++) {
			has_a_trial_and_a_section(&check_areas[i]->checks[k]);
		}
		count += check_areas[i]->count;
	}
	assert_int_equal(count, check_count());
	assert_int_equal(count, check_section_count());
}

static void is_named(const struct check *check, const char *text) {
	if (!strstr(text, check->id)) {
		fail_msg("docs/FINDINGS.md does not name %s", check->id);
	}
}

static void the_document_names_each(void **state) {
	AUTO_CLOSE int docs = root_open(DOCS);
	AUTO_FREE char *text = NULL;

	assert_int_equal(file_read(docs, "FINDINGS.md", 1 << 20, &text, NULL), 0);
	for (size_t i = 0; i < check_area_count; i++) {
		for (size_t k = 0; k < check_areas[i]->count; k++) {
			is_named(&check_areas[i]->checks[k], text);
		}
	}
}

static void each_refusal_is_found(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	AUTO_FREE struct plan *plan = calloc(1, sizeof(*plan));
	const struct checkup checkup = {.root = snapshot.machine.root,
		.owner = geteuid(),
		.host = &snapshot.host,
		.title = "libvirt:win11",
		.plan = plan,
		.blind = true};
	AUTO_FINDINGS struct findings findings = {0};

	assert_non_null(plan);
	for (int kind = 0; kind < REFUSAL_COUNT; kind++) {
		struct refusal *refusal = &plan->refusals[plan->refusal_count++];
		char id[64];

		refusal->kind = (enum refusal_kind)kind;
		snprintf(refusal->subject, sizeof(refusal->subject), "%d", kind);
		snprintf(refusal->reason, sizeof(refusal->reason), "is so");
		findings_free(&findings);
		assert_int_equal(check_run(&checkup, &findings), 0);
		snprintf(id, sizeof(id), "refused-%s",
			kind == REFUSAL_PROBLEM ? "known-problem"
						: refusal_name((enum refusal_kind)kind));
		assert_non_null(find(&findings, id));
		assert_non_null(find(&findings, "looked-without-root"));
	}
}

/* Machines as they are, with what is wrong with them, worst first; the others are healthy. */
static void healthy_machines_are_found_healthy(void **state) {
	static const struct {
		const char *machine;
		const char *ids; /* of warnings and errors, each once */
	} rows[] = {
		{"amd-desktop", "door-missing"},
		{"amd-with-igpu", "door-missing known-problem"},
		{"bridge-in-group", ""},
		{"intel-arc", ""},
		{"laptop-amd-nvidia", "known-problem"},
		{"laptop-two-gpus", ""},
		{"no-iommu", "iommu-off"},
		{"nvidia-single", ""},
		{"proxmox-server", "proxmox-mapping proxmox-no-hookscript"},
		{"sata-in-group", "group-shared known-problem"},
		{"sriov-nic", ""},
		{"twins", "known-problem override-left"},
		{"virtual-host", ""},
		{"virtual-host-full", ""},
		{"vmd", ""},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_MACHINE struct machine machine = {.root = -1};
		AUTO_FINDINGS struct findings findings = {0};
		AUTO_TEXT struct text ids = {0};

		assert_int_equal(machine_load(rows[i].machine, &machine), 0);
		look(&machine, NULL, &findings);
		assert_int_equal(text_add(&ids, "%s", ""), 0);
		for (size_t k = 0; k < findings.count; k++) {
			const struct finding *finding = &findings.items[k];

			if (finding->level != FINDING_NOTE && !strstr(ids.data, finding->id)) {
				assert_int_equal(
					text_add(&ids, "%s%s", ids.length ? " " : "", finding->id),
					0);
			}
		}
		if (strcmp(ids.data, rows[i].ids) != 0) {
			fail_msg("%s has \"%s\"", rows[i].machine, ids.data);
		}
	}
}

static void the_worst_comes_first(void **state) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	AUTO_FINDINGS struct findings findings = {0};

	assert_int_equal(machine_load("no-iommu", &machine), 0);
	add(&machine, "F: /proc/cmdline\n| amd_iommu=on nomodeset\n");
	look(&machine, NULL, &findings);
	assert_int_equal(findings.count, 3);
	assert_string_equal(findings.items[0].id, "iommu-off");
	assert_string_equal(findings.items[1].id, "nomodeset");
	assert_string_equal(findings.items[2].id, "amd-iommu-on");
}

static void only_what_is_asked_for_is_told(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");
	AUTO_NAMES struct names only = {0};
	const struct checkup checkup = {.root = snapshot.machine.root,
		.owner = geteuid(),
		.host = &snapshot.host,
		.only = &only};
	AUTO_FINDINGS struct findings findings = {0};

	assert_int_equal(names_add(&only, "amd-iommu-on"), 0);
	add(&snapshot.machine, "F: /proc/cmdline\n| amd_iommu=on nomodeset\n");
	assert_int_equal(check_run(&checkup, &findings), 0);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.items[0].id, "amd-iommu-on");
	assert_string_equal(findings.items[0].file, "/proc/cmdline");
	assert_string_equal(findings.items[0].value, "amd_iommu=on");
}

static void what_is_left_of_hand_overs_is_found(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	struct claimed_device devices[] = {
		{.guest = "a",
			.title = "libvirt:a",
			.address = address_of("0000:0a:00.0"),
			.held = true},
		{.guest = "b", .title = "libvirt:b", .address = address_of("0000:0a:00.1")},
		{.guest = "b", .title = "libvirt:b", .address = address_of("0000:0a:00.2")},
		{.guest = "c",
			.title = "libvirt:c",
			.address = address_of("0000:0a:00.3"),
			.oopsed = true},
	};
	const struct claims claims = {.devices = devices, .device_count = COUNT(devices)};
	struct checkup checkup = {.root = snapshot.machine.root,
		.owner = geteuid(),
		.host = &snapshot.host,
		.claims = &claims};
	AUTO_FINDINGS struct findings findings = {0};

	assert_int_equal(check_run(&checkup, &findings), 0);
	assert_int_equal(findings.count, 2);
	assert_string_equal(findings.items[0].id, "hand-over-unfinished");
	assert_string_equal(findings.items[0].subject, "libvirt:b");
	assert_string_equal(findings.items[0].remedy, "baton repair");
	assert_string_equal(findings.items[1].subject, "libvirt:c");
	assert_string_equal(findings.items[1].remedy, "restart the machine");
	findings_free(&findings);
	checkup.unread = "/run/baton/x.journal:1: is no journal";
	assert_int_equal(check_run(&checkup, &findings), 0);
	assert_int_equal(findings.count, 3);
	assert_string_equal(findings.items[0].id, "journal-unreadable");
}

static void a_guest_that_runs_is_not_in_its_own_way(void **state) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	AUTO_FINDINGS struct findings findings = {0};

	assert_int_equal(machine_load("proxmox-server", &machine), 0);
	look(&machine, "0000:e1:00.0", &findings);
	assert_non_null(find(&findings, "refused-held"));
	look(&machine, "100", &findings);
	assert_null(find(&findings, "refused-held"));
}

static void of_other_guests_nothing_is_told(void **state) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	AUTO_FINDINGS struct findings findings = {0};

	assert_int_equal(machine_load("proxmox-server", &machine), 0);
	look(&machine, "101", &findings);
	assert_int_equal(findings.count, 2);
	assert_string_equal(findings.items[0].subject, "proxmox:101 (games)");
	assert_string_equal(findings.items[1].id, "guest-could-be-better");
	assert_string_equal(findings.items[1].subject, "proxmox:101");
}

static void evidence_has_file_and_line(void **state) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	AUTO_FINDINGS struct findings findings = {0};
	const struct finding *finding;

	assert_int_equal(machine_load("nvidia-single", &machine), 0);
	add(&machine,
		"F: /etc/modprobe.d/vfio.conf\n| # mine\n| options vfio-pci ids=10de:1e84,10de:10f8\n");
	look(&machine, NULL, &findings);
	finding = find(&findings, "boot-vfio-modprobe");
	assert_non_null(finding);
	assert_string_equal(finding->file, "/etc/modprobe.d/vfio.conf");
	assert_int_equal(finding->line, 2);
	assert_string_equal(finding->value, "options vfio-pci ids=10de:1e84,10de:10f8");
	/* Two functions have an id in that line, which is told of once. */
	assert_int_equal(findings.count, 1);
}

/* Whose connection it is chose its name, and root copies the command. */
static void a_name_means_nothing_to_the_shell_that_a_remedy_is_for(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	struct profile profile = {.name = "a $(b) `c` \"", .user = "alice"};
	struct host host = snapshot.host;
	struct checkup checkup = {.root = snapshot.machine.root, .owner = geteuid(), .host = &host};
	AUTO_FINDINGS struct findings findings = {0};

	host.profiles = &profile;
	host.profile_count = 1;
	assert_int_equal(check_run(&checkup, &findings), 0);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.items[0].remedy,
		"nmcli connection modify \"a \\$(b) \\`c\\` \\\"\" connection.permissions ''");
}

static void a_remedy_is_that_of_the_boot_loader(void **state) {
	static const struct {
		const char *files;
		const char *remedy;
	} rows[] = {
		{"", "to the kernel's command line"},
		{"F: /etc/default/grub\n| #\nF: /usr/sbin/update-grub\n| #\n",
			"then /usr/sbin/update-grub"},
		{"F: /etc/kernel/proxmox-boot-uuids\n| #\n", "proxmox-boot-tool refresh"},
		{"F: /usr/sbin/grubby\n| #\nF: /etc/default/grub\n| GRUB_ENABLE_BLSCFG=true\n",
			"grubby --update-kernel=ALL --args=\"intel_iommu=on\""},
		{"F: /etc/kernelstub/configuration\n| {}\nF: /usr/bin/kernelstub\n| #\n",
			"kernelstub --add-options"},
		{"F: /run/ostree-booted\n| #\nF: /usr/bin/rpm-ostree\n| #\n",
			"rpm-ostree kargs --append-if-missing"},
		{"D: /etc/NIXOS\n", "boot.kernelParams"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_MACHINE struct machine machine = {.root = -1};
		AUTO_FINDINGS struct findings findings = {0};
		const struct finding *finding;

		assert_int_equal(machine_load("no-iommu", &machine), 0);
		add(&machine, "F: /proc/cpuinfo\n| vendor_id\t: GenuineIntel\n"
			      "F: /sys/firmware/acpi/tables/DMAR\n| DMAR\n");
		add(&machine, rows[i].files);
		look(&machine, NULL, &findings);
		finding = find(&findings, "iommu-off-kernel");
		assert_non_null(finding);
		if (!strstr(finding->remedy, rows[i].remedy)) {
			fail_msg("\"%s\" has not \"%s\"", finding->remedy, rows[i].remedy);
		}
	}
}

/* The exit code of `baton check` with these options; what it prints goes nowhere. */
static int run(const char *name, const char *only, const char *explain) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	struct invocation invocation = {.options = OPTION_ROOT, .only = only, .explain = explain};
	AUTO_CLOSE int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	AUTO_CLOSE int out = dup(STDOUT_FILENO);
	AUTO_CLOSE int err = dup(STDERR_FILENO);
	int code;

	assert_int_equal(machine_load(name, &machine), 0);
	invocation.root = machine.path;
	fflush(stdout);
	assert_true(dup2(nowhere, STDOUT_FILENO) >= 0 && dup2(nowhere, STDERR_FILENO) >= 0);
	code = command_check(&invocation);
	fflush(stdout);
	assert_true(dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0);
	return code;
}

static void the_exit_code_is_that_of_the_worst(void **state) {
	assert_int_equal(run("nvidia-single", NULL, NULL), 0);
	assert_int_equal(run("twins", NULL, NULL), 1);
	assert_int_equal(run("no-iommu", NULL, NULL), 3);
	assert_int_equal(run("no-iommu", "acs-override,nomodeset", NULL), 0);
	assert_int_equal(run("no-iommu", "acs-override,nothing", NULL), 2);
	assert_int_equal(run("no-iommu", NULL, "acs-override"), 0);
	assert_int_equal(run("no-iommu", NULL, "nothing"), 2);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_found_where_it_is_and_nowhere_else),
		cmocka_unit_test(each_has_a_trial_and_a_section),
		cmocka_unit_test(the_document_names_each),
		cmocka_unit_test(each_refusal_is_found),
		cmocka_unit_test(healthy_machines_are_found_healthy),
		cmocka_unit_test(the_worst_comes_first),
		cmocka_unit_test(only_what_is_asked_for_is_told),
		cmocka_unit_test(what_is_left_of_hand_overs_is_found),
		cmocka_unit_test(a_guest_that_runs_is_not_in_its_own_way),
		cmocka_unit_test(of_other_guests_nothing_is_told),
		cmocka_unit_test(evidence_has_file_and_line),
		cmocka_unit_test(a_name_means_nothing_to_the_shell_that_a_remedy_is_for),
		cmocka_unit_test(a_remedy_is_that_of_the_boot_loader),
		cmocka_unit_test(the_exit_code_is_that_of_the_worst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
