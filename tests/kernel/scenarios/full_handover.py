# SPDX-License-Identifier: GPL-2.0-or-later
"""By hand on a host with systemd and a login screen on the card."""

import trace
from baton import installed
from machine import Machine
from rig import Before, baton
from scenario import check

FULL = Machine("full")
LOGIN_S = 300


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
