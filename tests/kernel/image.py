# SPDX-License-Identifier: GPL-2.0-or-later
"""What a virtual host boots, by its machine.Machine."""

import full
import kernel
import mini


class Boot:
    """What a machine boots: paths, all held in the cache until close().

    kernel, initrd; root, and others that are only read: disk images; key: what they are.
    """

    def __init__(self, stock, initrd, root=None, modules=None):
        self._things = [thing for thing in (stock, initrd, root, modules) if thing]
        self.kernel = stock / "vmlinuz"
        self.initrd = initrd / "initrd"
        self.root = root and root / "root.img"
        self.others = [modules / "modules.img"] if modules else []
        self.key = [thing.path.name for thing in self._things]

    def arguments(self, machine):
        """QEMU's, by which it starts the kernel."""
        return ["-kernel", str(self.kernel), "-initrd", str(self.initrd),
                "-append", machine.cmdline()]

    def close(self):
        """Let go of the cache."""
        for thing in self._things:
            thing.close()


def obtain(machine):
    """Return the Boot of a machine.Machine."""
    stock = kernel.obtain(machine.kernel)
    if machine.kind == "mini":
        return Boot(stock, mini.initramfs(machine.kernel))
    return Boot(stock, full.initramfs(machine.kernel), full.root(), full.modules(machine.kernel))
