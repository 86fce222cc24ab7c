/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frame.h"

struct upload {
	uint32_t id;
	int fd; /* -1: nothing is being put */
	int error;
	char path[4096];
	char draft[4112];
};

static struct upload upload = {.fd = -1};

static void make_parents(char *path) {
	for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		(void)mkdir(path, 0755);
		*at = '/';
	}
}

void put_begin(uint32_t id, const char *data, size_t length) {
	uint32_t mode;

	if (length < sizeof(mode) + 2 || length - sizeof(mode) > sizeof(upload.path) ||
		data[length - 1] != '\0' || upload.fd >= 0) {
		answer_error(id, EINVAL);
		return;
	}
	memcpy(&mode, data, sizeof(mode));
	upload.id = id;
	upload.error = 0;
	strcpy(upload.path, data + sizeof(mode));
	snprintf(upload.draft, sizeof(upload.draft), "%s.draft", upload.path);
	make_parents(upload.path);
	upload.fd = open(upload.draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (upload.fd < 0 || fchmod(upload.fd, (mode_t)mode) < 0) {
		/* The data is on its way already: it is swallowed, and the error told at its end.
		 */
		upload.error = errno;
		upload.fd = upload.fd < 0 ? open("/dev/null", O_WRONLY | O_CLOEXEC) : upload.fd;
	}
}

static void put_end(void) {
	close(upload.fd);
	upload.fd = -1;
	if (upload.error == 0 && rename(upload.draft, upload.path) < 0) {
		upload.error = errno;
	}
	if (upload.error != 0) {
		(void)unlink(upload.draft);
		answer_error(upload.id, upload.error);
	} else {
		answer(upload.id, DONE, NULL, 0);
	}
}

void put_data(uint32_t id, const char *data, size_t length) {
	if (upload.fd < 0 || upload.id != id) {
		return;
	}
	if (length == 0) {
		put_end();
		return;
	}
	while (length > 0 && upload.error == 0) {
		ssize_t n = write(upload.fd, data, length);

		if (n < 0 && errno != EINTR) {
			upload.error = errno;
		} else if (n > 0) {
			data += n;
			length -= (size_t)n;
		}
	}
}

void get(uint32_t id, const char *path, size_t length) {
	char data[PAYLOAD_MAX];
	ssize_t n = -1;
	int fd;

	if (length < 2 || path[length - 1] != '\0') {
		answer_error(id, EINVAL);
		return;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		while ((n = read(fd, data, sizeof(data))) > 0) {
			answer(id, STDOUT, data, (size_t)n);
		}
	}
	if (n < 0) {
		answer_error(id, errno);
	} else {
		answer(id, DONE, NULL, 0);
	}
	if (fd >= 0) {
		close(fd);
	}
}
