# SPDX-License-Identifier: GPL-2.0-or-later
"""Seed 001b: a hypervisor has told vfio-pci the ids of a card, and vfio-pci was there before the
card's own driver. From then on every probe gives the card back to vfio-pci."""

from machine import Machine
from rig import DRIVERS, SECOND, Before, cargo, detach, reattach
from scenario import check

DEVICE = f"/sys/bus/pci/devices/{SECOND}"
VFIO_PCI = "/sys/bus/pci/drivers/vfio-pci"
BOCHS = "/sys/bus/pci/drivers/bochs-drm"


def _probe(host):
    host.shell(f"echo {SECOND} >{DEVICE}/driver/unbind; echo {SECOND} >/sys/bus/pci/drivers_probe",
               check=True)
    return host.driver(SECOND)


def _flip(host):
    """Have vfio-pci registered before the cards' own driver."""
    host.shell("modprobe -r bochs; modprobe vfio-pci; modprobe bochs", check=True)


@check(Machine("mini"), cargo, alone=True)
def ids_that_a_hypervisor_left_do_not_take_the_card_away_again(host):
    _flip(host)
    before = Before(host)
    assert _probe(host) == DRIVERS[SECOND], "without an id the probe is harmless"

    # What Proxmox does (contracts.md A5); it never takes the id back.
    host.shell(f"echo 1234 1111 >{VFIO_PCI}/new_id; echo {SECOND} >{DEVICE}/driver/unbind; "
               f"echo {SECOND} >{VFIO_PCI}/bind", check=True)
    assert host.driver(SECOND) == "vfio-pci"
    assert _probe(host) == "vfio-pci", "the trap is not there"

    # baton brings a card home without a journal, and takes away what takes it back.
    reattach(host, SECOND)
    assert host.driver(SECOND) == DRIVERS[SECOND]
    assert _probe(host) == DRIVERS[SECOND], "vfio-pci takes the card again"
    before.check(host)


@check(Machine("mini"), cargo, alone=True)
def ids_that_come_while_the_card_is_out_are_gone_when_it_is_home(host):
    _flip(host)
    before = Before(host)
    detach(host, SECOND)
    host.shell(f"echo 1234 1111 >{VFIO_PCI}/new_id", check=True)
    reattach(host, SECOND)
    assert host.driver(SECOND) == DRIVERS[SECOND]
    assert _probe(host) == DRIVERS[SECOND], "vfio-pci takes the card again"
    before.check(host)
