# SPDX-License-Identifier: GPL-2.0-or-later
"""The program under test: built, and brought into a virtual host."""

import pathlib
import subprocess

from cargo import Cargo

TOP = pathlib.Path(__file__).resolve().parents[2]
RELEASE = TOP / "build/release"

# What baton loads when it needs it.
LOADS = ("libsystemd.so.0", "libkmod.so.2", "libjansson.so.4")
HOOK = "/etc/libvirt/hooks/qemu.d/baton"


def build():
    """Build the release and return the program's path."""
    if not (RELEASE / "build.ninja").exists():
        _run("meson", "setup", RELEASE, TOP)
    _run("ninja", "-C", RELEASE, "src/baton")
    return RELEASE / "src/baton"


def _run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))} failed:\n{done.stdout}")


def cargo(hook=True):
    """baton as it is installed: the program, and the hook where libvirt looks for it."""
    goods = Cargo()
    goods.program(build(), "/usr/sbin/baton", loads=LOADS)
    goods.command("ln", "-sf", "baton", "/usr/sbin/baton-libvirt-hook")
    if hook:
        goods.command("mkdir", "-p", "/etc/libvirt/hooks/qemu.d")
        goods.command("ln", "-sf", "/usr/sbin/baton-libvirt-hook", HOOK)
        # libvirt looks for hooks when it starts; the first start of a guest after that is slow.
        goods.command("systemctl", "restart", "libvirtd.service")
        goods.command("virsh", "domcapabilities", "--virttype", "qemu")
    return goods
