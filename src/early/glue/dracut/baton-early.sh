#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs baton-early (baton(8), BOOT) before udev. Sourced by dracut's init, if that is not systemd.
/usr/lib/baton/baton-early
