// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/syslog.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

static int find_priority(enum outcome outcome) {
	switch (outcome) {
	case OUTCOME_DONE:
	case OUTCOME_UNDONE:
	case OUTCOME_SHARED:
	case OUTCOME_STAYS:
		return LOG_INFO;
	case OUTCOME_LEFT_ALONE:
	case OUTCOME_GONE:
	case OUTCOME_TAKEN:
	case OUTCOME_WARNED:
		return LOG_WARNING;
	case OUTCOME_FAILED:
	case OUTCOME_STUCK:
	case OUTCOME_REFUSED:
		return LOG_ERR;
	}
	return LOG_ERR;
}

/* "NAME=value\n", or with the value's length where it has newlines. */
static int add_field(struct text *text, const char *name, const char *value) {
	uint64_t length = strlen(value), written = htole64(length);
	int r;

	if (!strchr(value, '\n')) {
		return text_add(text, "%s=%s\n", name, value);
	}
	r = text_add(text, "%s\n", name);
	r = r < 0 ? r : text_append(text, (const char *)&written, sizeof(written));
	r = r < 0 ? r : text_append(text, value, length);
	return r < 0 ? r : text_append(text, "\n", 1);
}

static int add_message(struct text *text, const struct event *event, const char *step) {
	AUTO_TEXT struct text message = {0};
	int r = text_add(&message, "%s: %s%s%s", event->guest, step, event->step ? ": " : "",
		outcome_name(event->outcome));

	if (r >= 0 && event->step) {
		r = text_add(&message, " (%.1f ms)", (double)event->duration_us / 1000.0);
	}
	if (r >= 0 && event->detail) {
		r = text_add(&message, ": %s", event->detail);
	}
	return r < 0 ? r : add_field(text, "MESSAGE", message.data);
}

int syslog_format(const struct event *event, struct text *ret) {
	AUTO_TEXT struct text text = {0};
	char step[STEP_TEXT_SIZE] = "", number[32];
	int r;

	if (event->step) {
		step_format(event->step, step);
	}
	r = add_message(&text, event, step);
	snprintf(number, sizeof(number), "%d", find_priority(event->outcome));
	r = r < 0 ? r : add_field(&text, "PRIORITY", number);
	r = r < 0 ? r : add_field(&text, "SYSLOG_IDENTIFIER", "baton");
	r = r < 0 ? r : add_field(&text, "BATON_GUEST", event->guest);
	if (event->step) {
		r = r < 0 ? r : add_field(&text, "BATON_STEP", step);
	}
	if (event->step && step_is_of_device(event->step)) {
		r = r < 0 ? r : add_field(&text, "BATON_DEVICE", event->step->subject);
	}
	r = r < 0 ? r : add_field(&text, "BATON_RESULT", outcome_name(event->outcome));
	snprintf(number, sizeof(number), "%llu", (unsigned long long)event->duration_us);
	r = r < 0 ? r : add_field(&text, "BATON_DURATION_US", number);
	if (r < 0) {
		return r;
	}
	*ret = text;
	text = (struct text){0};
	return 0;
}

void syslog_send(const char *socket_path, const struct event *event) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	AUTO_TEXT struct text text = {0};
	AUTO_CLOSE int fd = -1;

	if (name_set(address.sun_path, sizeof(address.sun_path), socket_path) < 0 ||
		syslog_format(event, &text) < 0) {
		return;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		(void)sendto(fd, text.data, text.length, MSG_NOSIGNAL | MSG_DONTWAIT,
			(const struct sockaddr *)&address, sizeof(address));
	}
}
