# SPDX-License-Identifier: GPL-2.0-or-later
"""What virtual hosts boot: initial RAM file systems and the Debian root of the full host."""

import pathlib
import subprocess

import cache
import cargo
import debian
import initramfs
import kernel
import progress

HERE = pathlib.Path(__file__).resolve().parent

# What the mini host's hardware, and what may be plugged in, needs.
_MINI_MODULES = (
    "virtio_pci", "virtio_console", "virtio_blk", "virtio_rng",
    "bochs", "virtio_gpu", "drivers/gpu/drm/tiny/",
    "snd_hda_intel", "snd_hda_codec_generic",
    "xhci_pci", "ehci_pci", "usbhid", "hid_generic", "usb_storage", "uas",
    "e1000e", "nvme", "ahci", "sd_mod", "lpc_ich", "i2c_i801", "evdev",
    "drivers/vfio/", "pci_stub", "uio_pci_generic",
    "ext4", "vfat", "loop", "dm_mod", "dm_crypt",
)


def build_agent(directory):
    """Compile the agent; returns its path."""
    program = directory / "agent"
    subprocess.run(["gcc", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-static", "-o", program,
                    HERE / "agent.c"], check=True)
    return program


def mini_initramfs(series):
    """Return a Thing with `initrd`, the whole mini host, for a kernel series."""
    thing = kernel.obtain(series)
    key = cache.digest("mini 1", thing.path.name, _MINI_MODULES, HERE / "agent.c",
                       HERE / "mini/init", HERE / "initramfs.py", HERE / "image.py",
                       debian.versions(("busybox-static", "kmod")))

    def make(directory):
        with progress.part(f"mini host for Linux {kernel.release(thing)}: making its initramfs"):
            archive = initramfs.Archive()
            initramfs.add_modules(archive, thing, _MINI_MODULES)
            archive.copy("/bin/busybox", "bin/busybox")
            archive.copy("/bin/kmod", "bin/kmod")
            for library in cargo.linked("/bin/kmod"):
                archive.copy(library)
            for name in ("modprobe", "insmod", "rmmod", "lsmod", "depmod", "modinfo"):
                archive.link(f"sbin/{name}", "/bin/kmod")
            archive.copy(build_agent(directory), "sbin/agent")
            archive.character("dev/console", 5, 1)
            archive.file("init", (HERE / "mini/init").read_bytes(), 0o755)
            archive.write(directory / "initrd")
    return cache.obtain(f"mini-{series}", key, make)


class Boot:
    """What a machine boots: paths, all held in the cache until close().

    kernel, initrd; root and modules: disk images, None for the mini host; key: what they are.
    """

    def __init__(self, things, initrd, root=None, modules=None):
        self._things = things
        self.kernel = things[0] / "vmlinuz"
        self.initrd = initrd
        self.root = root
        self.modules = modules
        self.key = [thing.path.name for thing in things]

    def close(self):
        """Let go of the cache."""
        for thing in self._things:
            thing.close()


def obtain(machine):
    """Return the Boot of a machine.Machine."""
    stock = kernel.obtain(machine.kernel)
    if machine.kind == "mini":
        mini = mini_initramfs(machine.kernel)
        return Boot([stock, mini], mini / "initrd")
    raise NotImplementedError(machine.kind)
