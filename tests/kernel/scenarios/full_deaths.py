# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 of the real program at its operations, on a host with systemd and a login screen (slay.c):
then `baton repair` where there is no guard, and where there is one, nobody calls anything."""

import re

from baton import installed
from machine import Machine
from rig import CARD, Before, trials
from scenario import check, long

FULL = Machine("full")
LOGIN_S = 300


def _slay(host, tell, *words, at_least, deadline_s):
    before = Before(host)
    line = trials(host, "slay", *words, CARD[0], deadline_s=deadline_s)
    host.wait_login(LOGIN_S)
    before.check(host)
    tell(line)
    deaths = [int(number) for number in re.match(r"\w+ killed at (\d+) .* (\d+) of re",
                                                 line).groups()]
    assert min(deaths) >= at_least, line


@check(FULL, installed, alone=True, limit_s=1800)
def after_kill_9_at_some_operations_a_repair_puts_all_right(host, tell):
    _slay(host, tell, "--every", "25", at_least=5, deadline_s=1500)


@check(FULL, installed, alone=True, limit_s=1800)
def after_kill_9_at_some_operations_the_guard_puts_all_right(host, tell):
    _slay(host, tell, "--guard", "--every", "25", "--from", "12", at_least=5, deadline_s=1500)


@long(FULL, installed, alone=True, limit_s=7200)
def after_kill_9_at_every_operation_a_repair_puts_all_right(host, tell):
    _slay(host, tell, at_least=100, deadline_s=6900)


@long(FULL, installed, alone=True, limit_s=7200)
def after_kill_9_at_every_operation_the_guard_puts_all_right(host, tell):
    _slay(host, tell, "--guard", at_least=100, deadline_s=6900)
