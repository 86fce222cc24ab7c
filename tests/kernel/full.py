# SPDX-License-Identifier: GPL-2.0-or-later
"""The full host: Debian with systemd, libvirt, QEMU and a login screen.

Three files make it: an initial RAM file system per kernel, a disk with the kernel's modules, and
the disk with the root, which is the same for all kernels.
"""

import pathlib
import shutil
import subprocess

import agent
import cache
import debian
import initramfs as archives
import kernel
import progress

HERE = pathlib.Path(__file__).resolve().parent

# Options of mke2fs. Without a journal: nobody pulls the plug on a disk that is thrown away anyway.
_DISK = ("-q", "-F", "-t", "ext4", "-O", "^has_journal", "-m", "0")
_ROOT_SIZE, _MODULES_SIZE = "4G", "1G"

# What the initial RAM file system needs to find the root, and the agent to find its port.
_ROOT_MODULES = ("virtio_pci", "virtio_blk", "virtio_console", "ext4", "crc32c_generic")


def _words(path):
    """The words of a file, comments aside."""
    return [word for line in path.read_text().splitlines() for word in line.split("#")[0].split()]


def root():
    """Return a Thing with `root.img`, the full host's root file system."""
    packages = _words(HERE / "full/packages")
    files = [path for path in sorted((HERE / "full/root").rglob("*")) if path.is_file()]
    key = cache.digest("full 2", debian.versions(tuple(packages)), debian.sources(),
                       [(str(path.relative_to(HERE)), path) for path in files],
                       HERE / "full/customize", HERE / "debian.py", _DISK, _ROOT_SIZE)

    def make(directory):
        tree = directory / "tree"
        with progress.part("full host: downloading and installing Debian"):
            debian.bootstrap(tree, packages, [str(HERE / "full/customize")])
        with progress.part("full host: writing its disk"):
            _make_disk(directory / "root.img", "root", tree, _ROOT_SIZE)
            shutil.rmtree(tree)
    return cache.obtain("full-root", key, make)


def modules(series):
    """Return a Thing with `modules.img`, the file system below the full host's /lib/modules."""
    stock = kernel.obtain(series)

    def make(directory):
        with progress.part(f"full host for Linux {kernel.release(stock)}: writing its modules"):
            _make_disk(directory / "modules.img", "modules", stock / "tree/lib/modules",
                       _MODULES_SIZE)
    try:
        return cache.obtain(f"full-modules-{series}", cache.digest(stock.path.name, _DISK), make)
    finally:
        stock.close()


def _make_disk(path, label, tree, size):
    subprocess.run(["mke2fs", *_DISK, "-L", label, "-d", tree, path, size], check=True,
                   stdout=subprocess.DEVNULL)


def initramfs(series):
    """Return a Thing with `initrd`, which mounts the full host's root."""
    stock = kernel.obtain(series)
    key = cache.digest("full initramfs 2", stock.path.name, HERE / "full/init", agent.SOURCES,
                       HERE / "initramfs.py", HERE / "full.py",
                       debian.versions(("busybox-static", "kmod")))

    def make(directory):
        archive = archives.Archive()
        archives.add_modules(archive, stock, _ROOT_MODULES)
        archives.add_programs(archive)
        for name in ("proc", "sys", "root"):
            archive.directory(name)
        archive.copy(agent.build(directory), "agent")
        archive.file("init", (HERE / "full/init").read_bytes(), 0o755)
        archive.write(directory / "initrd")
    try:
        return cache.obtain(f"full-initrd-{series}", key, make)
    finally:
        stock.close()
