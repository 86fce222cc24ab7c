# SPDX-License-Identifier: GPL-2.0-or-later
"""Two guests by two doors at the same moment: libvirt's, and `baton run`."""

import domain
from baton import installed
from machine import Machine
from rig import CARD, HOME_S, SECOND, Before, states, wait_home
from scenario import check

FULL = Machine("full")
START_S = 400
SERIAL = "/run/serial"
XML = "/root/domain.xml"
LIBVIRT = "libvirt:doors"
PLAIN = "qemu:plain"


def _create(host, devices):
    """virsh create of a guest, just begun."""
    host.put(XML, domain.xml("doors", devices))
    return host.start("virsh", "create", XML)


def _create_as_far_as_the_door(host, devices):
    """The same, when libvirt has called baton, or has just done so: that takes it a while."""
    creating = _create(host, devices)
    host.shell("until pgrep -f '[h]ooks/qemu.d/baton' || ls /run/baton/*.journal 2>/dev/null; "
               "do :; done", check=True, deadline_s=START_S)
    return creating


def _run(host, devices):
    """baton run of another, just begun."""
    host.run("rm", "-f", SERIAL, check=True)
    words = ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg", "-m", "32", "-display", "none",
             "-vga", "none", "-nic", "none", "-name", "guest=plain", "-serial", f"file:{SERIAL}",
             "-kernel", domain.KERNEL, "-append", "exit=wait"]
    for address in devices:
        words += ["-device", f"vfio-pci,host={address},rombar=0"]
    return host.start("baton", "run", "--", *words)


def _await_plain(host):
    host.shell(f"until grep -q READY {SERIAL} 2>/dev/null; do sleep 0.2; done", check=True,
               deadline_s=START_S)


def _end_plain(host, running):
    host.shell("kill $(pgrep -f '[q]emu-system.*guest=plain')", check=True)
    ended = running.wait(HOME_S)
    assert ended.status == 0, ended


def _end_libvirt(host):
    host.run("virsh", "destroy", "doors", check=True, deadline_s=HOME_S)


def _owners(host):
    """Whose journals there are."""
    return sorted(host.shell("sed -n 's/.* journal 1 [^ ]* [^ ]* //p' /run/baton/*.journal",
                             check=True).stdout.split())


def _said(host):
    return host.shell("journalctl -b --no-pager -o cat -t baton -t baton-libvirt-hook | tail -80; "
                      "cat /run/baton/*.journal 2>/dev/null").stdout


def _race(host, tell, first, second):
    """For one card; tells who had it."""
    before = Before(host)
    begun = {door(host, CARD): door for door in (first, second)}
    create, run = sorted(begun, key=lambda process: begun[process] is _run)
    created = create.wait(START_S)
    if created.status == 0:
        lost = run.wait(START_S)
        assert lost.status == 123 and f" is with {LIBVIRT}: " in lost.stderr, (lost, _said(host))
        assert _owners(host) == [LIBVIRT], _said(host)
        _end_libvirt(host)
    else:
        told = created.stderr + _said(host)
        assert f" is with {PLAIN}: " in told, (created, told)
        assert _owners(host) == [PLAIN], told
        _await_plain(host)
        _end_plain(host, run)
    wait_home(host, before)
    tell(f"{LIBVIRT if created.status == 0 else PLAIN} won, and the other was told so")


@check(FULL, installed, limit_s=1800)
def of_two_doors_that_want_one_card_exactly_one_gets_it_and_the_other_is_told(host, tell):
    _race(host, tell, _create, _run)
    _race(host, tell, _create_as_far_as_the_door, _run)


@check(FULL, installed, limit_s=1200)
def two_doors_with_a_card_each_both_start(host):
    before = Before(host)
    create, run = _create(host, CARD), _run(host, [SECOND])
    created = create.wait(START_S)
    assert created.status == 0, (created, _said(host))
    _await_plain(host)
    assert _owners(host) == [LIBVIRT, PLAIN], _said(host)
    # And what each had is remembered, also by a door that libvirt confines.
    for guest, devices in ((LIBVIRT, CARD), (PLAIN, [SECOND])):
        lines = host.read(f"/var/lib/baton/guests/{guest}.known").splitlines()
        assert sorted(line.split()[1] for line in lines[1:]) == sorted(devices), lines
    assert {host.driver(address) for address in (*CARD, SECOND)} == {"vfio-pci"}
    found = states(host)
    assert (found[CARD[0][:-2]], found[SECOND[:-2]]) == ("GUEST", "GUEST"), found
    _end_libvirt(host)
    _end_plain(host, run)
    wait_home(host, before)
