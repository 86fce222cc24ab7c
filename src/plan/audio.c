// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/audio.h"

#include <stddef.h>
#include <string.h>

#include "base/macros.h"

/*
 * A socket that is gone comes back with its service, which requires it (pipewire.service,
 * pulseaudio.service). pipewire-pulse is a client of pipewire: it fails when that goes, and its
 * restart would bring pipewire up. The session manager goes with pipewire (BindsTo=).
 */
static const struct audio servers[] = {
	{"pipewire.service",
		{"pipewire-pulse.socket", "pipewire-pulse.service", "pipewire.socket", NULL}},
	{"pipewire-pulse.service", {"pipewire-pulse.socket", NULL}},
	{"wireplumber.service", {NULL}},
	{"pipewire-media-session.service", {NULL}},
	{"pulseaudio.service", {"pulseaudio.socket", NULL}},
};

const struct audio *audio_find(const char *unit) {
	for (size_t i = 0; i < COUNT(servers); i++) {
		if (strcmp(servers[i].unit, unit) == 0) {
			return &servers[i];
		}
	}
	return NULL;
}

bool audio_has(const char *unit) {
	for (size_t i = 0; i < COUNT(servers); i++) {
		for (size_t k = 0; servers[i].before[k]; k++) {
			if (strcmp(servers[i].before[k], unit) == 0) {
				return true;
			}
		}
	}
	return audio_find(unit) != NULL;
}
