# SPDX-License-Identifier: GPL-2.0-or-later
"""Every fault at every operation of a hand-over on the real kernel (inject.c, strike.h)."""

import re

from machine import Machine
from rig import CARD, SECOND, Before, cargo, trials
from scenario import check, long

MINI = Machine("mini")
OPERATIONS_MIN = {1: 40, 3: 100}


def _inject(host, tell, *words, deadline_s):
    """Faults on the cards given by their addresses, which stand last in words."""
    host.run("modprobe", "-a", "vfio_iommu_type1", "vfio-pci", check=True)
    before = Before(host)
    line = trials(host, "inject", *words, deadline_s=deadline_s)
    before.check(host)
    tell(line)
    counts = dict((name, int(number)) for name, number
                  in re.findall(r"(operations|kind of fault|trials) (\d+)", line))
    counts.update((name, int(number)) for number, name
                  in re.findall(r"(\d+) (second faults|faults|trials)", line))
    functions = sum(word.startswith("0000:") for word in words)
    assert counts["operations"] >= OPERATIONS_MIN[functions], line
    return counts


@check(MINI, cargo, alone=True, limit_s=900)
def every_fault_at_every_operation_of_one_function(host, tell):
    counts = _inject(host, tell, SECOND, deadline_s=800)
    assert counts["faults"] > 2 * counts["operations"], counts


@long(MINI, cargo, alone=True, limit_s=900)
def death_at_every_operation_of_the_whole_card(host, tell):
    counts = _inject(host, tell, "--deaths", *CARD, deadline_s=800)
    assert counts["faults"] > counts["operations"] / 2, counts


@check(MINI, cargo, alone=True, limit_s=1800)
def writers_that_hang_at_every_change_of_one_function(host, tell):
    counts = _inject(host, tell, "--hangs", SECOND, deadline_s=800)
    assert counts["faults"] >= 3 * 6, counts


@check(MINI, cargo, alone=True, limit_s=900)
def a_death_and_then_another_in_the_repair(host, tell):
    counts = _inject(host, tell, "--deaths", "--second", "25", SECOND, deadline_s=800)
    assert counts["second faults"] >= 15, counts


@long(MINI, cargo, alone=True, limit_s=3600)
def every_way_of_every_fault_on_the_whole_card(host, tell):
    _inject(host, tell, "--all", *CARD, deadline_s=3500)


@long(MINI, cargo, alone=True, limit_s=3600)
def every_way_of_every_hang_on_the_whole_card(host, tell):
    _inject(host, tell, "--hangs", "--all", *CARD, deadline_s=3500)


@long(MINI, cargo, alone=True, limit_s=3600)
def every_death_and_every_death_in_the_repair(host, tell):
    _inject(host, tell, "--deaths", "--second", "1", SECOND, deadline_s=3500)
