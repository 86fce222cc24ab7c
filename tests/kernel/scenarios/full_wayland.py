# SPDX-License-Identifier: GPL-2.0-or-later
"""A Wayland session beside the login screen, started by something other than its display manager:
named, refused, and out of the way once somebody has done what baton says."""

import contextlib
import time

import alice
from machine import Machine
from rig import CARD, LOGIN_S, Before, baton, cargo, detach, holders, reattach
from scenario import long

# wlroots takes no card whose driver cannot import a buffer of its own (since Linux 6.6 all can).
FULL = Machine("full", kernel="6.12")
SESSION, COMPOSITOR = "wayland.service", "cage.service"
SOCKET = f"{alice.RUNTIME}/wayland-0"
STEP_S = 180
# What chvt does (VT_ACTIVATE), without a package for it.
SWITCH = """/usr/bin/perl -e 'open TTY, "</dev/tty0"; ioctl TTY, 0x5606, {}'"""

# As cage's own example of a unit has it: a login session of alice's on a terminal of its own.
LOGIN = f"""[Service]
User=alice
PAMName=login
TTYPath=/dev/tty8
TTYReset=yes
TTYVHangup=yes
StandardInput=tty-fail
UtmpIdentifier=tty8
UtmpMode=user
Environment=XDG_SESSION_TYPE=wayland
ExecStartPre=+{SWITCH.format(8)}
"""
# It asks for a server for X's programs, of which none runs here.
CAGE = """Environment=WLR_RENDERER=pixman WLR_LIBINPUT_NO_DEVICES=1 WLR_XWAYLAND=/bin/false
ExecStart=/usr/bin/cage -- sleep infinity
"""
# What she has logged in to begins as a desktop does that has its compositor started for it.
BEGIN = f"""ExecStart=/bin/sh -c 'systemctl --user start {COMPOSITOR}; exec sleep infinity'
"""


@contextlib.contextmanager
def _session(host, unit):
    """Alice is logged in on a terminal of her own, with a compositor that has the first card."""
    host.put(f"/run/systemd/system/{SESSION}", unit, 0o644)
    try:
        host.shell(f"systemctl daemon-reload; systemctl start {SESSION}", check=True,
                   deadline_s=STEP_S)
        yield _cage(host)
    finally:
        host.shell(f"systemctl stop {SESSION}; rm -f /run/systemd/system/{SESSION}; "
                   f"systemctl daemon-reload; systemctl reset-failed {SESSION}; "
                   f"{SWITCH.format(7)}", check=True, deadline_s=STEP_S)


def _cage(host):
    """It takes the card first, and last lets programs come."""
    deadline = time.monotonic() + STEP_S
    while host.missing([SOCKET]):
        if time.monotonic() > deadline:
            log = host.shell("journalctl -b --no-pager | tail -40").stdout
            raise TimeoutError(f"no compositor:\n{log}")
        time.sleep(0.5)
    cage, = [holder for holder in holders(host, CARD[0]) if holder["name"] == "cage"]
    assert cage["user"] == "alice" and cage["node"].startswith("dri/"), cage
    assert not cage["of_display_manager"], cage
    return cage


def _refused(host, cage, who):
    plan = baton(host, "plan", "0000:01:00", code=3).stdout
    assert f"cage (process {cage['pid']} of alice, {who}" in plan, plan
    assert f": {cage['remedy']}" in plan, plan
    assert "cage" in detach(host, "0000:01:00", code=3).stderr
    assert host.driver(CARD[0]) == "bochs-drm"


def _goes(host):
    assert "cage" not in {holder["name"] for holder in holders(host, CARD[0])}
    detach(host, "0000:01:00")
    reattach(host, "0000:01:00")
    host.wait_login(LOGIN_S)


@long(FULL, cargo, limit_s=900)
def a_wayland_session_beside_the_login_screen_is_named_and_refused_until_it_ends(host):
    before = Before(host)
    with _session(host, LOGIN + CAGE) as cage:
        assert cage["unit"].startswith("session-"), cage
        number = cage["unit"].removeprefix("session-").removesuffix(".scope")
        assert f"loginctl terminate-session {number}" in cage["remedy"], cage
        _refused(host, cage, cage["unit"])
        host.run("loginctl", "terminate-session", number, check=True, deadline_s=STEP_S)
        host.shell("while pgrep -x cage >/dev/null; do sleep 0.2; done", check=True, deadline_s=STEP_S)
    _goes(host)
    # polkit is started by whoever asks it, logind here, and stays.
    before.check(host, but=["+unit polkit.service*"])


@long(FULL, cargo, limit_s=900)
def a_compositor_that_is_a_unit_of_the_users_own_manager_goes_by_that_manager(host):
    before = Before(host)
    host.put(f"/run/systemd/user/{COMPOSITOR}", f"[Service]\n{CAGE}", 0o644)
    with _session(host, LOGIN + BEGIN) as cage:
        assert cage["unit"] == alice.MANAGER and cage["user_unit"] == COMPOSITOR, cage
        assert cage["remedy"] == f"systemctl --user stop {COMPOSITOR} as alice", cage
        _refused(host, cage, f"{alice.MANAGER}, {COMPOSITOR}")
        alice.systemctl(host, "stop", COMPOSITOR, check=True)
        # She is still logged in: it was the compositor alone that kept the card.
        _goes(host)
        assert "alice" in host.run("loginctl", "list-sessions", check=True).stdout
    host.run("rm", f"/run/systemd/user/{COMPOSITOR}", check=True)
    # polkit is started by whoever asks it, logind here, and stays.
    before.check(host, but=["+unit polkit.service*"])
