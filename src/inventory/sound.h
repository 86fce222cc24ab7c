/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/usb.h"

/* Adds ALSA's cards. -ENOMEM. */
int sounds_read(int root, const struct usb_places *usb, struct growing *growing) MUST_CHECK;
