# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine of its own for each row: baton's commands while it stands still, and its starts.

    with bench.Bench(system) as machine:
        machine.baton("boot", "assign", CARD)
        with machine.boot() as host:
            ...

What a start leaves on the disk is thrown away. What its kernel shows in /sys and /proc is what
is shown there from then on. The first start, with both cards at the host's, comes before all that: one
for all machines of a system.
"""

import collections
import contextlib
import functools
import pathlib
import shutil
import subprocess
import tempfile
import threading

import chamber
import judge
import rig
import systems
import vhost
from machine import Machine

# The second card and its twin, which is like it in every number.
CARD, TWIN = "0000:02:00.0", "0000:03:00.0"
_MACHINE = Machine("boot", uefi=True, twin=True)
_ESP_MIB = 160
_BOOT = "boot/efi"
_WAIT = """
while state=$(systemctl is-system-running --wait); [ "${state:-unknown}" = unknown ]; do :; done
[ "$state" = running ] || { echo "the system is $state"; systemctl --failed --no-legend; exit 1; }
"""


class Disks:
    """What the firmware of a machine finds, as an image.Boot."""

    def __init__(self, root, esp):
        self.root = root
        self.others = [esp]

    def arguments(self, _):
        """The firmware needs no more."""
        return []

    def close(self):
        """Nothing is held in the cache."""


# What machines of a system begin with, by its name: directories with the images, and with what the
# kernel shows.
bases = {}
_making = collections.defaultdict(threading.Lock)
_folders = []


def _folder():
    """A directory for as long as this process runs."""
    _folders.append(tempfile.TemporaryDirectory(prefix="baton-boot-"))
    return pathlib.Path(_folders[-1].name)


def forget():
    """Throw away all machines, and what they share."""
    for machine in list(Bench.opened):
        machine.close()
    while _folders:
        _folders.pop().cleanup()


@functools.cache
def installed():
    """A directory with all that is installed of baton."""
    folder = _folder()
    subprocess.run(["meson", "install", "-C", rig.build(), "--quiet", "--destdir",
                    folder], check=True, stdout=subprocess.DEVNULL)
    return folder


def _base(system):
    with _making[system.name]:
        if system.name not in bases:
            bases[system.name] = _make_base(system)
    return bases[system.name]


def _make_base(system):
    goal = _folder()
    with systems.root(system) as root, Bench(system, root.path) as machine:
        shutil.copytree(installed(), machine.chamber.root, symlinks=True, dirs_exist_ok=True)
        # As when a package is installed that has a part in the initramfs.
        machine.chamber.shell(system.remake)
        with machine.boot() as host:
            judge.check_host(host, CARD)
            judge.check_host(host, TWIN)
        _copy(machine.directory, goal)
    return goal


def _copy(base, goal):
    for name in ("root.img", "efi.img", "shown"):
        if (base / name).exists():
            subprocess.run(["cp", "-a", "--sparse=always", "--reflink=auto", base / name, goal],
                           check=True)


class Bench:
    """One of them."""

    opened = set()

    def __init__(self, system, base=None):
        """base: a directory with images and, if need be, with what a kernel showed."""
        self.system = system
        self._folder = tempfile.TemporaryDirectory(prefix="baton-boot-")
        self.directory = pathlib.Path(self._folder.name)
        self._chamber = None
        self._shown = None
        base = base or _base(system)
        self.opened.add(self)
        try:
            _copy(base, self.directory)
            if (base / "shown").exists():
                self._shown = self.directory / "shown"
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Throw it away."""
        self.opened.discard(self)
        self._stand_down()
        self._folder.cleanup()

    def _stand_down(self):
        if self._chamber:
            self._chamber.close()
        self._chamber = None

    @property
    def chamber(self):
        """The machine as it stands still."""
        if not self._chamber:
            self._chamber = chamber.Chamber(self.directory, self._shown)
        return self._chamber

    def baton(self, *words, code=0):
        """Do a command of baton; returns its Result. What is tried here is not told to be untried."""
        result = self.chamber.run("baton", *words, code=code)
        assert "has not yet been run" not in result.stderr, f"it has: {result}"
        return result

    def for_one_start(self, *words):
        """Put words onto the command line where only the boot loader sees them, as somebody does who
        edits it in its menu; none: as it was."""
        script = r"""
            set -e
            for file in /boot/grub/grub.cfg /boot/efi/loader/entries/*.conf; do
                [ ! -e "$file.usual" ] || mv "$file.usual" "$file"
                [ -e "$file" ] && [ $# -gt 0 ] || continue
                cp -a "$file" "$file.usual"
                sed -i -E "s#^([[:blank:]]*(linux[[:blank:]]+/boot/|options ).*)#\\1 $*#" "$file"
                grep -q "$*" "$file"
            done"""
        self.chamber.shell(script, *words)

    @contextlib.contextmanager
    def boot(self):
        """Start it, and have its VirtualHost until the `with` is over."""
        esp = self.directory / "esp.img"
        make_esp(self.chamber.root / _BOOT, esp)
        self._stand_down()
        with vhost.VirtualHost(_MACHINE, boots=Disks(self.directory / "root.img", esp)) as host:
            host.wait_ready()
            host.shell(_WAIT, check=True, deadline_s=vhost.BOOT_S["boot"])
            self._remember(host)
            yield host

    def _remember(self, host):
        """What its kernel shows, as baton captures it."""
        capture = self.directory / "capture"
        host.run("baton", "capture", "--keep-names", "/run/capture", check=True,
                 deadline_s=vhost.BOOT_S["boot"])
        capture.write_bytes(host.get("/run/capture"))
        self._shown = self.directory / "shown"
        shutil.rmtree(self._shown, ignore_errors=True)
        subprocess.run([rig.build() / "tests/plans/unfold", capture, "", "cp", "-a", "{}",
                        self._shown], check=True)


def make_esp(tree, path):
    """Make an EFI system partition, as an image, of what is below a directory."""
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(_ESP_MIB << 20)
    subprocess.run(["mkfs.vfat", "-F", "32", "-n", "EFI", path], check=True, stdout=subprocess.DEVNULL)
    parts = [part for part in tree.iterdir() if part.name != "lost+found"]
    subprocess.run(["mcopy", "-s", "-i", path, *parts, "::/"], check=True)
