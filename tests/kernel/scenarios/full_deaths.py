# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 of the real program at its operations, on a host with systemd and a login screen (slay.c):
then `baton repair` where there is no guard, and where there is one, nobody calls anything."""

from baton import installed
from machine import Machine
from rig import CARD, slay
from scenario import check, release

FULL = Machine("full")


@check(FULL, installed, alone=True, limit_s=1800)
def after_kill_9_at_some_operations_a_repair_puts_all_right(host, tell):
    slay(host, tell, "--every", "25", CARD[0], at_least=5, deadline_s=1500)


@check(FULL, installed, alone=True, limit_s=1800)
def after_kill_9_at_some_operations_the_guard_puts_all_right(host, tell):
    slay(host, tell, "--guard", "--every", "25", "--from", "12", CARD[0], at_least=5, deadline_s=1500)


@release(FULL, installed, alone=True, limit_s=7200)
def after_kill_9_at_every_operation_a_repair_puts_all_right(host, tell):
    slay(host, tell, CARD[0], at_least=100, deadline_s=6900)


@release(FULL, installed, alone=True, limit_s=7200)
def after_kill_9_at_every_operation_the_guard_puts_all_right(host, tell):
    slay(host, tell, "--guard", CARD[0], at_least=100, deadline_s=6900)
