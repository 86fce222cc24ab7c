# SPDX-License-Identifier: GPL-2.0-or-later
"""An address is no device: what a guest had at it is remembered, and where it went is said."""

import re

from machine import Machine
from rig import CARD, SECOND, Before, baton, cargo, detach, reattach
from scenario import check

MINI = Machine("mini")
SOUND = CARD[1]
GUEST = "qemu:games"
DIRECTORY = "/var/lib/baton/guests"
FILE = f"{DIRECTORY}/{GUEST}.known"


def _run(host, code=0, address=SECOND):
    """A "QEMU" that ends at once."""
    return baton(host, "run", "--guest", "games", "--no-guard", "true", "-device",
                 f"vfio-pci,host={address}", code=code)


def _ids(host, address, *files):
    return ":".join(host.read(f"/sys/bus/pci/devices/{address}/{name}").strip()[2:]
                    for name in files)


def _identity(host, address):
    """As it stands in the file, without the serial."""
    return " ".join((_ids(host, address, "vendor", "device"),
                     _ids(host, address, "subsystem_vendor", "subsystem_device"),
                     _ids(host, address, "revision")))


def _forget(host):
    baton(host, "forget", GUEST)
    assert host.missing([FILE]) == [FILE]


@check(MINI, cargo)
def another_device_at_a_guests_address_is_refused_until_it_is_meant(host):
    host.run("mkdir", "-p", "/var/lib", check=True)
    before = Before(host)
    _run(host)
    known = host.read(FILE) + "\n"
    assert known.startswith(f"known 1 {GUEST}\ndevice {SECOND} "
                            f"{_identity(host, SECOND)} "), known
    # Cards were moved about: what the guest had here is in another slot.
    host.put(FILE, known.replace(_identity(host, SECOND), _identity(host, SOUND)))
    here, there = (_ids(host, address, "vendor", "device") for address in (SECOND, SOUND))
    refused = _run(host, code=123)
    assert (f"{SECOND} is {here} now, and was {there} when the guest had it last; a {there} is "
            f"at {SOUND} now: correct the address" in refused.stderr), refused
    assert f"`baton forget '{GUEST}'`" in refused.stderr, refused
    before.check(host)
    # It is a new card, and meant.
    baton(host, "forget", GUEST)
    _run(host)
    assert host.read(FILE) + "\n" == known
    # A device that is gone altogether.
    host.put(FILE, known.replace(SECOND, "0000:7f:00.0"))
    refused = _run(host, code=123, address="7f:00.0")
    assert re.search(rf"0000:7f:00\.0 does not exist on this machine any more; {here} are at "
                     rf".*{SECOND}.* now", refused.stderr), refused
    _forget(host)
    unknown = baton(host, "forget", GUEST, code=2)
    assert f'nothing is remembered of a guest "{GUEST}"' in unknown.stderr, unknown
    before.check(host)


@check(MINI, cargo)
def what_cannot_be_remembered_keeps_no_guest_from_starting(host):
    host.run("mkdir", "-p", "/var/lib", check=True)
    before = Before(host)
    assert _run(host).stderr.count("baton:") == 0
    known = host.read(FILE) + "\n"
    stat = host.run("stat", "-c", "%i %Z", FILE, check=True).stdout
    _run(host)
    assert host.run("stat", "-c", "%i %Z", FILE, check=True).stdout == stat, "written again"
    host.put(FILE, "garbage\n")
    said = _run(host)
    assert "what the guest had last time is not known" in said.stderr, said
    assert f"{FILE}: line 1 makes no sense" in said.stderr and host.read(FILE) + "\n" == known, said
    host.shell(f"chmod 777 {DIRECTORY}; rm {FILE}", check=True)
    said = _run(host)
    assert "is not remembered for the next time" in said.stderr, said
    assert host.missing([FILE]) == [FILE]
    host.run("rm", "-r", "/var/lib/baton", check=True)
    before.check(host)


@check(MINI, cargo)
def a_named_card_that_is_elsewhere_is_offered(host):
    before = Before(host)
    here, there = (_ids(host, address, "vendor", "device") for address in (SECOND, SOUND))
    host.run("mkdir", "-p", "/etc/baton/baton.conf.d", check=True)
    conf = "/etc/baton/baton.conf.d/cards.conf"
    host.put(conf, f"[card games]\naddress = {SECOND[:-2]}\nid = {there}\n"
                   f"[card gone]\naddress = 0000:7f:00\nid = {there}\n"
                   f"[card right]\naddress = {SECOND[:-2]}\nid = {here.upper()}\n")
    refused = detach(host, "games", code=3)
    assert (f"card games should be {there}, but {SECOND} is {here}; a {there} is at {SOUND} now: "
            f"correct `address =` in {conf}" in refused.stderr), refused
    refused = detach(host, "gone", code=3)
    assert (f"0000:7f:00.0 is not there; a {there} is at {SOUND} now" in refused.stderr), refused
    before.check(host)
    detach(host, "right")
    reattach(host, "right")
    host.run("rm", "-r", "/etc/baton", check=True)
    before.check(host)


@check(MINI, cargo)
def a_mapped_device_that_is_elsewhere_is_offered(host):
    before = Before(host)
    there = _ids(host, SOUND, "vendor", "device")
    host.shell("mkdir -p /etc/pve/nodes/mini/qemu-server /etc/pve/mapping; "
               "ln -s nodes/mini /etc/pve/local; "
               "ln -s nodes/mini/qemu-server /etc/pve/qemu-server", check=True)
    host.put("/etc/pve/nodes/mini/qemu-server/100.conf", "hostpci0: mapping=sound\n")
    for path in (SECOND, "0000:7f:00.0"):
        host.put("/etc/pve/mapping/pci.cfg",
                 f"sound\n\tmap id={there},iommugroup=1,node=mini,path={path}\n")
        refused = host.run("baton-proxmox-hook", "100", "pre-start")
        assert refused.status == 3, refused
        assert f"{path} is " in refused.stderr and "Resource Mappings" in refused.stderr, refused
        assert f"; a {there} is at {SOUND} now: correct the mapping" in refused.stderr, refused
    host.run("rm", "-r", "/etc/pve", check=True)
    before.check(host)
