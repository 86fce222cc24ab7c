# SPDX-License-Identifier: GPL-2.0-or-later
"""A device's ROM as the kernel gives it, against the file that QEMU made it from. A network card's,
because of QEMU's cards only the one that the machine starts on has one."""

import hashlib
import json
import pathlib

from machine import Machine
from rig import CARD, SECOND, Before, baton, cargo, detach, reattach
from scenario import check

MINI = Machine("mini")
ROM = pathlib.Path("/usr/lib/ipxe/qemu/efi-e1000e.rom")
FILE = "/tmp/card.rom"


def _plug(host):
    device = f"{host.plug('network')}.0"
    host.shell(f"until [ -e /sys/bus/pci/devices/{device}/driver ]; do sleep 0.1; done", check=True)
    return device


def _is_whole(host):
    """QEMU fills the ROM up to a power of two; the kernel shows the images alone."""
    size = int(host.run("stat", "-c", "%s", FILE, check=True).stdout)
    data = ROM.read_bytes()
    assert len(data) - 512 < size <= len(data), size
    digest = hashlib.sha256(data[:size]).hexdigest()
    assert host.run("sha256sum", FILE, check=True).stdout.startswith(digest)
    host.run("rm", FILE, check=True)


@check(MINI, cargo, alone=True)
def a_rom_is_read_and_the_device_left_as_it_was(host):
    device = _plug(host)
    before = Before(host)
    report = json.loads(baton(host, "rom", "dump", "--json", device, FILE).stdout)
    assert report["verdict"] == "good", report
    assert [image["kind"] for image in report["images"]] == ["BIOS", "EFI x86-64"], report
    baton(host, "rom", "check", FILE, device)
    baton(host, "rom", "check", FILE, CARD[1], code=1)
    result = baton(host, "rom", "dump", device, FILE, code=1)
    assert "choose another name" in result.stderr, result
    _is_whole(host)
    before.check(host)

    # Without a driver it is switched on for that, and off again.
    host.shell(f"echo {device} >/sys/bus/pci/devices/{device}/driver/unbind", check=True)
    enabled = f"/sys/bus/pci/devices/{device}/enable"
    assert host.run("cat", enabled, check=True).stdout == "0\n"
    baton(host, "rom", "dump", device, FILE)
    assert host.run("cat", enabled, check=True).stdout == "0\n"
    _is_whole(host)


@check(MINI, cargo)
def a_rom_that_would_not_be_the_cards_own_is_refused(host):
    before = Before(host)
    result = baton(host, "rom", "dump", CARD[0], FILE, code=3)
    assert "the firmware's copy in memory" in result.stderr, result
    result = baton(host, "rom", "dump", CARD[1], FILE, code=1)
    assert "has no ROM" in result.stderr, result
    result = baton(host, "rom", "dump", "0000:1e:00.0", FILE, code=2)
    assert "`baton list`" in result.stderr, result
    detach(host, SECOND)
    result = baton(host, "rom", "dump", SECOND, FILE, code=3)
    assert f"`baton reattach {SECOND}`" in result.stderr, result
    reattach(host, SECOND)
    host.run("test", "!", "-e", FILE, check=True)
    before.check(host)
