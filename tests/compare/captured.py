# SPDX-License-Identifier: GPL-2.0-or-later
"""The captured machines, each in a directory of its own, and the one at hand."""

import json
import pathlib
import subprocess
import sys
import tempfile

import complete
import listed

MACHINES = pathlib.Path(__file__).parent.parent / "machines"
IDS = pathlib.Path("/usr/share/misc/pci.ids")

PROGRAMS = {}  # "baton", "unfold", "run-report"; "few": not all machines
FEW = ("amd-desktop", "proxmox-server")  # that have much between them
_made = []
_kept = []  # removes the directories in the end


def run(*words):
    return subprocess.run([*map(str, words)], text=True, stdin=subprocess.DEVNULL, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120).stdout


class Machine:
    def __init__(self, name, root):
        self.name = name
        self.root = root
        self.is_real = str(root) == "/"
        words = [] if self.is_real else ["--root", root]
        self.list = json.loads(run(PROGRAMS["baton"], "list", "--json", *words))
        self.devices = {device["address"]: device for device in self.list["devices"]}

    def things(self):
        """(device, what it hangs on or None, thing) of everything that hangs anywhere."""
        return listed.things(self.list)


def make(name, source, below):
    """A captured machine in a directory of its own, with what others than baton want."""
    root = below / name
    with tempfile.NamedTemporaryFile(suffix=".umockdev") as file:
        if source.suffix == ".py":
            subprocess.run([sys.executable, source], stdout=file, check=True)
        text = file.name if source.suffix == ".py" else name
        run(PROGRAMS["unfold"], text, "", "cp", "-a", "{}", root)
    complete.all_of(root)
    ids = root / "usr/share/misc/pci.ids"
    ids.parent.mkdir(parents=True, exist_ok=True)
    ids.write_bytes(IDS.read_bytes())
    return Machine(name, root)


def machines():
    """All of them; they are made when they are first asked for."""
    if not _made:
        kept = tempfile.TemporaryDirectory()
        _kept.append(kept)
        for source in sorted([*MACHINES.glob("*.umockdev"), *MACHINES.glob("*.py")]):
            if PROGRAMS["few"] and source.stem not in FEW:
                continue
            _made.append(make(source.stem, source, pathlib.Path(kept.name)))
        _made.append(Machine("this machine", pathlib.Path("/")))
    return _made
