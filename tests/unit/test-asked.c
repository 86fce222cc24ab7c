// SPDX-License-Identifier: GPL-2.0-or-later
#include "asked.h"

#include <errno.h>

#include "snapshot.h"

#define SOUND "0000:03:00.1" /* which pipewire has open, a unit of user 1000's manager */

/* A machine whose users' managers answer, or do not. */
struct managers {
	struct ops ops;
	bool silent;
	unsigned int asked; /* of users' */
};

static int get(struct ops *ops, enum fact fact, const char *subject, char ret[VALUE_SIZE],
	struct error *error) {
	struct managers *managers = (struct managers *)ops;
	bool of_user = strchr(subject, '/');

	assert_int_equal(fact, FACT_SERVICE);
	managers->asked += of_user;
	if (of_user && managers->silent) {
		return error_set(error, -ETIMEDOUT, "it does not answer");
	}
	strcpy(ret, VALUE_UP);
	return 0;
}

/* What a plan for the sound of the card says; policy: of holders. */
static struct text plan(struct managers *managers, enum holders_policy policy) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_ANSWERS struct answers answers = {0};
	AUTO_PLAN struct plan *plan = NULL;
	struct request request = {.guest = "hand:x", .title = "hand:x"};
	const struct claims claims = {0};
	struct asked asked;
	struct error error = {0};
	struct text text = {0};

	request.policy.holders = policy;
	managers->ops.get = get;
	assert_int_equal(request_add(&request, address_of(SOUND), NULL, NULL), 0);
	for (size_t i = 0; i < snapshot.host.device_count; i++) {
		strcpy(snapshot.host.devices[i].reset_methods, "flr"); /* so that it can go alone */
	}
	assert_int_equal(
		asked_fill(&managers->ops, &snapshot.host, &request, &asked, &answers, &error), 0);
	assert_int_equal(plan_make(&snapshot.host, &request, &claims, &asked, &plan, &error), 0);
	assert_int_equal(plan_format(plan, &text), 0);
	return text;
}

static void what_would_start_a_sound_server_again_is_asked_of_its_manager(void **state) {
	struct managers managers = {0};
	AUTO_TEXT struct text text = plan(&managers, HOLDERS_STOP_SERVICES);

	assert_non_null(strstr(text.data, "service 1000/pipewire.socket up down\n"));
}

static void a_manager_that_does_not_answer_is_a_refusal_and_asked_once(void **state) {
	struct managers managers = {.silent = true};
	AUTO_TEXT struct text text = plan(&managers, HOLDERS_STOP_SERVICES);

	assert_int_equal(managers.asked, 1);
	assert_string_equal(text.data,
		"refused: user@1000.service does not answer, and would have to stop "
		"pipewire.service, which has " SOUND " open: end that user's sessions (`loginctl "
		"terminate-user 1000`), and try again\n");
}

static void where_nobody_is_stopped_no_manager_has_to_answer(void **state) {
	struct managers managers = {.silent = true};
	AUTO_TEXT struct text text = plan(&managers, HOLDERS_REFUSE);

	assert_int_equal(managers.asked, 0);
	assert_null(strstr(text.data, "does not answer"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_would_start_a_sound_server_again_is_asked_of_its_manager),
		cmocka_unit_test(a_manager_that_does_not_answer_is_a_refusal_and_asked_once),
		cmocka_unit_test(where_nobody_is_stopped_no_manager_has_to_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
