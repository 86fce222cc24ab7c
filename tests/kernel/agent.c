/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent in a virtual host: does what the test on the other end of a virtio-serial port asks.
 *
 * It starts commands, any number at once, and passes on their output and their end; sends them
 * signals; writes and reads files. Both directions carry frames: three little-endian 32-bit words
 * (length of the payload, id, kind) and the payload. The id is chosen by the test and ties the
 * answers to their request. An error of one request is answered and harms no other; on a frame
 * that makes no sense the agent ends, and whoever started it starts it anew.
 *
 *     asks                                        answers
 *     HELLO   nonce                               HELLO nonce
 *     RUN     cwd, stdin, argc, argv…, env…       STDOUT, STDERR data…, then EXIT status held
 *     SIGNAL  run's id, number, whole group?      DONE
 *     PUT     mode, path; then DATA…, DATA empty  DONE
 *     GET     path                                STDOUT data…, then DONE
 *     any                                         FAILED errno, in place of DONE or EXIT
 *
 * `held` says that some process still had the command's stdout or stderr open when it ended.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind {
	HELLO = 1,
	RUN,
	SIGNAL,
	PUT,
	DATA,
	GET,
	STDOUT,
	STDERR,
	EXIT,
	DONE,
	FAILED
};

enum {
	PAYLOAD_MAX = 1 << 16,
	JOB_MAX = 64,
	WORD_MAX = 512,
};

struct header {
	uint32_t length;
	uint32_t id;
	uint32_t kind;
};

struct job {
	uint32_t id;
	pid_t pid;
	int pidfd;
	int output[2]; /* what stdout and stderr are read from, -1 after end of file */
};

struct upload {
	uint32_t id;
	int fd; /* -1: nothing is being put */
	int error;
	char path[4096];
	char draft[4112];
};

static int port = -1;
static struct job jobs[JOB_MAX];
static struct upload upload = {.fd = -1};

static void write_all(int fd, const void *data, size_t length) {
	const char *bytes = data;

	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			_exit(1);
		}
		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
		}
	}
}

static void answer(uint32_t id, enum kind kind, const void *data, size_t length) {
	struct header header = {.length = (uint32_t)length, .id = id, .kind = kind};

	write_all(port, &header, sizeof(header));
	write_all(port, data, length);
}

static void answer_error(uint32_t id, int error) {
	uint32_t word = (uint32_t)error;

	answer(id, FAILED, &word, sizeof(word));
}

static void read_all(void *data, size_t length) {
	char *bytes = data;

	while (length > 0) {
		ssize_t n = read(port, bytes, length);

		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
		} else if (n == 0) {
			/* Nobody is at the other end: wait until somebody is. */
			struct pollfd wait = {.fd = port, .events = POLLIN};

			(void)poll(&wait, 1, 100);
		} else if (errno != EINTR && errno != EAGAIN) {
			_exit(1);
		}
	}
}

/* ---- commands ---- */

static struct job *job_find(uint32_t id) {
	for (size_t i = 0; i < JOB_MAX; i++) {
		if (jobs[i].pid > 0 && jobs[i].id == id) {
			return &jobs[i];
		}
	}
	return NULL;
}

static struct job *job_new(void) {
	for (size_t i = 0; i < JOB_MAX; i++) {
		if (jobs[i].pid == 0) {
			return &jobs[i];
		}
	}
	return NULL;
}

/* Splits NUL-terminated words; returns how many, -1 if there are too many or the last is open. */
static int split(char *text, size_t length, char *words[WORD_MAX]) {
	int count = 0;

	if (length > 0 && text[length - 1] != '\0') {
		return -1;
	}
	for (size_t at = 0; at < length; at += strlen(text + at) + 1) {
		if (count == WORD_MAX - 2) {
			return -1;
		}
		words[count++] = text + at;
	}
	words[count] = NULL;
	return count;
}

/* In the child: becomes the command, or sends errno through the pipe. */
static void become(
	char *cwd, char *input, char **argv, char **env, const int output[2], int failure) {
	int zero = open(input, O_RDONLY | O_CLOEXEC);
	sigset_t none;
	int error;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (zero >= 0 && chdir(cwd) == 0 && dup2(zero, 0) >= 0 && dup2(output[0], 1) >= 0 &&
		dup2(output[1], 2) >= 0) {
		environ = env;
		execvp(argv[0], argv);
	}
	error = errno;
	write_all(failure, &error, sizeof(error));
	_exit(127);
}

/* Forks and waits until the command is executed; returns 0 or an errno. */
static int spawn(struct job *job, char **words, int argc, const int output[2]) {
	char *argv[WORD_MAX];
	int failure[2];
	int error = 0;
	ssize_t n;

	memcpy(argv, words + 3, (size_t)argc * sizeof(*argv));
	argv[argc] = NULL;
	if (pipe2(failure, O_CLOEXEC) < 0) {
		return errno;
	}
	job->pid = fork();
	if (job->pid == 0) {
		become(words[0], words[1], argv, words + 3 + argc, output, failure[1]);
	}
	close(failure[1]);
	if (job->pid < 0) {
		error = errno;
		job->pid = 0;
	} else {
		do {
			n = read(failure[0], &error, sizeof(error));
		} while (n < 0 && errno == EINTR);
		if (n > 0) {
			waitpid(job->pid, NULL, 0);
			job->pid = 0;
		}
	}
	close(failure[0]);
	return error;
}

static void job_start(uint32_t id, char *text, size_t length) {
	int out[2] = {-1, -1};
	int err[2] = {-1, -1};
	struct job *job = job_new();
	char *words[WORD_MAX];
	int count = split(text, length, words);
	int argc = count >= 4 ? atoi(words[2]) : 0;
	int error;

	if (job == NULL || argc < 1 || argc > count - 3) {
		answer_error(id, job == NULL ? EAGAIN : EINVAL);
		return;
	}
	error = pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 ? errno : 0;
	if (error == 0) {
		error = spawn(job, words, argc, (int[]){out[1], err[1]});
	}
	close(out[1]);
	close(err[1]);
	if (error != 0) {
		close(out[0]);
		close(err[0]);
		answer_error(id, error);
		return;
	}
	job->id = id;
	job->output[0] = out[0];
	job->output[1] = err[0];
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	job->pidfd = (int)syscall(SYS_pidfd_open, job->pid, 0);
	if (job->pidfd < 0) {
		_exit(1);
	}
}

/* Passes on what a command has written so far; false if there was nothing. */
static bool pass(struct job *job, int which) {
	char data[PAYLOAD_MAX];
	ssize_t n;

	if (job->output[which] < 0) {
		return false;
	}
	n = read(job->output[which], data, sizeof(data));
	if (n > 0) {
		answer(job->id, which == 0 ? STDOUT : STDERR, data, (size_t)n);
		return true;
	}
	if (n == 0) {
		close(job->output[which]);
		job->output[which] = -1;
	}
	return false;
}

static void job_end(struct job *job) {
	uint32_t result[2] = {0, 0};
	int status = 0;

	if (waitpid(job->pid, &status, WNOHANG) != job->pid) {
		return;
	}
	for (int which = 0; which < 2; which++) {
		while (pass(job, which)) {
		}
		if (job->output[which] >= 0) {
			result[1] = 1;
			close(job->output[which]);
		}
	}
	result[0] = (uint32_t)status;
	close(job->pidfd);
	job->pid = 0;
	answer(job->id, EXIT, result, sizeof(result));
}

static void job_signal(uint32_t id, const char *data, size_t length) {
	uint32_t words[3];
	struct job *job;

	if (length != sizeof(words)) {
		answer_error(id, EINVAL);
		return;
	}
	memcpy(words, data, sizeof(words));
	job = job_find(words[0]);
	if (job == NULL) {
		answer_error(id, ESRCH);
	} else if (kill(words[2] != 0 ? -job->pid : job->pid, (int)words[1]) < 0) {
		answer_error(id, errno);
	} else {
		answer(id, DONE, NULL, 0);
	}
}

/* ---- files ---- */

static void make_parents(char *path) {
	for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		(void)mkdir(path, 0755);
		*at = '/';
	}
}

static void put_begin(uint32_t id, const char *data, size_t length) {
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

static void put_data(uint32_t id, const char *data, size_t length) {
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

static void get(uint32_t id, const char *path, size_t length) {
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

/* ---- the port ---- */

static void serve(void) {
	static char payload[PAYLOAD_MAX];
	struct header header;

	read_all(&header, sizeof(header));
	if (header.length > sizeof(payload)) {
		_exit(1);
	}
	read_all(payload, header.length);
	switch (header.kind) {
	case HELLO:
		answer(header.id, HELLO, payload, header.length);
		break;
	case RUN:
		job_start(header.id, payload, header.length);
		break;
	case SIGNAL:
		job_signal(header.id, payload, header.length);
		break;
	case PUT:
		put_begin(header.id, payload, header.length);
		break;
	case DATA:
		put_data(header.id, payload, header.length);
		break;
	case GET:
		get(header.id, payload, header.length);
		break;
	default:
		_exit(1);
	}
}

/* Waits for anything to happen and deals with it. */
static void turn(void) {
	struct pollfd polls[1 + 3 * JOB_MAX];
	struct job *owners[1 + 3 * JOB_MAX];
	nfds_t count = 0;

	polls[count++] = (struct pollfd){.fd = port, .events = POLLIN};
	for (size_t i = 0; i < JOB_MAX; i++) {
		int fds[3] = {jobs[i].output[0], jobs[i].output[1], jobs[i].pidfd};

		for (int which = 0; which < 3 && jobs[i].pid > 0; which++) {
			owners[count] = &jobs[i];
			polls[count++] = (struct pollfd){.fd = fds[which], .events = POLLIN};
		}
	}
	if (poll(polls, count, -1) < 0) {
		return;
	}
	for (nfds_t i = 1; i < count; i++) {
		if (polls[i].revents != 0 && (i - 1) % 3 == 2) {
			job_end(owners[i]);
		} else if (polls[i].revents != 0) {
			(void)pass(owners[i], (int)((i - 1) % 3));
		}
	}
	if ((polls[0].revents & POLLIN) != 0) {
		serve();
	} else if (polls[0].revents != 0) {
		/* Nobody is at the other end; POLLHUP stays up until somebody is. */
		usleep(10000);
	}
}

/* Opens the virtio-serial port of the name given; udev need not run. Returns -1 if there is none.
 */
static int port_open(const char *name) {
	DIR *directory = opendir("/sys/class/virtio-ports");
	struct dirent *entry;
	int found = -1;

	while (directory != NULL && found < 0 && (entry = readdir(directory)) != NULL) {
		char path[512];
		char text[128] = "";
		int fd;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0) {
			text[strcspn(text, "\n")] = '\0';
		}
		if (fd >= 0) {
			close(fd);
		}
		if (strcmp(text, name) == 0) {
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
			found = open(path, O_RDWR | O_CLOEXEC);
		}
	}
	if (directory != NULL) {
		closedir(directory);
	}
	return found;
}

int main(int argc, char **argv) {
	if (argc != 2) {
		fprintf(stderr, "usage: agent PORT-NAME\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	port = port_open(argv[1]);
	if (port < 0) {
		fprintf(stderr, "agent: no virtio-serial port is named %s\n", argv[1]);
		return 1;
	}
	for (;;) {
		turn();
	}
}
