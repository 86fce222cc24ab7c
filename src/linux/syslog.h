/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "run/ops.h"

/*
 * The system journal: hypervisors swallow what a hook prints. Written in journald's own protocol
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL), which is a datagram of fields and needs no library.
 */

/* The fields: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, BATON_GUEST, BATON_STEP, BATON_RESULT,
 * BATON_DURATION_US, and BATON_DEVICE if the step is of a device. */
int syslog_format(const struct event *event, struct text *ret) MUST_CHECK;

/* To the socket of that path. What cannot be sent (no journald, or it does not keep up) is dropped:
 * a hand-over does not wait for its log. */
void syslog_send(const char *socket, const struct event *event);
