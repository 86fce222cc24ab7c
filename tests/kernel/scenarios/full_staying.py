# SPDX-License-Identifier: GPL-2.0-or-later
"""Seed 001b: a card that has come home is taken away again. The guard sees it, says for how many
milliseconds it stayed and who may have done it, by file and line, and brings it home if nobody has
named another driver for it."""

import json
import re
import trace

from baton import installed
from machine import Machine
from rig import DRIVERS, LOGIN_S, SECOND, Before, baton
from scenario import check

FULL = Machine("full")
CONFIGURATION = "/etc/baton/baton.conf"
DEVICE = f"/sys/bus/pci/devices/{SECOND}"
DRIVER = f"/sys/bus/pci/drivers/{DRIVERS[SECOND]}"
VFIO_PCI = "/sys/bus/pci/drivers/vfio-pci"
UNIT = "/etc/systemd/system/steal.service"
RULES = "/etc/udev/rules.d/99-steal.rules"
# Whether the login screen takes a card up again that was pulled from under it is its own affair.
ROBBED = ("?module bochs users: *", "?module drm users: *")

STEP_S = 180
WATCH_S = 300


class Watched:
    """For so long as the block lasts, the guard watches long enough for a slow machine."""

    def __init__(self, host):
        self._host = host
        self._before = host.get(CONFIGURATION)

    def __enter__(self):
        self._host.put(CONFIGURATION, f"[timeouts]\nhome = {WATCH_S}\n")
        self._host.run("journalctl", "--rotate", check=True)
        self._host.run("journalctl", "--vacuum-time=1s", check=True)

    def __exit__(self, *_):
        self._host.put(CONFIGURATION, self._before)


def _entry(host, result):
    """The first entry of the system journal with that result; waits for it."""
    found = host.shell(f"until journalctl -b -o json BATON_RESULT={result} | grep -m 1 .; do sleep 0.2; "
                       "done", check=True, deadline_s=STEP_S)
    return json.loads(found.stdout.splitlines()[0])


def _count(host, result):
    return len(host.run("journalctl", "-b", "-q", "-o", "cat", f"BATON_RESULT={result}").stdout
               .splitlines())


def _wait_taken(host, count):
    host.shell(f"until [ $(journalctl -b -q -o cat BATON_RESULT=taken-away | grep -c .) = {count} ]; do "
               "sleep 0.2; done", check=True, deadline_s=STEP_S)


def _make_thief(host):
    host.put("/etc/steal", f"#!/bin/sh\necho {SECOND} >{DRIVER}/unbind\n"
                           f"echo 1234 1111 >{VFIO_PCI}/new_id\n", 0o755)
    host.put(UNIT, "[Service]\nType=oneshot\nExecStart=/etc/steal\n")
    host.run("systemctl", "daemon-reload", check=True)


def _steal(host):
    host.run("systemctl", "start", "steal.service", check=True, deadline_s=STEP_S)


def _stop_guards(host):
    """A guard that only watches ends at once."""
    host.run("systemctl", "stop", "baton-guard-*", check=True, deadline_s=30)


def _out_and_home(host):
    baton(host, "detach", SECOND, deadline_s=STEP_S)
    baton(host, "reattach", SECOND, deadline_s=STEP_S)


@check(FULL, installed, alone=True)
def a_card_that_ids_take_away_again_is_brought_home_once(host, tell):
    before = Before(host)
    _make_thief(host)
    with Watched(host):
        _out_and_home(host)
        assert host.driver(SECOND) == DRIVERS[SECOND]
        _steal(host)
        entry = _entry(host, "taken-away")
        said = entry["MESSAGE"]
        assert entry["BATON_DEVICE"] == SECOND, entry
        assert re.search(r"stayed home for [1-9]\d* ms; vfio-pci took it by an id", said), said
        assert f"by the unit {UNIT}:3" in said, said
        tell(said.split(": ", 3)[-1])
        host.shell("until journalctl -b -q -o cat BATON_RESULT=done | "
                   "grep -q 'brought home again'; do sleep 0.2; done", check=True,
                   deadline_s=STEP_S)
        assert host.driver(SECOND) == DRIVERS[SECOND]
        assert host.shell(f"echo 1234 1111 >{VFIO_PCI}/remove_id").status != 0, "the id is still there"

        # Whoever wants it that much may have it: it is told, and left alone.
        _steal(host)
        _wait_taken(host, 2)
        _stop_guards(host)
        assert host.driver(SECOND) == "vfio-pci"

        # What a person brings home from there is told of, too.
        baton(host, "reattach", SECOND, deadline_s=STEP_S)
        _steal(host)
        _wait_taken(host, 3)
        _stop_guards(host)
        assert host.driver(SECOND) == "vfio-pci"
        baton(host, "reattach", SECOND, deadline_s=STEP_S)
        _stop_guards(host)
        assert _count(host, "taken-away") == 3
    host.run("rm", UNIT, "/etc/steal", check=True)
    host.run("systemctl", "daemon-reload", check=True)
    host.wait_login(LOGIN_S)
    before.check(host, but=ROBBED)


@check(FULL, installed, alone=True)
def a_udev_rule_that_takes_the_card_is_named_by_file_and_line_and_not_fought(host, tell):
    before = Before(host)
    with Watched(host):
        baton(host, "detach", SECOND, deadline_s=STEP_S)
        host.put("/etc/steal", f"#!/bin/sh\necho vfio-pci >{DEVICE}/driver_override\n"
                               f"echo {SECOND} >{DRIVER}/unbind\n"
                               f"echo {SECOND} >/sys/bus/pci/drivers_probe\n", 0o755)
        host.put(RULES, f'# Somebody wanted this card for a guest.\nACTION=="bind", '
                        f'SUBSYSTEM=="pci", KERNEL=="{SECOND}", \\\n'
                        f'  ENV{{DRIVER}}=="{DRIVERS[SECOND]}", RUN+="/etc/steal"\n')
        host.run("udevadm", "control", "--reload", check=True)
        baton(host, "reattach", SECOND, deadline_s=STEP_S)
        entry = _entry(host, "taken-away")
        said = entry["MESSAGE"]
        assert entry["BATON_DEVICE"] == SECOND, entry
        assert f"by the udev rule {RULES}:2" in said, said
        assert re.search(r"stayed home for (at most )?\d+ ms|before anybody saw it home", said), said
        tell(said.split(": ", 3)[-1])
        status = baton(host, "status").stdout
        assert f"maybe by the udev rule {RULES}:2" in status, status
        _stop_guards(host)
        assert host.driver(SECOND) == "vfio-pci" and _count(host, "taken-away") == 1

        host.run("rm", RULES, "/etc/steal", check=True)
        host.run("udevadm", "control", "--reload", check=True)
        refusal = baton(host, "reattach", "--cycle", SECOND, code=3).stderr
        assert f"`baton reattach {SECOND}`" in refusal, refusal
        baton(host, "reattach", SECOND, deadline_s=STEP_S)
        _stop_guards(host)
    host.wait_login(LOGIN_S)
    before.check(host, but=ROBBED)


@check(FULL, installed)
def a_card_that_is_home_goes_round_as_the_dry_run_says(host):
    before = Before(host)
    plan = trace.steps(baton(host, "reattach", "--cycle", "--dry-run", "0000:01:00").stdout)
    assert ("driver", "0000:01:00.0", "-", "vfio-pci") in plan, plan
    assert ("driver", "0000:01:00.0", "-", DRIVERS["0000:01:00.0"]) in plan, plan
    host.wait_login(LOGIN_S)
    before.check(host)
    done = trace.changes(host, "reattach", "--cycle", "--no-guard", "0000:01:00")
    wanted = trace.expected_all(plan)
    assert done[:len(wanted)] == wanted, (done, wanted)
    assert {path for path, _ in done[len(wanted):]} == {"vfio-pci/remove_id"}, done
    host.wait_login(LOGIN_S)
    before.check(host)
