# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that hold a card: refused, or ended if that is allowed."""

import contextlib
import signal

from machine import Machine
from rig import SECOND, Before, cargo, detach, reattach, refused
from scenario import check

MINI = Machine("mini")
CONFIGURATION = "/etc/baton/baton.conf"
NODE = f"/dev/dri/$(basename /sys/bus/pci/devices/{SECOND}/drm/card*)"
TERM, KILL = signal.SIGTERM, signal.SIGKILL


@contextlib.contextmanager
def _policy(host, text):
    """For so long as the block lasts, that stands in baton.conf."""
    host.shell(f"mkdir -p $(dirname {CONFIGURATION})", check=True)
    host.put(CONFIGURATION, text)
    try:
        yield
    finally:
        host.run("rm", CONFIGURATION, check=True)


def _hold(host, first=":"):
    """A program that has the second card open."""
    holder = host.start("sh", "-c", f"{first}; exec 3<{NODE}; echo open; exec tail -f /dev/null")
    holder.wait_for("open")
    return holder


def _ended_by(holder, number):
    """The agent tells a death by a signal as -NUMBER, a shell as 128 + NUMBER."""
    status = holder.wait().status
    assert status in (-number, 128 + number), status


@check(MINI, cargo)
def a_program_that_holds_the_card_is_refused_until_it_may_be_ended(host):
    before = Before(host)
    holder = _hold(host)
    refused(host, SECOND, saying=r"is open in tail \(process \d+ of user 0, dri/card\d\)",
            remedy=r"`holders = terminate` in the section \[policy\]")
    with _policy(host, "[policy]\nholders = terminate\nprograms = blender\n"):
        refused(host, SECOND, saying="is open in tail", remedy="add tail to `programs`")
    with _policy(host, "[policy]\nholders = terminate\nlosses = refuse\n"):
        refused(host, SECOND, saying="is open in tail", remedy="`losses = allow`")
    with _policy(host, "[policy]\nholders = terminate\nprograms = blender tail\n"):
        done = detach(host, SECOND)
    assert " tail -: ended by SIGTERM" in done.stderr, done
    _ended_by(holder, TERM)
    assert host.driver(SECOND) == "vfio-pci"
    home = reattach(host, SECOND)
    assert "- tail  stays: it was ended, and does not come back" in home.stderr, home
    before.check(host)


@check(MINI, cargo)
def a_program_that_does_not_heed_is_killed_at_its_deadline(host):
    before = Before(host)
    holder = _hold(host, "trap '' TERM")
    with _policy(host, "[policy]\nholders = terminate\n[timeouts]\nprocess = 1\n"):
        done = detach(host, SECOND)
    assert " tail -: killed: SIGTERM had not ended it within 1 s" in done.stderr, done
    _ended_by(holder, KILL)
    reattach(host, SECOND)
    before.check(host)
