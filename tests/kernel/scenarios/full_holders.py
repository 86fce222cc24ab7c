# SPDX-License-Identifier: GPL-2.0-or-later
"""Who holds a card on a host with systemd, and what others find out about it."""

import contextlib
import json
import time

import alice
from machine import Machine
from rig import CARD, Planted, baton, cargo, holders, opener
from scenario import check

FULL = Machine("full")
STEP_S = 180
NODES = "/dev/dri/card0 /dev/fb0 /dev/snd/*C0*"


def _pids(host, command):
    """The processes that a peer finds; it complains of what it does not."""
    return {int(word) for word in host.shell(command).stdout.split()}


def _of(found, device):
    return {holder["pid"]: holder for holder in found if holder["device"] == device}


@check(FULL, cargo)
def what_fuser_and_lsof_find_is_found_and_more(host, tell):
    host.shell("cp -a /dev/dri/card0 /root/node", check=True)
    with contextlib.ExitStack() as stack:
        plants = {name: stack.enter_context(Planted(host, *words)) for name, words in {
            "mapped": ("hold", "map", "/dev/dri/card0"),
            "deleted": opener("/root/node", "rm /root/node"),
            "elsewhere": ("hold", "elsewhere", "/dev/dri/card0"),
            "sound": opener("/dev/snd/controlC0"),
        }.items()}
        found = holders(host, "0000:01:00")
        ours = {holder["pid"] for holder in found}
        fuser, lsof = _pids(host, f"fuser {NODES} 2>/dev/null"), _pids(host, f"lsof -wt {NODES}")
        assert fuser | lsof <= ours, (fuser, lsof, found)
        assert {plant.pid for plant in plants.values()} <= ours, (plants, found)
        missed = {who: sorted(name for name, plant in plants.items() if plant.pid not in theirs)
                  for who, theirs in (("fuser", fuser), ("lsof", lsof))}
        assert missed["fuser"] and missed["lsof"], missed
        tell(f"fuser finds {len(fuser)} and misses {', '.join(missed['fuser'])}; lsof finds "
             f"{len(lsof)} and misses {', '.join(missed['lsof'])}; baton finds {len(ours)}")
        planted = {plant.pid for plant in plants.values()}
        rest = [holder for holder in found if holder["pid"] not in planted]
        assert {holder["name"] for holder in rest} == {"Xorg"}, rest
        assert {holder["unit"] for holder in rest} == {"lightdm.service"}, rest
        assert {holder["remedy"] for holder in rest} == {"stop lightdm.service"}, rest
        assert {holder["user"] for holder in rest} == {"root"}, rest


def _wait_for(host, name):
    deadline = time.monotonic() + STEP_S
    while True:
        found = holders(host, CARD[0])
        if name in {holder["name"] for holder in found}:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {name}: {json.dumps(found)}")
        time.sleep(0.5)


@check(FULL, cargo)
def what_a_users_own_manager_runs_is_named_with_its_unit(host):
    with alice.manager(host):
        # As desktops start everything since they have units of the user.
        alice.run(host, "systemd-run", "--user", "--unit=painter", "sh", "-c",
                  "exec 3</dev/dri/card0; exec sleep 100000", check=True)
        found = _of(_wait_for(host, "sleep"), CARD[0])
        program = next(holder for holder in found.values() if holder["name"] == "sleep")
        assert program["user"] == "alice", program
        assert program["unit"] == alice.MANAGER, program
        assert program["user_unit"] == "painter.service", program
        assert program["remedy"] == "systemctl --user stop painter.service as alice", program
        assert {holder["unit"] for holder in found.values()} == {
            alice.MANAGER, "lightdm.service"}, found
        plan = baton(host, "plan", "0000:01:00", code=3).stdout
        who = (f"sleep (process {program['pid']} of alice, {alice.MANAGER}, painter.service, "
               "dri/card0)")
        assert f"{who}: {program['remedy']}, or " in plan, plan
        # What stops with the display manager is nobody's to stop.
        assert "Xorg" not in plan, plan
        alice.systemctl(host, "stop", "painter.service", check=True)
        assert not [holder for holder in holders(host, CARD[0]) if holder["name"] == "sleep"]
        assert "Xorg" not in baton(host, "plan", "0000:01:00").stdout
