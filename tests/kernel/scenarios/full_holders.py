# SPDX-License-Identifier: GPL-2.0-or-later
"""Who holds a card on a host with systemd, and what others find out about it."""

import contextlib
import json
import time

from machine import Machine
from rig import CARD, LOGIN_S, Planted, baton, cargo, holders, opener
from scenario import check

FULL = Machine("full")
STEP_S = 180
NODES = "/dev/dri/card0 /dev/fb0 /dev/snd/*C0*"
RUNTIME = "/run/user/1000"
# A compositor as desktops have it since they start everything as units of the user: logind gives it
# the card for a session that another process leads.
COMPOSITOR = ("systemd-run --user --unit=compositor -E XDG_SESSION_ID={session} "
              "-E LIBSEAT_BACKEND=logind -E WLR_RENDERER=pixman -E WLR_LIBINPUT_NO_DEVICES=1 "
              "-E WLR_BACKENDS=drm,libinput -E WLR_DRM_DEVICES=/dev/dri/card0 "
              "cage -- sleep infinity")


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


def _session(host, line):
    """The number of the session of which logind has noted this."""
    return host.shell(f"until grep -lx {line} /run/systemd/sessions/*[0-9]; do sleep 0.2; done",
                      check=True, deadline_s=STEP_S).stdout.split()[0].rsplit("/", 1)[1]


def _log_alice_in(host):
    """A session of hers on a terminal of its own, in front; returns its number."""
    host.run("systemd-run", "--unit=alices-login", "-pUser=alice", "-pPAMName=login",
             "-pTTYPath=/dev/tty8", "-pStandardInput=tty", "-EXDG_SESSION_TYPE=wayland",
             "sleep", "infinity", check=True, deadline_s=STEP_S)
    host.shell(f"until [ -S {RUNTIME}/systemd/private ]; do sleep 0.2; done", check=True,
               deadline_s=STEP_S)
    session = _session(host, "USER=alice")
    host.run("loginctl", "activate", session, check=True, deadline_s=STEP_S)
    return session


def _wait_for(host, name):
    deadline = time.monotonic() + STEP_S
    while True:
        found = holders(host, CARD[0])
        if name in {holder["name"] for holder in found}:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {name}: {json.dumps(found)}")
        time.sleep(0.5)


@check(FULL, cargo, alone=True)
def a_compositor_is_named_with_its_unit_in_its_users_manager(host):
    session = _log_alice_in(host)
    host.shell(f"runuser -u alice -- env XDG_RUNTIME_DIR={RUNTIME} "
               + COMPOSITOR.format(session=session), check=True, deadline_s=STEP_S)
    found = _of(_wait_for(host, "cage"), CARD[0])
    compositor = next(holder for holder in found.values() if holder["name"] == "cage")
    assert compositor["user"] == "alice", compositor
    assert compositor["unit"] == "user@1000.service", compositor
    assert compositor["user_unit"] == "compositor.service", compositor
    assert compositor["remedy"] == "systemctl --user stop compositor.service as alice", compositor
    # logind has it open for her, and the first process keeps a copy for logind.
    assert {holder["unit"] for holder in found.values()} <= {
        "user@1000.service", "systemd-logind.service", "init.scope", "lightdm.service"}, found
    plan = baton(host, "plan", "0000:01:00", code=3).stdout
    who = f"cage (process {compositor['pid']} of alice, user@1000.service, compositor.service, "
    assert who in plan and compositor["remedy"] in plan, plan
    host.shell(f"runuser -u alice -- env XDG_RUNTIME_DIR={RUNTIME} "
               "systemctl --user stop compositor.service; systemctl stop alices-login.service; "
               f"loginctl activate {_session(host, 'CLASS=greeter')}", check=True,
               deadline_s=STEP_S)
    host.wait_login(LOGIN_S)
    left = {holder["unit"] for holder in holders(host, CARD[0])}
    assert left <= {"lightdm.service"}, left
