# SPDX-License-Identifier: GPL-2.0-or-later
"""A card is assigned to VFIO at boot: `baton boot assign` and back, and nothing of its twin."""

from bench import CARD, TWIN
from judge import check_given, check_host
from row import row
from sheet import Sheet

USUAL = ("grub-initramfs-tools",)


def check_assigned(host):
    """The card is VFIO's, and its twin the host's."""
    check_given(host, CARD)
    check_host(host, TWIN)


def assign(machine, card):
    """Have it done on a system with which baton does not say that nobody has tried it."""
    result = machine.baton("boot", "assign", card)
    assert "has not yet been run" not in result.stderr, f"it has: {result}"


@row(on=USUAL, check=USUAL)
def an_assigned_card_is_vfios_from_the_start_and_its_twin_is_not(machine):
    before = Sheet(machine)
    assign(machine, CARD)
    with machine.boot() as host:
        check_assigned(host)
    machine.baton("boot", "undo")
    before.check(machine)


@row(on=USUAL)
def to_assign_twice_is_to_assign_once(machine):
    before = Sheet(machine)
    assign(machine, CARD)
    once = Sheet(machine)
    assign(machine, CARD)
    once.check(machine)
    machine.baton("boot", "undo")
    before.check(machine)
