# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's command line: `baton boot enable-iommu` and back."""

from row import row
from sheet import Sheet

# Debian's kernel has the IOMMU on by itself: nothing is missing, and what is asked for by name is set.
WORDS = ("iommu=pt", "kvm.ignore_msrs=1")


def words_of(host):
    """The command line that the kernel was started with."""
    return host.read("/proc/cmdline").split()


@row()
def words_are_on_the_next_command_line_until_they_are_taken_back(machine):
    usual = machine.chamber.read("/proc/cmdline").split()
    before = Sheet(machine)
    machine.baton("boot", "enable-iommu", *WORDS)
    assert before.changed(machine), "nothing was changed"
    with machine.boot() as host:
        assert sorted(words_of(host)) == sorted([*usual, *WORDS]), f"{words_of(host)}"
        assert "iommu=pt" in host.run("baton", "boot", "status", check=True).stdout
    machine.baton("boot", "undo")
    before.check(machine)
    with machine.boot() as host:
        assert words_of(host) == usual, f"{words_of(host)}"
