# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that decides how a machine starts, to be compared: "as before" is to the byte, and for an
initramfs, which is made anew each time, file by file."""

import hashlib
import os
import pathlib
import re
import stat

_PARTS = ("etc", "boot", "var/lib/baton")
_INITRAMFS = re.compile(r"/boot/.*/?initrd[^/]*")
_ENTRY = re.compile(r"([-a-z]\S{9}) +\d+ (\S+) +(\S+) +(\d+|\d+, *\d+) +\S+ +\S+ +\S+ (.+)$")


class Sheet:
    """What is there now."""

    def __init__(self, machine):
        self.lines = {}
        for part in _PARTS:
            self._add(machine.chamber, machine.system.lister, part)

    def _add(self, chamber, lister, part):
        for folder, folders, names in os.walk(chamber.root / part):
            for name in names + folders:
                path = pathlib.Path(folder, name)
                short = f"/{path.relative_to(chamber.root)}"
                self.lines[short] = (_initramfs(chamber, lister, short)
                                     if _INITRAMFS.fullmatch(short) else _describe(path))

    def changed(self, machine):
        """{path: what is another there by now}."""
        other = Sheet(machine)
        both = sorted(self.lines.keys() | other.lines.keys())
        return {path: _difference(self.lines.get(path), other.lines.get(path))
                for path in both if self.lines.get(path) != other.lines.get(path)}

    def check(self, machine):
        """AssertionError unless everything is as before."""
        changed = self.changed(machine)
        assert not changed, "not as before:\n" + "\n".join(map(str, changed.items()))


def _difference(before, after):
    if isinstance(before, list) and isinstance(after, list):
        return ([f"-{entry}" for entry in before if entry not in after]
                + [f"+{entry}" for entry in after if entry not in before])
    return "was not there" if before is None else "is gone" if after is None else "is another"


def _describe(path):
    info = path.lstat()
    what = (oct(info.st_mode), info.st_uid, info.st_gid)
    if stat.S_ISLNK(info.st_mode):
        return (*what, os.readlink(path))
    if not stat.S_ISREG(info.st_mode):
        return what
    with path.open("rb") as file:
        return (*what, hashlib.file_digest(file, "sha256").hexdigest())


def _initramfs(chamber, lister, path):
    """Modes, owners, sizes and names: the times are those of its making."""
    listing = chamber.run(*lister, path).stdout
    entries = sorted(entry.groups() for entry in map(_ENTRY.match, listing.splitlines()) if entry)
    assert len(entries) > 100, f"{path} lists as:\n{listing[:2000]}"
    return entries
