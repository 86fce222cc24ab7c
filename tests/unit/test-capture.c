// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>

/* The machine that the test runs on, as `baton capture` writes it down and reads it again. */

#define NOBODY 65534

/* In the child. */
static void run(const char *const *words, bool privileged, int output) {
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(output, STDOUT_FILENO);
	dup2(nowhere, STDERR_FILENO);
	if (!privileged && geteuid() == 0 &&
		(setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)) {
		_exit(126);
	}
	execv(words[0], (char **)words);
	_exit(127);
}

/* What baton prints. */
static void ask(const char *const *words, bool privileged, struct text *ret) {
	int ends[2], status;
	char data[4096];
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		run(words, privileged, ends[1]);
	}
	close(ends[1]);
	while ((n = read(ends[0], data, sizeof(data))) > 0) {
		assert_int_equal(text_append(ret, data, (size_t)n), 0);
	}
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void capture(bool privileged, struct text *ret) {
	const char *words[] = {BATON, "capture", "--keep-names", NULL};

	ask(words, privileged, ret);
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

static void assert_same_host(const struct host *captured, const struct host *real) {
	assert_string_equal(captured->kernel, real->kernel);
	assert_int_equal(captured->iommu, real->iommu);
	assert_int_equal(captured->vfio, real->vfio);
	assert_int_equal(captured->vfio_lacks_type1, real->vfio_lacks_type1);
	assert_int_equal(captured->device_count, real->device_count);
	for (size_t i = 0; i < real->device_count; i++) {
		assert_same_device(&captured->devices[i], &real->devices[i]);
	}
	assert_same_cards(captured, real);
	assert_int_equal(captured->console_count, real->console_count);
	for (size_t i = 0; i < real->console_count; i++) {
		assert_string_equal(captured->consoles[i].name, real->consoles[i].name);
		assert_int_equal(captured->consoles[i].bound, real->consoles[i].bound);
	}
	assert_int_equal(captured->framebuffer_count, real->framebuffer_count);
	assert_int_equal(captured->module_count, real->module_count);
	assert_string_equal(captured->display_manager.unit, real->display_manager.unit);
}

/* Holders are looked for before and after: those that were there all the time are in it. */
static void assert_same_holders(struct snapshot *captured, int root, const struct host *before) {
	AUTO_HOST struct host after = {0};

	assert_int_equal(host_read(root, &after, NULL), 0);
	assert_int_equal(host_read_holders(root, &after, NULL), 0);
	for (size_t i = 0; i < before->holder_count; i++) {
		const struct holder *holder = &before->holders[i];
		bool stayed = false;
		char name[ADDRESS_SIZE];

		for (size_t k = 0; k < after.holder_count; k++) {
			stayed =
				stayed || (after.holders[k].kind == holder->kind &&
						  strcmp(after.holders[k].name, holder->name) == 0);
		}
		if (stayed && holder->kind != HOLDER_PROCESS) {
			assert_non_null(holder_of(captured, address_format(holder->device, name),
				holder->kind, holder->name));
		}
	}
}

static void a_captured_machine_reads_like_the_real_one(void **state) {
	AUTO_CLOSE int root = root_open("/");
	AUTO_SNAPSHOT struct snapshot captured = {0};
	AUTO_HOST struct host real = {0};
	AUTO_TEXT struct text text = {0};

	assert_int_equal(host_read(root, &real, NULL), 0);
	assert_int_equal(host_read_holders(root, &real, NULL), 0);
	capture(true, &text);
	assert_int_equal(machine_make(text.data, text.length, &captured.machine), 0);
	snapshot_read(&captured);
	assert_same_host(&captured.host, &real);
	assert_same_holders(&captured, root, &real);
}

static void who_is_not_root_captures_what_he_sees(void **state) {
	AUTO_CLOSE int root = root_open("/");
	AUTO_SNAPSHOT struct snapshot captured = {0};
	AUTO_HOST struct host real = {0};
	AUTO_TEXT struct text text = {0};

	assert_int_equal(host_read(root, &real, NULL), 0);
	capture(false, &text);
	assert_int_equal(machine_make(text.data, text.length, &captured.machine), 0);
	snapshot_read(&captured);
	assert_same_host(&captured.host, &real);
	/* Somebody else's processes are there, and nobody can say what they hold. */
	assert_int_not_equal(captured.host.hidden_processes, 0);
	assert_non_null(strstr(text.data, "processes nobody but root may look"));
}

static void its_name_is_nowhere_in_it(void **state) {
	const char *words[] = {BATON, "capture", NULL};
	AUTO_TEXT struct text text = {0};
	char name[256] = "";

	assert_int_equal(gethostname(name, sizeof(name) - 1), 0);
	ask(words, true, &text);
	assert_null(strlen(name) > 4 ? strstr(text.data, name) : NULL);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_captured_machine_reads_like_the_real_one),
		cmocka_unit_test(who_is_not_root_captures_what_he_sees),
		cmocka_unit_test(its_name_is_nowhere_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
