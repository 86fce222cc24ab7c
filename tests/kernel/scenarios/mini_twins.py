# SPDX-License-Identifier: GPL-2.0-or-later
"""Two cards with the same numbers: only the one asked for moves."""

from machine import Machine
from rig import DRIVERS, SECOND, Before, cargo, detach, reattach
from scenario import check

TWINS = Machine("mini", twin=True)
THIRD = "0000:03:00.0"
VFIO_PCI = "/sys/bus/pci/drivers/vfio-pci"


def _same_numbers(host):
    numbers = [host.shell(f"cd /sys/bus/pci/devices/{address} && cat vendor device "
                          "subsystem_vendor subsystem_device class revision", check=True).stdout
               for address in (SECOND, THIRD)]
    return numbers[0] == numbers[1]


@check(TWINS, cargo)
def only_the_card_asked_for_moves(host):
    assert _same_numbers(host)
    before = Before(host)
    for one, other in ((SECOND, THIRD), (THIRD, SECOND)):
        detach(host, one)
        assert (host.driver(one), host.driver(other)) == ("vfio-pci", DRIVERS[other])
        reattach(host, one)
        before.check(host)


@check(TWINS, cargo)
def a_twin_that_is_out_stays_out_when_the_other_comes_home(host):
    before = Before(host)
    detach(host, SECOND)
    detach(host, THIRD)
    reattach(host, SECOND)
    assert (host.driver(SECOND), host.driver(THIRD)) == (DRIVERS[SECOND], "vfio-pci")
    reattach(host, THIRD)
    before.check(host)


@check(TWINS, cargo)
def an_id_that_serves_a_twin_is_not_taken_from_it(host):
    # A hypervisor has the third card by new_id, as Proxmox does it.
    host.shell(f"modprobe vfio-pci; echo {THIRD} >/sys/bus/pci/drivers/bochs-drm/unbind; "
               f"echo 1234 1111 >{VFIO_PCI}/new_id", check=True)
    assert host.driver(THIRD) == "vfio-pci"
    before = Before(host)
    detach(host, SECOND)
    reattach(host, SECOND)
    before.check(host)
    # The id is still there: it can be taken away, once.
    assert host.shell(f"echo 1234 1111 >{VFIO_PCI}/remove_id").status == 0
    host.shell(f"echo {THIRD} >{VFIO_PCI}/unbind; echo {THIRD} >/sys/bus/pci/drivers/bochs-drm/bind",
               check=True)
