# SPDX-License-Identifier: GPL-2.0-or-later
"""baton as it is installed on a real machine, brought into the full host."""

import functools

import domain
import guest
import rig

TOP = rig.TOP
HOOKS = "/etc/libvirt/hooks/qemu.d"


@functools.cache
def installed():
    """The rig's cargo, the tiny guest, and libvirt's door."""
    goods = rig.cargo.__wrapped__()
    tiny = guest.obtain()
    goods.copy(tiny / "tiny.elf", domain.KERNEL)
    tiny.close()
    # A guard that watches what has come home for long would only be waited for.
    goods.file("/etc/baton/baton.conf", "[timeouts]\nhome = 1\n")
    goods.command("baton", "install", "libvirt")
    # libvirt looks for hooks when it starts; the first start of a guest after that is slow.
    goods.command("systemctl", "restart", "libvirtd.service")
    goods.command("virsh", "domcapabilities", "--virttype", "qemu")
    return goods
