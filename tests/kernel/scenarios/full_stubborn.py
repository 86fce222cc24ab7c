# SPDX-License-Identifier: GPL-2.0-or-later
"""A driver that does not let go, on a host with a login screen and a guard."""

import json

import stubborn
import vhost
from baton import installed
from machine import Machine
from rig import CARD, HOME_S, LOGIN_S, Before, baton
from scenario import check

FULL = Machine("full")
SOUND = CARD[1]
STEP_S = 180


def _give(host, address):
    """Give a device to the stubborn driver."""
    stubborn.insert(host)
    host.shell(f"cd /sys/bus/pci; echo {address} >devices/{address}/driver/unbind; "
               f"cut -c3- devices/{address}/vendor devices/{address}/device | xargs "
               ">drivers/stubborn/new_id", check=True)
    assert host.driver(address) == "stubborn"


@check(FULL, installed, alone=True)
def a_function_that_does_not_let_go_keeps_no_login_screen_from_coming_back(host):
    shown = host.wait_login(LOGIN_S)
    _give(host, SOUND)
    host.put("/etc/baton/baton.conf", "[timeouts]\ndevice = 8\nhome = 1\n")
    before = Before(host)
    stubborn.behave(host, keeps=True)
    failed = baton(host, "detach", CARD[0][:-2], code=4, deadline_s=STEP_S)
    assert "it waits in the kernel's stubborn_keep" in failed.stderr, failed
    host.wait_same(shown, [vhost.LOGIN_CLOCK], LOGIN_S)
    text = baton(host, "status").stdout
    assert f"{CARD[0][:-2]}    UNRESOLVED" in text and "waits in the kernel's stubborn_keep" in text
    over, = json.loads(baton(host, "status", "--json").stdout)["hand_overs"]
    assert {left["subject"] for left in over["left"]} == {SOUND}, over
    stubborn.behave(host, keeps=False)
    # Nobody calls anything: the guard sees the writer end.
    host.shell("while ls /run/baton/*.journal >/dev/null 2>&1; do sleep 0.2; done", check=True,
               deadline_s=HOME_S)
    host.wait_same(shown, [vhost.LOGIN_CLOCK], LOGIN_S)
    before.check(host)
