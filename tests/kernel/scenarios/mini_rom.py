# SPDX-License-Identifier: GPL-2.0-or-later
"""A card's video BIOS as the kernel gives it, against the file that QEMU made it from."""

import hashlib
import json
import pathlib

from machine import Machine
from rig import CARD, SECOND, Before, baton, cargo, detach, reattach
from scenario import check

MINI = Machine("mini")
BIOS = pathlib.Path("/usr/share/seabios/vgabios-stdvga.bin")
DEVICE = f"/sys/bus/pci/devices/{SECOND}"
FILE = "/tmp/card.rom"


def _is_whole(host):
    digest = hashlib.sha256(BIOS.read_bytes()).hexdigest()
    assert host.run("sha256sum", FILE, check=True).stdout.startswith(digest)
    host.run("rm", FILE, check=True)


@check(MINI, cargo)
def a_rom_is_read_and_the_device_left_as_it_was(host):
    before = Before(host)
    report = json.loads(baton(host, "rom", "dump", "--json", SECOND, FILE).stdout)
    assert report["verdict"] == "good", report
    assert [image["id"] for image in report["images"]] == ["1234:1111"], report
    baton(host, "rom", "check", FILE, SECOND)
    baton(host, "rom", "check", FILE, CARD[1], code=1)
    result = baton(host, "rom", "dump", SECOND, FILE, code=1)
    assert "choose another name" in result.stderr, result
    _is_whole(host)
    before.check(host)


@check(MINI, cargo)
def a_device_without_a_driver_is_switched_on_for_its_rom_and_off_again(host):
    before = Before(host)
    driver = host.driver(SECOND)
    host.shell(f"echo {SECOND} >{DEVICE}/driver/unbind", check=True)
    enabled = host.run("cat", f"{DEVICE}/enable", check=True).stdout
    baton(host, "rom", "dump", SECOND, FILE)
    assert host.run("cat", f"{DEVICE}/enable", check=True).stdout == enabled
    _is_whole(host)
    host.shell(f"echo {SECOND} >/sys/bus/pci/drivers/{driver}/bind", check=True)
    before.check(host)


@check(MINI, cargo)
def a_rom_that_would_not_be_the_cards_own_is_refused(host):
    before = Before(host)
    result = baton(host, "rom", "dump", CARD[0], FILE, code=3)
    assert "the firmware's copy in memory" in result.stderr, result
    result = baton(host, "rom", "dump", "0000:1e:00.0", FILE, code=2)
    assert "`baton list`" in result.stderr, result
    detach(host, SECOND)
    result = baton(host, "rom", "dump", SECOND, FILE, code=3)
    assert f"`baton reattach {SECOND}`" in result.stderr, result
    reattach(host, SECOND)
    host.run("test", "!", "-e", FILE, check=True)
    before.check(host)
