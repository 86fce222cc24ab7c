# SPDX-License-Identifier: GPL-2.0-or-later
""" "As before": the judge's program (dump.c) brought into a virtual host, asked and compared."""

import difflib
import pathlib
import subprocess
import time

import cache

SOURCE = pathlib.Path(__file__).resolve().parent / "dump.c"
PROGRAM = "/usr/lib/baton-tests/dump"
SETTLE_S = 120


def obtain():
    """Return a Thing with the static program `dump`."""
    def make(directory):
        subprocess.run(["gcc", "-O2", "-static", "-o", directory / "dump", SOURCE], check=True)
    return cache.obtain("dump", cache.digest("dump 1", SOURCE), make)


def add(goods):
    """Bring the program along in a cargo."""
    thing = obtain()
    goods.copy(thing / "dump", PROGRAM)
    thing.close()


def take(host):
    """What the machine is now, as lines."""
    return host.run(PROGRAM, check=True, deadline_s=300).stdout.splitlines()


def compare(host, before):
    """AssertionError with the difference unless the machine is soon as it was: a login screen that
    was started takes a while until its session is there."""
    deadline = time.monotonic() + SETTLE_S
    while (now := take(host)) != before and time.monotonic() < deadline:
        pass
    if now != before:
        difference = difflib.unified_diff(before, now, "before", "now", lineterm="", n=0)
        raise AssertionError("not as before:\n" + "\n".join(difference))
