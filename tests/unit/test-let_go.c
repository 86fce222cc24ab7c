// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot.h"

#include "plan/plan.h"

#define GPU   "0000:0a:00.0"
#define SOUND "0000:03:00.1"

/* What a plan or its refusals say, on one of the machines. */
struct made {
	struct snapshot snapshot;
	struct request request;
	struct names up; /* of a user's units, beyond those that hold something */
	struct plan *plan;
	struct text text;
};

static struct made take(const char *machine, const char *device) {
	struct made made = {.snapshot = snapshot_take(machine),
		.request = {.guest = "hand:x", .title = "hand:x"}};

	assert_int_equal(request_add(&made.request, address_of(device), NULL, NULL), 0);
	for (size_t i = 0; i < made.snapshot.host.device_count; i++) {
		/* So that each can go alone. */
		strcpy(made.snapshot.host.devices[i].reset_methods, "flr");
	}
	return made;
}

static void made_free(struct made *made) {
	names_free(&made->up);
	text_free(&made->text);
	plan_free(&made->plan);
	snapshot_free(&made->snapshot);
}

#define AUTO_MADE CLEANUP(made_free)

static void allow(struct policy_names *names, const char *value) {
	assert_int_equal(policy_parse_names(value, names), 0);
}

/* What nvidia-persistenced has open is another's. */
static void replace(struct made *made, const struct holder *other) {
	size_t count = 0;

	for (size_t i = 0; i < made->snapshot.host.holder_count; i++) {
		struct holder *holder = &made->snapshot.host.holders[i];
		int pid = other->who.pid ? other->who.pid : holder->who.pid;

		if (strcmp(holder->name, "nvidia-persiste") != 0) {
			continue;
		}
		memcpy(holder->name, other->name, sizeof(holder->name));
		holder->who = other->who;
		holder->who.pid = pid;
		count++;
	}
	assert_true(count > 0);
}

static const char *plan(struct made *made) {
	const struct claims claims = {0};
	const struct asked asked = {.display_manager_up = true, .up = &made->up};
	struct error error = {0};

	plan_free(&made->plan);
	text_free(&made->text);
	made->text = (struct text){0};
	assert_int_equal(plan_make(&made->snapshot.host, &made->request, &claims, &asked,
				 &made->plan, &error),
		0);
	assert_int_equal(plan_format(made->plan, &made->text), 0);
	return made->text.data ? made->text.data : "";
}

static void assert_says(struct made *made, const char *words) {
	const char *text = plan(made);

	if (!strstr(text, words)) {
		fail_msg("no \"%s\" in\n%s", words, text);
	}
}

static void assert_says_nothing_of(struct made *made, const char *words) {
	const char *text = plan(made);

	if (strstr(text, words)) {
		fail_msg("\"%s\" in\n%s", words, text);
	}
}

static bool plan_has_service(const struct made *made, const char *unit) {
	for (size_t i = 0; i < made->plan->step_count; i++) {
		const struct step *step = &made->plan->steps[i].step;

		if (step->fact == FACT_SERVICE && strcmp(step->subject, unit) == 0) {
			return true;
		}
	}
	return false;
}

static void known_daemons_and_the_display_manager_are_stopped(void **state) {
	AUTO_MADE struct made made = take("nvidia-single", GPU);

	assert_says(&made, "service nvidia-persistenced.service up down\n"
			   "service lightdm.service up down\n");
	/* It would not start without its driver. */
	assert_says_nothing_of(&made, "service nvidia-persistenced.service down up");
}

/* It has just been started and is about to open the card, unless it never does. */
static void a_display_manager_without_a_card_is_starting_unless_it_draws_text(void **state) {
	static const struct {
		const char *unit;
		bool starting;
	} rows[] = {
		{"lightdm.service", true},
		{"greetd.service", false},
		{"ly.service", false},
		{"ly@tty2.service", false},
		{"emptty.service", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_MADE struct made made = take("nvidia-single", GPU);

		made.snapshot.host.holder_count = 0;
		strcpy(made.snapshot.host.display_manager.unit, rows[i].unit);
		assert_says(&made, "driver " GPU " - vfio-pci\n");
		assert_int_equal(plan_has_service(&made, rows[i].unit), rows[i].starting);
	}
}

static void with_refuse_nothing_is_stopped_and_everybody_is_told_how(void **state) {
	AUTO_MADE struct made made = take("nvidia-single", GPU);

	made.request.policy.holders = HOLDERS_REFUSE;
	assert_says(&made,
		"refused: " GPU " is open in nvidia-persiste (process 702, "
		"nvidia-persistenced.service, nvidia0): stop nvidia-persistenced.service, or set `holders = stop-services` in the section "
		"[policy]\n");
	assert_says(&made,
		"refused: lightdm.service would have to be stopped, which ends its login sessions: "
		"log out and stop it, or set `holders = stop-services` in the section [policy]\n");
	assert_int_equal(made.plan->step_count, 0);
}

static void another_service_is_refused_until_it_is_named(void **state) {
	AUTO_MADE struct made made = take("nvidia-single", GPU);

	replace(&made, &(struct holder){.name = "ollama", .who.unit = "ollama.service"});
	assert_says(&made, ": stop ollama.service, or add ollama.service to `services` in the "
			   "section [policy]\n");
	allow(&made.request.policy.services, "x.service ollama.service");
	assert_says(&made, "service ollama.service up down\n");
}

static void a_program_is_refused_until_it_may_be_ended(void **state) {
	AUTO_MADE struct made made = take("nvidia-single", GPU);

	replace(&made,
		&(struct holder){
			.name = "blender", .who.unit = "session-9.scope", .who.start = 4711});
	assert_says(&made, ", or set `holders = terminate` in the section [policy]\n");
	made.request.policy.holders = HOLDERS_TERMINATE;
	assert_says(&made, "service lightdm.service up down\n"
			   "    lost: the login sessions of lightdm.service end\n"
			   "process 702.4711 blender -\n"
			   "    lost: blender (process 702) ends\n");
	/* What is lost may still be refused, and the choice be limited. */
	made.request.policy.losses = CONSENT_REFUSE;
	assert_says(&made, ", or set `losses = allow` in the section [policy]\n");
	made.request.policy.losses = CONSENT_ALLOW;
	allow(&made.request.policy.programs, "ollama blender-launcher");
	assert_says(&made, ", or add blender to `programs` in the section [policy]\n");
	allow(&made.request.policy.programs, "ollama blender");
	assert_says(&made, "process 702.4711 blender -\n");
}

static void a_name_that_would_steer_a_terminal_does_not(void **state) {
	AUTO_MADE struct made made = take("nvidia-single", GPU);

	replace(&made,
		&(struct holder){
			.name = "a\033[2Jb", .who.unit = "session-9.scope", .who.start = 4711});
	made.request.policy.holders = HOLDERS_TERMINATE;
	assert_says(&made, "lost: a?[2Jb (process 702) ends\n");
	assert_says_nothing_of(&made, "\033");
	allow(&made.request.policy.programs, "blender");
	assert_says(&made, ", or add a?[2Jb to `programs` in the section [policy]\n");
	assert_says_nothing_of(&made, "\033");
}

/* Another one could have its number by then, and no setting changes that. */
static void a_program_of_which_the_start_is_not_known_is_not_ended(void **state) {
	AUTO_MADE struct made made = take("nvidia-single", GPU);

	replace(&made, &(struct holder){.name = "blender", .who.unit = "session-9.scope"});
	made.request.policy.holders = HOLDERS_TERMINATE;
	assert_says(&made, "refused: " GPU " is open in blender");
	assert_says_nothing_of(&made, "[policy]");
}

static void a_service_that_may_be_ended_is_stopped_so_that_it_comes_back(void **state) {
	AUTO_MADE struct made made = take("nvidia-single", GPU);

	replace(&made, &(struct holder){.name = "ollama", .who.unit = "ollama.service"});
	made.request.policy.holders = HOLDERS_TERMINATE;
	assert_says(&made, "service ollama.service up down\n");
	assert_says_nothing_of(&made, "process 702");
}

/* Whatever is allowed: without these the machine or the session ends, or they are guests. */
static void what_the_system_needs_is_never_ended(void **state) {
	static const struct holder needed[] = {
		{.name = "systemd", .who.unit = "user@1002.service", .who.user_unit = "init.scope"},
		{.name = "dbus-daemon",
			.who.unit = "user@1002.service",
			.who.user_unit = "dbus.service"},
		{.name = "anything", .who.unit = "systemd-networkd.service"},
		{.name = "sshd", .who.unit = "session-4.scope"},
		{.name = "gdm-session-wor", .who.unit = "session-4.scope"},
		{.name = "qemu-system-x86", .who.unit = "session-4.scope"},
		{.name = "renamed", .who.unit = "session-4.scope", .who.guest = "win11"},
		{.name = "kvm", .who.unit = "100.scope"},
		{.name = "baton", .who.unit = "session-4.scope"},
		{.name = "-", .who.unit = "session-4.scope"},
		{.name = "", .who.unit = "session-4.scope"},
		{.name = "init", .who.pid = 1},
		{.name = "renamed", .who.pid = 1},
	};

	for (size_t i = 0; i < COUNT(needed); i++) {
		AUTO_MADE struct made made = take("nvidia-single", GPU);

		replace(&made, &needed[i]);
		made.request.policy.holders = HOLDERS_TERMINATE;
		allow(&made.request.policy.services, "dbus.service systemd-networkd.service");
		assert_says(&made, "refused: " GPU " is open in ");
		assert_says_nothing_of(&made, "[policy]");
		assert_int_equal(made.plan->step_count, 0);
	}
}

/* gdm's session has a compositor and a sound server, both below the user's own manager. */
static void a_sound_server_is_stopped_without_its_session(void **state) {
	AUTO_MADE struct made made = take("amd-desktop", SOUND);

	assert_says(&made, "service 1000/pipewire.service up down\n"
			   "driver " SOUND " snd_hda_intel -\n");
	/* ... and goes on as soon as its card has gone. */
	assert_says(&made, "driver " SOUND " - vfio-pci\n"
			   "service 1000/pipewire.service down up\n");
	assert_says_nothing_of(&made, "gdm.service");
	/* If it does not come up, the guest has its card all the same. */
	assert_true(made.plan->steps[made.plan->step_count - 1].dispensable);
	assert_false(made.plan->steps[0].dispensable);
}

static void what_would_start_it_again_is_stopped_before_it(void **state) {
	AUTO_MADE struct made made = take("amd-desktop", SOUND);

	assert_int_equal(names_add(&made.up, "1000/pipewire.socket"), 0);
	assert_int_equal(names_add(&made.up, "1000/pipewire-pulse.service"), 0);
	assert_int_equal(names_add(&made.up, "1001/pipewire-pulse.socket"), 0);
	assert_says(&made, "service 1000/pipewire-pulse.service up down\n"
			   "service 1000/pipewire.socket up down\n"
			   "service 1000/pipewire.service up down\n"
			   "driver ");
	assert_says(&made, "service 1000/pipewire.service down up\n"
			   "service 1000/pipewire.socket down up\n"
			   "service 1000/pipewire-pulse.service down up\n");
	assert_says_nothing_of(&made, "pipewire-pulse.socket");
}

static void what_ends_with_the_display_manager_is_not_stopped_twice(void **state) {
	AUTO_MADE struct made made = take("amd-desktop", "0000:03:00.0");

	assert_int_equal(request_add(&made.request, address_of(SOUND), NULL, NULL), 0);
	assert_says(&made, "service gdm.service up down\n");
	assert_says_nothing_of(&made, "pipewire");
}

static void with_refuse_a_sound_server_is_named_itself(void **state) {
	AUTO_MADE struct made made = take("amd-desktop", SOUND);

	made.request.policy.holders = HOLDERS_REFUSE;
	assert_says(&made,
		"is open in pipewire (process 1410, user@1000.service, pipewire.service, snd/controlC0)");
	assert_says_nothing_of(&made, "gdm.service would have to be stopped");
}

/* logind opens the card for a compositor that somebody has started on a terminal. */
static void a_seat_manager_lets_go_with_the_one_that_it_holds_for(void **state) {
	AUTO_MADE struct made made = take("amd-desktop", "0000:03:00.0");

	for (size_t i = 0; i < made.snapshot.host.holder_count; i++) {
		struct holder *holder = &made.snapshot.host.holders[i];

		if (strcmp(holder->who.unit, "user@1000.service") == 0) {
			strcpy(holder->who.unit, "session-9.scope");
			holder->who.user_unit[0] = '\0';
			strcpy(holder->name, "sway");
			holder->who.start = 4711;
		}
	}
	assert_says(&made, "refused: ");
	made.request.policy.holders = HOLDERS_TERMINATE;
	assert_says(&made, "process 1400.");
	assert_says_nothing_of(&made, "systemd-logind");
}

/* Intel's cards have their sound behind a bridge of their own, at a higher or a lower number. */
static void the_sound_goes_before_the_picture_wherever_it_is(void **state) {
	struct device devices[] = {
		{.address = {.bus = 3}, .class = 0x040300, .group = 1},
		{.address = {.bus = 4}, .class = 0x030000, .group = 2},
	};
	const struct claims claims = {0};
	const struct asked asked = {0};
	struct host host = {.kernel = "6.1.0",
		.iommu = true,
		.vfio = true,
		.devices = devices,
		.device_count = COUNT(devices)};
	struct request request = {.guest = "hand:x", .title = "hand:x"};
	AUTO_PLAN struct plan *made = NULL;
	struct error error = {0};

	for (size_t i = 0; i < COUNT(devices); i++) {
		address_format(devices[i].address, devices[i].name);
		strcpy(devices[i].vfio_driver, "vfio-pci");
		strcpy(devices[i].reset_methods, "flr");
		assert_int_equal(request_add(&request, devices[i].address, NULL, NULL), 0);
	}
	assert_int_equal(plan_make(&host, &request, &claims, &asked, &made, &error), 0);
	assert_int_equal(made->device_count, 2);
	assert_string_equal(made->devices[0].name, devices[0].name);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_daemons_and_the_display_manager_are_stopped),
		cmocka_unit_test(a_display_manager_without_a_card_is_starting_unless_it_draws_text),
		cmocka_unit_test(with_refuse_nothing_is_stopped_and_everybody_is_told_how),
		cmocka_unit_test(another_service_is_refused_until_it_is_named),
		cmocka_unit_test(a_program_is_refused_until_it_may_be_ended),
		cmocka_unit_test(a_name_that_would_steer_a_terminal_does_not),
		cmocka_unit_test(a_program_of_which_the_start_is_not_known_is_not_ended),
		cmocka_unit_test(a_service_that_may_be_ended_is_stopped_so_that_it_comes_back),
		cmocka_unit_test(what_the_system_needs_is_never_ended),
		cmocka_unit_test(a_sound_server_is_stopped_without_its_session),
		cmocka_unit_test(what_would_start_it_again_is_stopped_before_it),
		cmocka_unit_test(what_ends_with_the_display_manager_is_not_stopped_twice),
		cmocka_unit_test(with_refuse_a_sound_server_is_named_itself),
		cmocka_unit_test(a_seat_manager_lets_go_with_the_one_that_it_holds_for),
		cmocka_unit_test(the_sound_goes_before_the_picture_wherever_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
