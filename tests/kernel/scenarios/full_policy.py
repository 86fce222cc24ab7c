# SPDX-License-Identifier: GPL-2.0-or-later
"""Services that hold the card are stopped and come back: those of the system, and those of a user's
own manager, without a session that ends."""

import contextlib

import alice
import domain
from baton import installed
from machine import Machine
from rig import CARD, HOME_S, LOGIN_S, Before, baton, wait_home
from scenario import check, long

FULL = Machine("full")
CONFIGURATION = "/etc/baton/baton.conf"
DAEMON, MODEL, SOUND = "nvidia-persistenced.service", "model.service", "wireplumber.service"
STEP_S = 180
START_S = 400

# Each of its processes has one of the nodes open that are there when it starts.
HOLD = """[Service]
ExecStart=/bin/sh -c 'for node in {nodes}; do [ -r $$node ] && sleep infinity 3<$$node & done; \\
\tsleep infinity'
"""


@contextlib.contextmanager
def _services(host):
    """A daemon that is known, one that is only named, and alice's sound server hold the card."""
    was = host.get(CONFIGURATION)
    host.put(f"/run/systemd/system/{DAEMON}", HOLD.format(nodes="/dev/snd/control*"), 0o644)
    host.put(f"/run/systemd/system/{MODEL}", HOLD.format(nodes="/dev/dri/card*"), 0o644)
    host.put(f"/run/systemd/user/{SOUND}", HOLD.format(nodes="/dev/snd/control*"), 0o644)
    host.put(CONFIGURATION, was + f"[policy]\nservices = {MODEL}\n".encode(), 0o644)
    try:
        host.shell("set -e; chmod o+rw /dev/snd/control*; systemctl daemon-reload; "
                   f"systemctl start {DAEMON} {MODEL} {alice.MANAGER}", check=True, deadline_s=STEP_S)
        alice.systemctl(host, "start", SOUND, check=True)
        yield
    finally:
        host.put(CONFIGURATION, was, 0o644)
        host.shell(f"systemctl stop {DAEMON} {MODEL} {alice.MANAGER}; "
                   f"rm -f /run/systemd/system/{DAEMON} /run/systemd/system/{MODEL} "
                   f"/run/systemd/user/{SOUND}; systemctl daemon-reload; "
                   "udevadm trigger -c change -s sound; udevadm settle", check=True,
                   deadline_s=3 * STEP_S)


def _up(host):
    """Which of the three are."""
    found = {unit for unit in (DAEMON, MODEL)
             if host.run("systemctl", "is-active", unit).stdout == "active\n"}
    if alice.systemctl(host, "is-active", SOUND).stdout == "active\n":
        found.add(SOUND)
    return found


def _pid(host):
    return alice.systemctl(host, "show", "-P", "MainPID", SOUND).stdout


@check(FULL, installed, limit_s=900)
def services_that_hold_the_card_are_stopped_and_come_back(host):
    before = Before(host)
    with _services(host):
        pid = _pid(host)
        plan = baton(host, "plan", "0000:01:00").stdout.splitlines()
        for step in (f"service {DAEMON} up down", f"service {MODEL} up down",
                     f"service 1000/{SOUND} up down"):
            assert plan.index(step) < plan.index("service lightdm.service up down"), plan
        assert plan[-1] == f"service 1000/{SOUND} down up", plan
        baton(host, "detach", "0000:01:00", deadline_s=STEP_S)
        assert {host.driver(address) for address in CARD} == {"vfio-pci"}
        # The sound server goes on without the card, as another process.
        assert _up(host) == {SOUND} and _pid(host) != pid
        pid = _pid(host)
        baton(host, "reattach", "0000:01:00", deadline_s=STEP_S)
        assert _up(host) == {DAEMON, MODEL, SOUND} and _pid(host) == pid
    host.wait_login(LOGIN_S)
    before.check(host)


@long(FULL, installed, limit_s=900)
def a_user_who_has_logged_out_meanwhile_has_nothing_to_be_brought_back(host):
    before = Before(host)
    with _services(host):
        baton(host, "detach", "0000:01:00", deadline_s=STEP_S)
        host.run("systemctl", "stop", alice.MANAGER, check=True, deadline_s=STEP_S)
        home = baton(host, "reattach", "0000:01:00", deadline_s=STEP_S)
        assert f"service 1000/{SOUND} down up  gone, nothing to undo" in home.stderr, home
        assert _up(host) == {DAEMON, MODEL}
    host.wait_login(LOGIN_S)
    before.check(host)


@long(FULL, installed, limit_s=1500)
def they_make_room_for_a_guest_of_libvirts_too(host):
    before = Before(host)
    with _services(host):
        pid = _pid(host)
        host.put("/root/domain.xml", domain.xml("win 11", CARD))
        host.run("virsh", "create", "/root/domain.xml", check=True, deadline_s=START_S)
        # From libvirt's hook, which AppArmor confines.
        assert _up(host) == {SOUND} and _pid(host) != pid
        host.run("virsh", "destroy", "win 11", check=True, deadline_s=HOME_S)
        host.shell("while ls /run/baton/*.journal >/dev/null 2>&1; do sleep 0.2; done", check=True,
                   deadline_s=HOME_S)
        assert _up(host) == {DAEMON, MODEL, SOUND}
    wait_home(host, before)
