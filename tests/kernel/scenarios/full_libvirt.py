# SPDX-License-Identifier: GPL-2.0-or-later
"""A card goes to real libvirt guests and comes home, however they start and end.

Every scenario ends by comparing the machine with what it was (dump.c): "as before".
"""

import contextlib
import time

import baton
import domain
import dump
import guest
import vhost
from machine import Machine

CARD = ["0000:01:00.0", "0000:01:00.1", "0000:01:00.2"]
NAME = "win 11"
HOME_S = 60          # a return, login screen included
GUARD_S = 120        # the same when only the guard is left


@contextlib.contextmanager
def host(options):
    """A full host with baton installed and the tiny guest in place."""
    goods = baton.cargo()
    dump.add(goods)
    tiny = guest.obtain()
    goods.copy(tiny / "tiny.elf", domain.KERNEL)
    tiny.close()
    with vhost.start(Machine("full", kernel=options.kernel), goods) as running:
        yield running


def define(running, devices=None, **settings):
    """Write the domain's XML; returns its path."""
    path = "/root/domain.xml"
    running.put(path, domain.xml(NAME, devices if devices is not None else CARD, **settings))
    return path


def create(running, path, good=True):
    """virsh create."""
    result = running.run("virsh", "create", path, deadline_s=300)
    if good != (result.status == 0):
        raise AssertionError(f"virsh create: {result}\n{journal(running)}")
    return result


def journal(running):
    """What baton told the system journal, for failures."""
    return running.shell("journalctl -b --no-pager -o cat -t baton -t baton-libvirt-hook "
                         "-u 'baton-guard*' | tail -40; cat /run/baton/* 2>/dev/null").stdout


def wait_gone(running, deadline_s=HOME_S):
    """Wait until the guest is gone and no journal is left."""
    script = ('until ! virsh list --name | grep -q . && ! ls /run/baton/*.journal >/dev/null 2>&1;'
              ' do sleep 0.2; done')
    running.shell(script, check=True, deadline_s=deadline_s)


def card_is_away(running):
    """All functions are on vfio-pci."""
    drivers = {running.driver(address) for address in CARD}
    assert drivers == {"vfio-pci"}, drivers


def cycle(running, end="virsh destroy 'win 11'", **settings):
    """One start and one end, as before afterwards."""
    before = dump.take(running)
    create(running, define(running, **settings))
    card_is_away(running)
    running.shell(end, check=True)
    wait_gone(running)
    dump.compare(running, before)


def ten_starts_and_stops_with_managed_yes(running, options):
    """The whole card, managed='yes', ten times in a row (twenty with --long)."""
    for _ in range(20 if options.long else 10):
        cycle(running)


def three_starts_and_stops_with_managed_no(running, options):
    """managed='no': libvirt finds the card on vfio-pci and leaves it there."""
    for _ in range(20 if options.long else 3):
        cycle(running, managed=False)


def three_starts_and_stops_with_only_function_0(running, options):
    """The group comes along although the XML lists one function."""
    for _ in range(20 if options.long else 3):
        cycle(running, devices=CARD[:1])


def the_guest_powers_itself_off(running, options):
    """ACPI power-off from inside."""
    before = dump.take(running)
    create(running, define(running, exit="3"))
    wait_gone(running)
    dump.compare(running, before)


def qemu_is_killed(running, options):
    """kill -9 of QEMU: libvirt sees it and calls the hook."""
    cycle(running, end="kill -9 $(pgrep -f 'qemu-system.*guest=win 11')")


def libvirtd_is_killed_together_with_qemu(running, options):
    """Nobody calls the hook: the guard brings the card home, or libvirt when it is back."""
    before = dump.take(running)
    create(running, define(running))
    card_is_away(running)
    running.shell("systemctl mask --runtime libvirtd.service libvirtd.socket libvirtd-ro.socket "
                  "libvirtd-admin.socket; kill -9 $(pgrep -x libvirtd) "
                  "$(pgrep -f 'qemu-system.*guest=win 11')", check=True)
    running.shell("while ls /run/baton/*.journal >/dev/null 2>&1; do sleep 0.2; done", check=True,
                  deadline_s=GUARD_S)
    running.shell("systemctl unmask --runtime libvirtd.service libvirtd.socket libvirtd-ro.socket "
                  "libvirtd-admin.socket; systemctl reset-failed; systemctl start libvirtd.service",
                  check=True, deadline_s=120)
    dump.compare(running, before)


def a_start_that_fails_after_prepare(running, options):
    """A disk that is not there: libvirt calls release, and the card is home."""
    before = dump.take(running)
    result = create(running, define(running, disk="/nonexistent.img"), good=False)
    assert "nonexistent" in result.stderr, result
    wait_gone(running)
    dump.compare(running, before)


def killed_hook_is_repaired_by_the_guard(running, options):
    """kill -9 of the hook in the middle of its work, and nobody calls anything."""
    before = dump.take(running)
    path = define(running)
    start = running.start("virsh", "create", path)
    running.shell("until grep -q 'push driver' /run/baton/*.journal 2>/dev/null; do :; done; "
                  "kill -9 $(pgrep -f baton-libvirt-hook)", check=True, deadline_s=120)
    start.wait(300)
    wait_gone(running, GUARD_S)
    dump.compare(running, before)


def the_host_restarts_while_the_card_is_away(running, options):
    """The host's own shutdown ends; what it left is gone with /run."""
    create(running, define(running))
    card_is_away(running)
    running.shell("sync")
    started = time.monotonic()
    running.reboot(deadline_s=300)
    print(f"  restarted within {time.monotonic() - started:.0f} s")
    drivers = [running.driver(address) for address in CARD]
    assert drivers == ["bochs-drm", "snd_hda_intel", "xhci_hcd"], drivers


def other_hooks_keep_running(running, options):
    """A hook beside ours in qemu.d sees every operation."""
    running.put("/etc/libvirt/hooks/qemu.d/zz-other",
                "#!/bin/sh\necho \"$2 $3\" >>/run/other-hook\n", 0o755)
    cycle(running)
    seen = running.read("/run/other-hook").splitlines()
    assert seen == ["prepare begin", "start begin", "started begin", "stopped end",
                    "release end"], seen


SCENARIOS = [
    ten_starts_and_stops_with_managed_yes,
    three_starts_and_stops_with_managed_no,
    three_starts_and_stops_with_only_function_0,
    the_guest_powers_itself_off,
    qemu_is_killed,
    a_start_that_fails_after_prepare,
    killed_hook_is_repaired_by_the_guard,
    libvirtd_is_killed_together_with_qemu,
    other_hooks_keep_running,
    the_host_restarts_while_the_card_is_away,
]
