# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes wrong half-way: a death, a full disk, one that cannot be written, a tool that fails."""

import signal

from bench import CARD
from row import row
from sheet import Sheet

USUAL = ("grub-initramfs-tools", "grub-dracut")
COMM = 15  # of a program's name, that is how much the kernel knows


def killed_at(machine, call, count, *words):
    """Have baton killed for good when it makes a system call for the so many'th time."""
    machine.chamber.run("strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                        f"inject={call}:signal=KILL:when={count}", "baton", *words,
                        code=-signal.SIGKILL)


def killed_while(machine, tool, *words):
    """Have baton killed for good while a program runs that it has started."""
    with machine.chamber.start("baton", *words) as process:
        machine.chamber.shell('until pgrep -x "$1"; do :; done; pkill -KILL -x baton', tool[:COMM])
        assert process.wait() == -signal.SIGKILL, process.communicate()


@row(on=USUAL)
def a_death_between_the_file_and_the_tool_is_made_good_by_the_next_call(machine):
    before = Sheet(machine)
    killed_at(machine, "clone3", 1, "boot", "assign", CARD)
    assert before.changed(machine), "it died too early"
    machine.baton("boot", "assign", CARD)
    assert machine.chamber.is_there("/etc/baton/assigned")
    machine.baton("boot", "undo")
    before.check(machine)


@row(on=USUAL)
def a_death_while_the_tool_runs_is_made_good_by_the_next_call(machine):
    before = Sheet(machine)
    killed_while(machine, machine.system.remake.split()[0], "boot", "assign", CARD)
    machine.baton("boot", "undo")
    before.check(machine)


@row(on=USUAL)
def a_death_during_the_undo_is_made_good_by_the_next_call(machine):
    before = Sheet(machine)
    machine.baton("boot", "assign", CARD)
    killed_at(machine, "clone3", 1, "boot", "undo")
    assert before.changed(machine), "it died too early"
    machine.baton("boot", "undo")
    before.check(machine)


SMALL = "/run/small"
SMALL_BOOT = f"""
set -e
mkdir {SMALL}
mount -t tmpfs -o "size=$(($(du -sk /boot | cut -f1) + $1))k" small {SMALL}
cp -a /boot {SMALL}
mount --bind {SMALL}/boot /boot
"""
FILL = f"""#!/bin/sh
[ "$1" = prereqs ] || cat /dev/zero >{SMALL}/fill 2>/dev/null
exit 0
"""
FILLER = "/etc/initramfs-tools/hooks/fill"


@row(on=USUAL)
def a_full_boot_is_refused(machine):
    machine.chamber.shell(SMALL_BOOT, 2 << 10)
    before = Sheet(machine)
    machine.baton("boot", "assign", CARD, code=3)
    before.check(machine)


@row(on=("grub-initramfs-tools",))
def a_boot_that_somebody_fills_meanwhile_is_as_before(machine):
    machine.chamber.shell(SMALL_BOOT, 200 << 10)
    machine.chamber.write(FILLER, FILL)
    machine.chamber.run("chmod", "+x", FILLER)
    before = Sheet(machine)
    machine.baton("boot", "assign", CARD, code=1)
    before.check(machine)


@row(on=USUAL)
def a_boot_that_cannot_be_written_is_refused(machine):
    machine.chamber.shell("mount --bind /boot /boot && mount -o remount,bind,ro /boot")
    before = Sheet(machine)
    machine.baton("boot", "assign", CARD, code=3)
    before.check(machine)
