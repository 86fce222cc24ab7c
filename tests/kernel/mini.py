# SPDX-License-Identifier: GPL-2.0-or-later
"""The mini host: busybox, kmod, modules and the agent, all in an initial RAM file system."""

import pathlib

import agent
import cache
import debian
import initramfs as archives
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


def initramfs(series):
    """Return a Thing with `initrd`, the whole mini host, for a kernel series."""
    stock = kernel.obtain(series)
    key = cache.digest("mini 1", stock.path.name, _MINI_MODULES, agent.SOURCES,
                       HERE / "mini/init", HERE / "initramfs.py", HERE / "mini.py",
                       debian.versions(("busybox-static", "kmod")))

    def make(directory):
        with progress.part(f"mini host for Linux {kernel.release(stock)}: making its initramfs"):
            archive = archives.Archive()
            archives.add_modules(archive, stock, _MINI_MODULES)
            archives.add_programs(archive)
            archive.copy(agent.build(directory), "sbin/agent")
            archive.file("init", (HERE / "mini/init").read_bytes(), 0o755)
            archive.write(directory / "initrd")
    try:
        return cache.obtain(f"mini-{series}", key, make)
    finally:
        stock.close()
