# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine on which somebody has followed an old guide: `baton boot clean` and `baton boot setup`."""

from bench import CARD, TWIN
from judge import check_given, check_host
from row import row
from sheet import Sheet

# What a set-up script that many have run does to a Debian, and does again each time that it is run: by
# ids, which both cards share, for the drivers of all devices of a kind, into files that it replaces,
# and in words that the file does not know. And the same where there is no GRUB or initramfs-tools.
GUIDE = """
set -e
ids=1234:1111
words="intel_iommu=on iommu=pt vfio-pci.ids=$ids"
if [ -e /etc/default/grub ]; then
    [ -e /etc/default/grub.bak ] || cp /etc/default/grub /etc/default/grub.bak
    sed -i "s/^GRUB_CMDLINE_LINUX_DEFAULT=\\"/&$words /" /etc/default/grub
else
    sed -i "s/$/ $words/" /etc/kernel/cmdline
fi
if [ -e /etc/initramfs-tools ]; then
    printf '%s\n' vfio vfio_iommu_type1 vfio_virqfd "options vfio-pci ids=$ids" vfio-pci \
        >/etc/initramfs-tools/modules
else
    echo 'force_drivers+=" vfio vfio_iommu_type1 vfio-pci "' >/etc/dracut.conf.d/vfio.conf
fi
echo "options vfio-pci ids=$ids disable_vga=1" >/etc/modprobe.d/vfio.conf
echo "softdep bochs pre: vfio-pci" >>/etc/modprobe.d/vfio.conf
echo "blacklist xhci_hcd" >/etc/modprobe.d/xhci_hcd.conf
printf '%s\n' "blacklist bochs" "blacklist snd_hda_intel" >/etc/modprobe.d/blacklist.conf
"""
MENU = "if [ -e /etc/default/grub ]; then update-grub; fi"


def follow(machine):
    """Twice, as somebody does who is not sure; returns the Sheet of the machine that came of it."""
    machine.chamber.shell("\n".join((GUIDE, GUIDE, machine.system.remake, MENU)))
    return Sheet(machine)


def check_ours(host):
    """Nothing is left of it: both cards are the host's."""
    check_host(host, CARD)
    check_host(host, TWIN)
    assert "vfio-pci.ids" not in host.read("/proc/cmdline")


@row()
def a_machine_on_which_a_guide_was_followed_is_cleaned(machine):
    followed = follow(machine)
    with machine.boot() as host:
        taken = [host.driver(address) for address in (CARD, TWIN)]
        assert taken == ["vfio-pci", "vfio-pci"], f"the guide does nothing: {taken}"
    machine.baton("boot", "clean", "--yes")
    with machine.boot() as host:
        check_ours(host)
    machine.baton("boot", "undo")
    followed.check(machine)


@row()
def one_call_makes_of_it_one_card_for_guests_and_another_none(machine):
    followed = follow(machine)
    machine.baton("boot", "setup", "--yes", "--permanent", CARD)
    with machine.boot() as host:
        check_given(host, CARD)
        check_host(host, TWIN)
    machine.baton("boot", "setup", "--yes", "--on-demand")
    with machine.boot() as host:
        check_ours(host)
    machine.baton("boot", "undo")
    followed.check(machine)
