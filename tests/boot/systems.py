# SPDX-License-Identifier: GPL-2.0-or-later
"""The boot systems of Debian that are tried, and the roots that are started by them.

A root is made once and kept in the cache, like the images of the virtual hosts: a Debian with a boot
loader and a maker of initramfs, set up by their own tools, but without baton.
"""

import dataclasses
import pathlib
import shutil
import subprocess

import agent
import cache
import debian
import kernel
import progress
from chamber import Chamber

HERE = pathlib.Path(__file__).resolve().parent
MACHINE_ID = "5ab2bf2a4cd8487fa1dd6aa6b4ec8a5e"
UUID = "0d4f5b0e-6a0a-4f3c-9d57-3f2f8a4c1b6e"
_DISK = ("-q", "-F", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-U", UUID)
_SIZE = "2G"
# The firmware's partition: FAT when a machine is started, which this kernel need not know.
_EFI = ("-q", "-F", "-t", "ext4", "-O", "^has_journal", "-m", "0")
_EFI_SIZE = "160M"


@dataclasses.dataclass(frozen=True)
class System:
    """A boot loader with a maker of initramfs."""

    name: str
    packages: tuple
    remake: str         # a command of its own: makes the initramfs again
    furnish: str        # a script of its own tools: what has to be done once on a new machine
    lister: tuple       # prints what is in an initramfs, as ls -l does


_GRUB = """
set -e
mkdir -p /boot/grub/x86_64-efi /boot/efi/EFI/BOOT
cp /usr/lib/grub/x86_64-efi/*.mod /usr/lib/grub/x86_64-efi/*.lst /boot/grub/x86_64-efi/
cat >/tmp/early.cfg <<END
search.fs_uuid $1 root
set prefix=(\\$root)/boot/grub
END
grub-mkimage --format=x86_64-efi --prefix=/boot/grub --config=/tmp/early.cfg \\
    --output=/boot/efi/EFI/BOOT/BOOTX64.EFI part_gpt ext2 search_fs_uuid normal
update-grub
"""
_SYSTEMD_BOOT = """
set -e
export SYSTEMD_RELAX_ESP_CHECKS=1
bootctl --no-variables --esp-path=/boot/efi --make-entry-directory=yes install
echo timeout 0 >/boot/efi/loader/loader.conf
"""
# What makes the initramfs has kernel-install do this, but only on a partition that is the firmware's.
_KERNEL_INSTALL = """
for kernel in /lib/modules/*; do
    kernel-install add "${kernel##*/}" "/boot/vmlinuz-${kernel##*/}"
done
"""

SYSTEMS = {system.name: system for system in (
    System("grub-initramfs-tools", ("grub-efi-amd64", "initramfs-tools"),
           "update-initramfs -u -k all", _GRUB, ("lsinitramfs", "-l")),
    System("grub-dracut", ("dracut", "grub-efi-amd64"),
           "dracut --force --regenerate-all", _GRUB, ("lsinitrd",)),
    System("systemd-boot", ("initramfs-tools", "systemd-boot"),
           f"update-initramfs -u -k all\n{_KERNEL_INSTALL}", _SYSTEMD_BOOT, ("lsinitramfs", "-l")),
)}


def _words(path):
    return [word for line in path.read_text().splitlines() for word in line.split("#")[0].split()]


def root(system):
    """Return a Thing with `root.img`, a root file system that starts by this System, and `efi.img`,
    what is in the firmware's partition."""
    packages = sorted([*_words(HERE / "packages"), *system.packages])
    files = [path for path in sorted((HERE / "root").rglob("*")) if path.is_file()]
    exact = (*packages, kernel.package(kernel.DEFAULT))
    key = cache.digest("boot 1", debian.versions(exact), debian.sources(), system, _DISK, _SIZE,
                       _EFI, _EFI_SIZE, [(str(path.relative_to(HERE)), path) for path in files],
                       HERE / "customize", agent.SOURCES)

    def make(directory):
        tree = directory / "tree"
        with progress.part(f"root for {system.name}: downloading and installing Debian"):
            agent.build(directory)
            debian.bootstrap(tree, packages, [str(HERE / "customize"), UUID])
            shutil.copy(directory / "agent", tree / "usr/sbin/baton-test-agent")
            (tree / "etc/machine-id").write_text(f"{MACHINE_ID}\n")  # mmdebstrap has emptied it
        with progress.part(f"root for {system.name}: making it ready to be started"):
            _run("mke2fs", *_DISK, "-d", tree, directory / "root.img", _SIZE)
            _run("mke2fs", *_EFI, directory / "efi.img", _EFI_SIZE)
            shutil.rmtree(tree)
            with Chamber(directory) as chamber:
                chamber.shell(f"{system.furnish}\n{system.remake}", UUID)
    return cache.obtain(f"boot-{system.name}", key, make)


def _run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
