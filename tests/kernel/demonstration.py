# SPDX-License-Identifier: GPL-2.0-or-later
"""./try: one hand-over from beginning to end, in text and in pictures.

The login screen of a virtual host on an emulated card, a libvirt guest on the same card, and the
login screen again. Everything is real but the card: systemd, lightdm, Xorg, libvirt with AppArmor,
vfio-pci with an IOMMU, QEMU.
"""

import json
import secrets
import sys
import time

import baton
import cache
import domain
import guest
import number as digits
import picture
import progress
import vhost
from machine import Machine
from rig import CARD

OUT = baton.TOP / "out/try"
NAME = "win11"
WAIT_S = 600
DRAWN_S = 60
CURSOR = 400     # pixels of a cursor that blinks and of the pointer


def show(host, name):
    """Take a picture of the card's screen."""
    path = OUT / name
    host.screenshot(path)
    print(f"  picture: {path.relative_to(baton.TOP)}")


def same(one, other):
    """Do two pictures show the same, clock and blinking cursor aside?"""
    return picture.differing(one, other, [vhost.LOGIN_CLOCK]) <= CURSOR


def wait_number(host, before, number):
    """Wait until the card's screen shows the number; a console is drawn a moment late. False if it
    does not, or is still the screen of before."""
    try:
        shown = host.wait_screen(lambda shot: digits.is_shown(shot, number), DRAWN_S)
    except TimeoutError:
        return False
    return not same(before, shown)


def timeline(host, key):
    """Every step that baton took for the guest, from the system journal."""
    text = host.run("journalctl", "-b", "-o", "json", "--no-pager", f"BATON_GUEST={key}",
                    check=True).stdout
    entries = [json.loads(line) for line in text.splitlines()]
    start = int(entries[0]["__REALTIME_TIMESTAMP"])
    for entry in entries:
        at = (int(entry["__REALTIME_TIMESTAMP"]) - start) / 1e6
        print(f"  {at:7.2f} s  {entry['BATON_DURATION_US']:>9} us  {entry['BATON_STEP']}"
              f"  {entry['BATON_RESULT']}")


def bring_guest(host):
    """Put the Linux guest's kernel and its initial RAM file system where libvirt may read them."""
    thing = guest.obtain_linux()
    host.put(domain.LINUX, (thing / "vmlinux").read_bytes())
    host.put(domain.LINUX_INITRD, (thing / "initrd").read_bytes())
    thing.close()


def hand_over(host, number):
    """Start the guest and wait until it shows what it has."""
    path = "/root/domain.xml"
    host.put(path, domain.xml(NAME, CARD, number=number, linux=True))
    with progress.part("virsh create: the guest gets the card"):
        host.run("virsh", "create", path, check=True, deadline_s=WAIT_S)
    print(host.run("baton", "status", check=True).stdout)
    with progress.part("the guest starts, a machine in a machine without KVM"):
        host.shell(f"until grep -q READY {domain.SERIAL}; do sleep 0.2; done", check=True,
                   deadline_s=WAIT_S)


def take_back(host, before):
    """Switch the guest off and wait until the login screen is what it was."""
    with progress.part("virsh shutdown: the guest powers off, the card comes home"):
        host.run("virsh", "shutdown", NAME, check=True)
        host.shell("while ls /run/baton/*.journal >/dev/null 2>&1; do sleep 0.2; done",
                   check=True, deadline_s=WAIT_S)
    with progress.part("the login screen is drawn"):
        host.wait_screen(lambda shown: same(before, shown), WAIT_S)
    print(host.run("baton", "status", check=True).stdout)


def main(arguments):
    """Returns the exit status."""
    OUT.mkdir(parents=True, exist_ok=True)
    if "--cold" in arguments:
        cache.make_cold()
    number = secrets.randbelow(900000) + 100000
    started = time.monotonic()
    with vhost.start(Machine("full"), baton.installed()) as host:
        print("\nThe host, with its login screen on the card:\n")
        print(host.run("baton", "status", check=True).stdout)
        before = host.screen()
        show(host, "1-host.png")
        bring_guest(host)
        print("\nWhat a hand-over is going to change (baton plan 01:00):\n")
        print(host.run("baton", "plan", "01:00", check=True).stdout)
        hand_over(host, number)
        print(f"The guest, with the card; the number drawn for this run is {number}:\n")
        seen = host.read(domain.SERIAL)
        if f"NUMBER {number}" not in seen:
            print(f"the guest does not show {number}:\n{seen}", file=sys.stderr)
            return 1
        drawn = wait_number(host, before, number)
        show(host, "2-guest.png")
        if not drawn:
            print(f"the card's screen does not show {number}", file=sys.stderr)
            return 1
        take_back(host, before)
        show(host, "3-host.png")
        print("\nEvery step, as the system journal has it:\n")
        timeline(host, f"libvirt:{NAME}")
    print(f"\nDone in {time.monotonic() - started:.0f} s: the card is home, and the login screen"
          " is what it was.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
