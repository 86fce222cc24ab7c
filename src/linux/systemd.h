/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/library.h"

#include <systemd/sd-bus.h>
#include <systemd/sd-device.h>
#include <systemd/sd-event.h>
#include <systemd/sd-login.h>

/* The functions of libsystemd that we use, under their own names. All are in 247. */

/* clang-format off */
#define SYSTEMD_SYMBOLS(X)                                                                         \
	X(sd_bus_call)                                                                             \
	X(sd_bus_call_method)                                                                      \
	X(sd_bus_close_unref)                                                                      \
	X(sd_bus_error_free)                                                                       \
	X(sd_bus_error_has_name)                                                                   \
	X(sd_bus_get_fd)                                                                           \
	X(sd_bus_get_property_string)                                                              \
	X(sd_bus_is_ready)                                                                         \
	X(sd_bus_match_signal)                                                                     \
	X(sd_bus_message_append)                                                                   \
	X(sd_bus_message_append_strv)                                                              \
	X(sd_bus_message_close_container)                                                          \
	X(sd_bus_message_new_method_call)                                                          \
	X(sd_bus_message_open_container)                                                           \
	X(sd_bus_message_read)                                                                     \
	X(sd_bus_message_unref)                                                                    \
	X(sd_bus_new)                                                                              \
	X(sd_bus_open_system)                                                                      \
	X(sd_bus_process)                                                                          \
	X(sd_bus_set_address)                                                                      \
	X(sd_bus_set_method_call_timeout)                                                          \
	X(sd_bus_slot_unref)                                                                       \
	X(sd_bus_start)                                                                            \
	X(sd_bus_wait)                                                                             \
	X(sd_device_get_is_initialized)                                                            \
	X(sd_device_monitor_attach_event)                                                          \
	X(sd_device_monitor_filter_add_match_subsystem_devtype)                                    \
	X(sd_device_monitor_new)                                                                   \
	X(sd_device_monitor_start)                                                                 \
	X(sd_device_monitor_unref)                                                                 \
	X(sd_device_new_from_syspath)                                                              \
	X(sd_device_unref)                                                                         \
	X(sd_event_add_inotify)                                                                    \
	X(sd_event_add_io)                                                                         \
	X(sd_event_new)                                                                            \
	X(sd_event_run)                                                                            \
	X(sd_event_unref)                                                                          \
	X(sd_login_monitor_flush)                                                                  \
	X(sd_login_monitor_get_fd)                                                                 \
	X(sd_login_monitor_new)                                                                    \
	X(sd_login_monitor_unref)                                                                  \
	X(sd_seat_can_graphical)
/* clang-format on */

#define SYSTEMD_POINTER(name) SYMBOL_POINTER(name);

struct systemd {
	SYSTEMD_SYMBOLS(SYSTEMD_POINTER)
};

/* The same table each time; loaded by the first call. */
int systemd_load(const struct systemd **ret, struct error *error) MUST_CHECK;
