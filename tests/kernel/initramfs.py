# SPDX-License-Identifier: GPL-2.0-or-later
"""Initial RAM file systems: a cpio archive written here, without root and without cpio.

Format: Documentation/driver-api/early-userspace/buffer-format.rst ("newc").
"""

import pathlib
import shutil
import subprocess
import tempfile

import cargo
import kernel

_DIRECTORY, _FILE, _LINK, _CHARACTER = 0o040000, 0o100000, 0o120000, 0o020000


class Archive:
    """An archive in the making. Parents come into being with what is put below them."""

    def __init__(self):
        self._data = bytearray()
        self._names = set()

    def _entry(self, name, mode, data=b"", device=(0, 0)):
        name = name.strip("/")
        if name in self._names:
            raise ValueError(f"{name} is in the archive already")
        parent = str(pathlib.PurePosixPath(name).parent)
        if parent != "." and parent not in self._names:
            self.directory(parent)
        self._names.add(name)
        self._append(name, mode, data, device)

    def _append(self, name, mode, data, device):
        encoded = name.encode() + b"\0"
        fields = (len(self._names), mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(encoded), 0)
        self._data += b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
        self._pad()
        self._data += data
        self._pad()

    def _pad(self):
        self._data += bytes(-len(self._data) % 4)

    def directory(self, name):
        """Add a directory."""
        self._entry(name, _DIRECTORY | 0o755)

    def file(self, name, data, mode=0o644):
        """Add a file with these bytes."""
        self._entry(name, _FILE | mode, data)

    def copy(self, source, name=None):
        """Add a file of this machine, under its own path or another, links followed."""
        source = pathlib.Path(source)
        mode = 0o755 if source.stat().st_mode & 0o111 else 0o644
        self.file(name or str(source), source.read_bytes(), mode)

    def link(self, name, target):
        """Add a symbolic link."""
        self._entry(name, _LINK | 0o777, target.encode())

    def character(self, name, major, minor):
        """Add a character device."""
        self._entry(name, _CHARACTER | 0o600, device=(major, minor))

    def tree(self, source, name):
        """Add all files below a directory of this machine, below another name."""
        for path in sorted(pathlib.Path(source).rglob("*")):
            if path.is_file():
                self.copy(path, f"{name}/{path.relative_to(source)}")

    def holds(self, name):
        """Is there something of this name yet?"""
        return name.strip("/") in self._names

    def write(self, path):
        """Write the archive to a file."""
        self._append("TRAILER!!!", 0, b"", (0, 0))
        pathlib.Path(path).write_bytes(self._data)


def add_modules(archive, thing, names):
    """Add modules of a kernel Thing with all they depend on, and an index of just these.

    A name is a module's name, or a directory below kernel/ ending in "/". What the kernel has
    built in is passed over.
    """
    release = kernel.release(thing)
    source = thing / "tree/lib/modules" / release
    with tempfile.TemporaryDirectory() as scratch:
        goal = pathlib.Path(scratch) / "lib/modules" / release
        goal.mkdir(parents=True)
        for file in _closure(source, names):
            target = goal / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / file, target)
        for index in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
            shutil.copyfile(source / index, goal / index)
        subprocess.run(["depmod", "-b", scratch, release], check=True)
        archive.tree(goal, f"/lib/modules/{release}")


def _closure(source, names):
    """The files, relative to lib/modules/RELEASE, of modules and of what they need."""
    needs = {}
    for line in (source / "modules.dep").read_text().splitlines():
        file, _, others = line.partition(":")
        needs[file] = others.split()
    wanted = set()
    builtin = {_module(line) for line in (source / "modules.builtin").read_text().splitlines()}
    for name in names:
        found = [file for file in needs if _module(file) == name
                 or name.endswith("/") and file.startswith(f"kernel/{name}")]
        if not found and name not in builtin:
            raise LookupError(f"kernel {source.name} has no module {name}")
        for file in found:
            wanted.update((file, *needs[file]))
    return sorted(wanted)


def _module(file):
    return pathlib.PurePosixPath(file).name.split(".ko")[0].replace("-", "_")


def add_programs(archive):
    """Busybox, and the real kmod: the kernel's own requests for modules need its tables."""
    archive.copy("/bin/busybox", "bin/busybox")
    archive.copy("/bin/kmod", "bin/kmod")
    for library in cargo.linked("/bin/kmod"):
        archive.copy(library)
    for name in ("modprobe", "insmod", "rmmod", "lsmod", "depmod", "modinfo"):
        archive.link(f"sbin/{name}", "/bin/kmod")
    archive.character("dev/console", 5, 1)
