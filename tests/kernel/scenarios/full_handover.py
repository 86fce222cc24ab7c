# SPDX-License-Identifier: GPL-2.0-or-later
"""By hand on a host with systemd and a login screen on the card."""

import json
import time
import trace
from baton import installed
from machine import Machine
from rig import CARD, LOGIN_S, Before, baton
from scenario import check

FULL = Machine("full")
STEP_S = 180


@check(FULL, installed)
def a_detach_from_the_session_that_it_ends_goes_on_without_it(host):
    before = Before(host)
    # Into the session of the login screen, as a terminal of a desktop would be.
    scope = host.shell("grep -h ^SCOPE= /run/systemd/sessions/*[0-9] | cut -d= -f2 | grep ^session-c",
                       check=True).stdout.split()[0]
    group = host.run("systemctl", "show", "-P", "ControlGroup", scope, check=True).stdout.strip()
    caller = host.start("sh", "-c", f"echo $$ >/sys/fs/cgroup{group}/cgroup.procs; "
                                    "exec baton detach 0000:01:00")
    # The session ends with its login screen, and systemd takes all that is in it along.
    result = caller.wait(STEP_S)
    assert result.status in (-1, -15, 128 + 15), result
    host.run("baton", "wait", "--timeout", str(STEP_S), "0000:01:00", check=True,
             deadline_s=2 * STEP_S)
    assert {host.driver(address) for address in CARD} == {"vfio-pci"}
    baton(host, "reattach", "0000:01:00", deadline_s=STEP_S)
    host.wait_login(LOGIN_S)
    before.check(host)


@check(FULL, installed)
def the_writes_and_bus_calls_are_those_of_the_plan_and_no_others(host):
    before = Before(host)
    plan = trace.steps(baton(host, "plan", "0000:01:00").stdout)
    assert "service" in {step[0] for step in plan}, plan
    done = trace.changes(host, "detach", "--no-guard", "0000:01:00")
    assert done == trace.expected_all(plan), (done, plan)
    home = trace.expected_all(trace.home(plan))
    done = trace.changes(host, "reattach", "--no-guard", "0000:01:00")
    assert done[:len(home)] == home, (done, home)
    assert {path for path, _ in done[len(home):]} == {"vfio-pci/remove_id"}, done
    host.wait_login(LOGIN_S)
    before.check(host)


def _keeps_awake(host):
    """What logind says of baton's inhibitors: who, what, why and how."""
    shown = host.run("busctl", "--json=short", "call", "org.freedesktop.login1",
                     "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "ListInhibitors",
                     check=True).stdout
    return [(what, why, mode) for what, who, why, mode, *_ in json.loads(shown)["data"][0]
            if who == "baton"]


def _await_awake(host, wanted):
    deadline = time.monotonic() + STEP_S
    while _keeps_awake(host) != wanted:
        assert time.monotonic() < deadline, _keeps_awake(host)
        host.run("sleep", "0.2")


@check(FULL, installed)
def the_host_is_not_suspended_while_a_card_is_away(host):
    before = Before(host)
    _await_awake(host, [])
    baton(host, "detach", "0000:02:00")
    _await_awake(host, [("sleep", "hand:0000:02:00.0 has the card 0000:02:00.0", "block")])
    listed = host.run("systemd-inhibit", "--list", "--no-pager", check=True).stdout
    assert "0000:02:00.0" in listed, listed
    baton(host, "reattach", "0000:02:00")
    _await_awake(host, [])
    before.check(host)


@check(FULL, installed)
def who_is_not_root_sees_what_everybody_may(host):
    baton(host, "detach", "0000:02:00")
    nobody = ("setpriv", "--reuid=65534", "--clear-groups", "baton")
    plan = host.run(*nobody, "plan", "0000:01:00", check=True)
    assert len(trace.steps(plan.stdout)) >= 9 and "only root" in plan.stderr, plan
    for command in ("list", "status"):
        said = host.run(*nobody, command, check=True)
        assert "0000:01:00" in said.stdout and "only root" in said.stdout + said.stderr, said
    baton(host, "reattach", "0000:02:00")
