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


def check_as_usual(host):
    """Both are the host's."""
    check_host(host, CARD)
    check_host(host, TWIN)


@row(check=USUAL)
def an_assigned_card_is_vfios_from_the_start_and_its_twin_is_not(machine):
    before = Sheet(machine)
    machine.baton("boot", "assign", CARD)
    with machine.boot() as host:
        check_assigned(host)
    machine.baton("boot", "undo")
    before.check(machine)


@row()
def after_undo_it_starts_as_before(machine):
    machine.baton("boot", "assign", TWIN)
    machine.baton("boot", "undo")
    with machine.boot() as host:
        check_as_usual(host)


@row()
def a_word_on_the_command_line_has_the_initramfs_stand_down(machine):
    machine.baton("boot", "assign", CARD)
    machine.for_one_start("baton.skip")
    with machine.boot() as host:
        check_as_usual(host)
    machine.for_one_start()
    with machine.boot() as host:
        check_assigned(host)


@row()
def to_assign_twice_is_to_assign_once(machine):
    before = Sheet(machine)
    machine.baton("boot", "assign", CARD)
    once = Sheet(machine)
    machine.baton("boot", "assign", CARD)
    once.check(machine)
    machine.baton("boot", "undo")
    before.check(machine)


@row()
def a_card_that_is_released_is_the_hosts_and_the_other_stays_vfios(machine):
    before = Sheet(machine)
    machine.baton("boot", "assign", CARD, TWIN)
    machine.baton("boot", "release", "--yes", CARD)
    with machine.boot() as host:
        check_host(host, CARD)
        check_given(host, TWIN)
    machine.baton("boot", "release", "--yes", TWIN)
    assert not machine.chamber.is_there("/etc/baton/assigned")
    machine.baton("boot", "undo")
    before.check(machine)
