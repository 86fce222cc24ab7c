# SPDX-License-Identifier: GPL-2.0-or-later
"""A card of which nothing was recorded returns to the first of its return drivers that it can."""

from machine import Machine
from rig import CARD, DRIVERS, SECOND, Before, cargo, drivers, reattach
from scenario import check

MINI = Machine("mini")
CONF = "/etc/baton/baton.conf"


def _take(host, *addresses):
    """To vfio-pci, as somebody without baton does."""
    host.run("modprobe", "-a", "vfio_iommu_type1", "vfio-pci", check=True)
    for address in addresses:
        host.shell(f"cd /sys/bus/pci/devices/{address}; echo vfio-pci >driver_override; "
                   f"echo {address} >driver/unbind; "
                   f"echo {address} >/sys/bus/pci/drivers/vfio-pci/bind", check=True)


def _configure(host, address, names):
    host.run("mkdir", "-p", "/etc/baton", check=True)
    host.put(CONF, f"[card desk]\naddress = {address}\nreturn-driver = {names}\n")


@check(MINI, cargo)
def the_first_return_driver_that_is_there_and_fits_is_taken(host):
    host.run("modprobe", "-a", "vfio_iommu_type1", "vfio-pci", check=True)
    before = Before(host)
    _take(host, SECOND)
    _configure(host, SECOND, "nvidia snd_hda_intel bochs-drm nouveau")
    home = reattach(host, "desk")
    assert (f"{SECOND} returns to bochs-drm: of `return-driver =` in {CONF}, nvidia is not there, "
            "snd_hda_intel takes other devices\n" in home.stderr), home
    assert host.driver(SECOND) == "bochs-drm"
    before.check(host)
    # None of them: it is left where it is, and told.
    _take(host, SECOND)
    _configure(host, SECOND, "nvidia xhci_hcd")
    refused = reattach(host, "desk", code=3)
    assert ("can return to no driver of" in refused.stderr
            and "nvidia is not there, xhci_hcd takes other devices" in refused.stderr), refused
    assert host.driver(SECOND) == "vfio-pci"
    host.run("rm", "-r", "/etc/baton", check=True)
    reattach(host, SECOND)
    before.check(host)


@check(MINI, cargo)
def the_other_functions_of_the_card_return_to_their_own(host):
    host.run("modprobe", "-a", "vfio_iommu_type1", "vfio-pci", check=True)
    before = Before(host)
    _take(host, *CARD)
    _configure(host, CARD[0][:-2], "nvidia bochs-drm")
    reattach(host, "desk")
    assert drivers(host, CARD) == {address: DRIVERS[address] for address in CARD}
    host.run("rm", "-r", "/etc/baton", check=True)
    before.check(host)
