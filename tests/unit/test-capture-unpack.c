// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"
#include "capture/text.h"

/* A directory of the test's own, beside which things are tried to be made. */
static char outside[] = "/tmp/outside-XXXXXX";

static int setup(void **state) {
	return mkdtemp(outside) ? 0 : -1;
}

static int teardown(void **state) {
	return rmdir(outside); /* it is empty */
}

static void write_file(const char *path, const char *text) {
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0, 1);
	assert_int_equal(fclose(file), 0);
}

/* Unpacks a text in which every @ is the directory outside. */
static int unpack_near(const char *from, struct unpacked *ret, struct error *error) {
	AUTO_TEXT struct text text = {0};

	for (; *from; from++) {
		assert_int_equal(
			*from == '@' ? text_add(&text, "%s", outside) : text_append(&text, from, 1),
			0);
	}
	return unpack(text.data, text.length, ret, error);
}

static void nothing_is_made_outside(void **state) {
	static const char *const texts[] = {
		"X: /door=@\nF: /door/evil\n| x\n",
		"X: /door=../../../../../..@\nF: /door/evil\n| x\n",
		"X: /evil=@/evil\nF: /evil\n| x\n",
		"X: /sys/devices=@\nP: /devices/evil\nA: a=x\n",
		"X: /door=@\nD: /door/evil\nX: /door/also=evil\n",
		"P: /devices/evil\nL: driver=../../../../../..@/evil\n",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO_UNPACKED struct unpacked unpacked = {.root = -1};
		AUTO_NAMES struct names names = {0};
		AUTO_CLOSE int directory = root_open(outside);
		struct error error;

		(void)!unpack_near(texts[i], &unpacked, &error);
		assert_int_equal(names_read(directory, ".", &names), 0);
		assert_int_equal(names.count, 0);
	}
}

static void a_link_is_not_written_through(void **state) {
	static const char text[] = "X: /link=target\nF: /link\n| x\n";
	struct unpacked unpacked;
	struct error error;

	assert_int_equal(unpack(text, strlen(text), &unpacked, &error), -ELOOP);
	assert_non_null(strstr(error.text, "line 4"));
}

static void a_mode_is_kept(void **state) {
	static const char text[] = "F: /hook\n| x\n\nM: /hook=0755\n";
	AUTO_UNPACKED struct unpacked unpacked = {.root = -1};
	struct stat info;
	struct error error;

	assert_int_equal(unpack(text, strlen(text), &unpacked, &error), 0);
	assert_int_equal(fstatat(unpacked.root, "hook", &info, 0), 0);
	assert_int_equal(info.st_mode & 0777, 0755);
}

/* Only its owner may look into a directory, but its owner may. */
static void a_directory_can_be_removed_whatever_its_mode(void **state) {
	static const char text[] = "F: /a/b\n| x\n\nM: /a=0000\n";
	struct unpacked unpacked = {.root = -1};
	char path[sizeof(unpacked.path)];
	struct stat info;
	struct error error;

	assert_int_equal(unpack(text, strlen(text), &unpacked, &error), 0);
	assert_int_equal(fstatat(unpacked.root, "a", &info, 0), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	memcpy(path, unpacked.path, sizeof(path));
	unpacked_remove(&unpacked);
	assert_int_equal(access(path, F_OK), -1);
}

static void an_escaped_byte_has_three_digits(void **state) {
	static const char text[] = "P: /devices/a\nA: a=\\101\\1\\ 01\\+01\\0601\\\\\n";
	AUTO_UNPACKED struct unpacked unpacked = {.root = -1};
	AUTO_FREE char *data = NULL;
	struct error error;

	assert_int_equal(unpack(text, strlen(text), &unpacked, &error), 0);
	assert_int_equal(file_read(unpacked.root, "sys/devices/a/a", 4096, &data, NULL), 0);
	assert_string_equal(data, "A\\1\\ 01\\+0101\\");
}

static void what_has_been_cut_off_is_refused(void **state) {
	static const char whole[] = "# x" TEXT_WRITTEN "\nF: /a\n| x\n" TEXT_END;
	char path[64], text[sizeof(whole)];
	struct unpacked unpacked;
	struct error error;

	assert_int_equal(snprintf(path, sizeof(path), "%s/file", outside) > 0, 1);
	write_file(path, whole);
	assert_int_equal(unpack_file(path, &unpacked, &error), 0);
	unpacked_remove(&unpacked);
	for (size_t length = strlen("# x" TEXT_WRITTEN); length < strlen(whole); length++) {
		memcpy(text, whole, length);
		text[length] = '\0';
		write_file(path, text);
		assert_int_equal(unpack_file(path, &unpacked, &error), -EBADMSG);
		assert_non_null(strstr(error.text, "cut off"));
	}
	unlink(path);
}

static void what_is_no_file_is_refused(void **state) {
	struct unpacked unpacked;
	struct error error;
	char path[64];

	assert_int_equal(unpack_file("/dev/null", &unpacked, &error), -EINVAL);
	assert_int_equal(unpack_file(outside, &unpacked, &error), -EINVAL);
	assert_int_equal(snprintf(path, sizeof(path), "%s/fifo", outside) > 0, 1);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(unpack_file(path, &unpacked, &error), -EINVAL);
	unlink(path);
	assert_int_equal(unpack_file(path, &unpacked, &error), -ENOENT);
}

static void what_is_too_large_is_refused(void **state) {
	struct unpacked unpacked;
	struct error error;
	char path[64];

	assert_int_equal(snprintf(path, sizeof(path), "%s/large", outside) > 0, 1);
	write_file(path, "# x\n");
	assert_int_equal(truncate(path, TEXT_MAX + 1), 0);
	assert_int_equal(unpack_file(path, &unpacked, &error), -EFBIG);
	unlink(path);
}

/* In a child: unpacks, tells where, and is killed. */
static void die_unpacked(const char *file, int pipe) {
	struct unpacked unpacked;
	struct error error;

	if (unpack_file(file, &unpacked, &error) == 0 &&
		write(pipe, unpacked.path, sizeof(unpacked.path)) > 0) {
		raise(SIGKILL);
	}
	_exit(1);
}

static void who_is_killed_leaves_nothing_behind(void **state) {
	char path[64], made[sizeof(((struct unpacked *)NULL)->path)] = "";
	int ends[2], status;
	pid_t pid;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(snprintf(path, sizeof(path), "%s/file", outside) > 0, 1);
	write_file(path, "F: /a/b\n| x\n");
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		die_unpacked(path, ends[1]);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], made, sizeof(made)), sizeof(made));
	/* Nobody else has it open any more, so that no reader of a pipe waits for the one below. */
	assert_int_equal(read(ends[0], made, 1), 0);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_true(waitpid(-1, &status, 0) > 0); /* the child that watches over it */
	assert_int_equal(access(made, F_OK), -1);
	unlink(path);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_made_outside),
		cmocka_unit_test(a_link_is_not_written_through),
		cmocka_unit_test(a_mode_is_kept),
		cmocka_unit_test(a_directory_can_be_removed_whatever_its_mode),
		cmocka_unit_test(an_escaped_byte_has_three_digits),
		cmocka_unit_test(what_has_been_cut_off_is_refused),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(what_is_too_large_is_refused),
		cmocka_unit_test(who_is_killed_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
