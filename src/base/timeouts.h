/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* How long is waited where nobody says otherwise (baton.conf(5), [timeouts]). */
#define DEVICE_TIMEOUT_S  60
#define SERVICE_TIMEOUT_S 120
#define PROCESS_TIMEOUT_S 10
#define LOCK_TIMEOUT_S    180
#define HOME_WATCH_S      10
