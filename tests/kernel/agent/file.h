/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Files that come and go, as the test asks for it; each answers. */
void put_begin(uint32_t id, const char *data, size_t length);
void put_data(uint32_t id, const char *data, size_t length);
void get(uint32_t id, const char *path, size_t length);
