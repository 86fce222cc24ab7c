# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's stock kernels: the image and the modules, unpacked and indexed but not installed."""

import shutil
import subprocess

import cache
import debian
import progress

# What a test asks for -> the package that follows that series.
SERIES = {"6.1": "linux-image-amd64", "6.12": "linux-image-6.12-amd64"}
DEFAULT = "6.1"


def package(series):
    """The name of the package with the newest kernel of a series."""
    return debian.dependency(SERIES[series], r"linux-image-[0-9].*-amd64")


def obtain(series):
    """Return a Thing with `vmlinuz`, `release` and the root `tree` of lib/modules."""
    name = package(series)
    version = debian.versions((name,))[name]

    def make(directory):
        with progress.part(f"kernel {series}: downloading and unpacking {name} {version}"):
            _make(directory, name)
    return cache.obtain(f"kernel-{series}", cache.digest("kernel 1", name, version), make)


def _make(directory, name):
    tree = directory / "tree"
    tree.mkdir()
    debian.unpack(name, tree)
    release = name.removeprefix("linux-image-")
    (directory / "release").write_text(release)
    (tree / "boot" / f"vmlinuz-{release}").rename(directory / "vmlinuz")
    (tree / "boot" / f"config-{release}").rename(directory / "config")
    for useless in ("boot", "usr"):
        shutil.rmtree(tree / useless, ignore_errors=True)
    subprocess.run(["depmod", "-b", tree, release], check=True)


def obtain_headers(series):
    """Return a Thing with `build`, which modules for a kernel of obtain() are built against."""
    names = _header_packages(package(series).removeprefix("linux-image-"))
    versions = debian.versions(names)

    def make(directory):
        with progress.part(f"kernel {series}: downloading and unpacking its headers"):
            for name in names:
                debian.unpack(name, directory)
            _move_headers(directory / "usr/src" / names[0])
            (directory / "build").symlink_to(f"usr/src/{names[0]}")
    return cache.obtain(f"headers-{series}", cache.digest("headers 1", versions), make)


def _header_packages(name):
    """What belongs to one kernel, what all kernels of its version share, and the tools."""
    own = f"linux-headers-{name}"
    return (own, debian.dependency(own, r"linux-headers-.*-common"),
            debian.dependency(own, r"linux-kbuild-.*"))


def _move_headers(own):
    """They expect to be in /usr/src."""
    makefile = own / "Makefile"
    makefile.write_text(makefile.read_text().replace(
        "include /usr/src/", "include $(dir $(lastword $(MAKEFILE_LIST)))../"))


def release(kernel):
    """The release string, as of uname -r, of a Thing from obtain()."""
    return (kernel / "release").read_text()
