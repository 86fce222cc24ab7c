/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Keeps every card, as a client in the kernel does, which no process's open files show. */
void nvidia_get(void);
void nvidia_put(void);

/* The same for what builds on nvidia_modeset. */
void nvidia_modeset_get(void);
void nvidia_modeset_put(void);
