# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 of the real program at every operation, then `baton repair` (slay.c)."""

from machine import Machine
from rig import CARD, SECOND, cargo, slay
from scenario import check, long

MINI = Machine("mini")


@check(MINI, cargo, alone=True, limit_s=900)
def kill_9_before_every_operation_of_one_function(host, tell):
    host.run("modprobe", "-a", "vfio_iommu_type1", "vfio-pci", check=True)
    slay(host, tell, SECOND, deadline_s=800, at_least=30)


@long(MINI, cargo, alone=True, limit_s=2400)
def kill_9_before_and_after_every_operation_of_the_whole_card(host, tell):
    slay(host, tell, "--exits", CARD[0], deadline_s=2300, at_least=100)


@long(MINI, cargo, alone=True, limit_s=2400)
def kill_9_of_baton_and_then_of_its_repairs(host, tell):
    slay(host, tell, "--second", "1", SECOND, deadline_s=2300, at_least=30)


@check(MINI, cargo, alone=True, limit_s=900)
def kill_9_of_the_child_that_makes_the_changes(host, tell):
    host.run("modprobe", "-a", "vfio_iommu_type1", "vfio-pci", check=True)
    slay(host, tell, "--workers", SECOND, deadline_s=800, at_least=10)
