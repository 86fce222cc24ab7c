# SPDX-License-Identifier: GPL-2.0-or-later
"""What scenarios need again and again: baton and the tests' programs in a virtual host, commands
with the exit code that they should have, and "as before"."""

import contextlib
import fnmatch
import functools
import json
import os
import pathlib
import re
import subprocess
import threading
import time

import agent
import kernel
import progress
from cargo import Cargo

TOP = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ("dump", "hold", "inject", "proxmox/qm", "proxmox/qmeventd", "slay", "take")
SETTLE_S = 60
HOME_S = 240
LOGIN_S = 300

# The first card is three functions in one slot and one group; the second is one.
CARD = ("0000:01:00.0", "0000:01:00.1", "0000:01:00.2")
SECOND = "0000:02:00.0"
DRIVERS = {"0000:01:00.0": "bochs-drm", "0000:01:00.1": "snd_hda_intel",
           "0000:01:00.2": "xhci_hcd", "0000:02:00.0": "bochs-drm", "0000:03:00.0": "bochs-drm"}


# ---- programs ----

_building = threading.Lock()


def build():
    """The build directory: $BATON_BUILD, or build/release, made and brought up to date."""
    with _building:
        return _build()


@functools.cache
def _build():
    named = os.environ.get("BATON_BUILD")
    directory = pathlib.Path(named) if named else TOP / "build/release"
    targets = ["src/baton", *(f"tests/kernel/{name}" for name in PROGRAMS)]
    with progress.part(f"building baton in {directory}"):
        if not (directory / "build.ninja").exists():
            _quietly("meson", "setup", directory, TOP)
        _quietly("ninja", "-C", directory, *targets)
    return directory


def _quietly(*command):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout}")


@functools.cache
def cargo():
    """baton with its door for libvirt, and the tests' programs."""
    goods = Cargo()
    goods.program(build() / "src/baton", "/usr/sbin/baton",
                  loads=("libkmod.so.2", "libsystemd.so.0", "libjansson.so.4"))
    for door in ("libvirt", "proxmox"):
        goods.program(build() / "src/baton", f"/usr/sbin/baton-{door}-hook")
    goods.copy(build() / "tests/kernel/dump", "/usr/bin/dump")
    goods.copy(build() / "tests/kernel/hold", "/usr/bin/hold")
    goods.copy(build() / "tests/kernel/slay", "/usr/bin/slay")
    for program in ("inject", "take"):
        goods.program(build() / f"tests/kernel/{program}", f"/usr/bin/{program}")
    goods.program("/usr/bin/strace", "/usr/bin/strace")
    return goods


# ---- commands ----

def baton(host, *words, code=0, **options):
    """Do a command of baton, which must end with this exit code; returns its agent.Result."""
    result = host.run("baton", *words, **options)
    assert result.status == code, f"not {code}: {result}"
    return result


def detach(host, *addresses, code=0, **options):
    """baton detach without a guard: the mini host has no systemd."""
    return baton(host, "detach", "--no-guard", *addresses, code=code, **options)


def reattach(host, *addresses, code=0, **options):
    """baton reattach without a guard."""
    return baton(host, "reattach", "--no-guard", *addresses, code=code, **options)


def refused(host, *addresses, saying, remedy):
    """A detach is refused with one sentence a reason, which says who, why and the remedy, and
    nothing has changed afterwards."""
    before = Before(host)
    result = detach(host, *addresses, code=3)
    before.check(host)
    sentences = result.stderr.splitlines()
    assert sentences and not result.stdout, f"no sentence: {result}"
    for sentence in sentences:
        assert re.fullmatch(r"(refused|baton): \S+ .*: .+", sentence), f"no remedy: {sentence}"
    matching = [line for line in sentences if re.search(saying, line) and re.search(remedy, line)]
    assert matching, f"nothing about {saying!r} and {remedy!r}: {result}"
    return sentences


def holders(host, *words):
    """What baton says of who holds the devices: a list of what JSON has of each."""
    answer = json.loads(baton(host, "list", "--holders", "--json", *words).stdout)
    assert answer["hidden_processes"] == 0, answer
    return answer["holders"]


class Planted:
    """A process that holds something, until the end of a `with`."""

    def __init__(self, host, *words, unit=None, ready="ready"):
        """words: a command that writes `ready` once it holds what it is to hold. unit: where a
        host without systemd is to show it as running."""
        script = 'echo $$; exec "$@"'
        if unit:
            group = f"/sys/fs/cgroup/system.slice/{unit}"
            script = f"mkdir -p {group}; echo $$ >{group}/cgroup.procs; {script}"
        self.command = host.start("sh", "-c", script, "sh", *words)
        self.command.wait_for(ready)
        self.pid = int(self.command.said.split()[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):  # it has ended: whatever raised says why
            self.command.kill()
        self.command.wait()


def opener(node, then=":"):
    """The words of a Planted that has a node open, with what a shell does after that."""
    return ("sh", "-c", f"exec 3<{node}; {then}; echo ready; exec sleep 100000")


def drivers(host, addresses):
    """Map addresses to the names of their drivers."""
    return {address: host.driver(address) for address in addresses}


def states(host):
    """Map cards to the states that baton gives them."""
    cards = json.loads(baton(host, "status", "--json").stdout)["cards"]
    return {card["card"]: card["state"] for card in cards}


def insert_module(host, name):
    """Load a module that the mini host's own kernel tree lacks, from the kernel's package."""
    thing = kernel.obtain(host.machine.kernel)
    try:
        file = next((thing / "tree/lib/modules").rglob(f"{name}.ko*"))
        host.put(f"/tmp/{file.name}", file.read_bytes())
    finally:
        thing.close()
    host.run("insmod", f"/tmp/{file.name}", check=True)


def trials(host, *words, deadline_s):
    """Do one of the tests' programs, which prints counts last; it must find nothing wrong.

    Returns its last line.
    """
    result = host.run(*words, deadline_s=deadline_s)
    lines = result.stdout.strip().splitlines()
    if result.status != 0 or not lines:
        raise agent.Failed(result)
    return lines[-1]


def slay(host, tell, *words, at_least, deadline_s):
    """Kill the real program at its operations (slay.c), at least so many times on each way, and
    tell how often; afterwards the host is as before."""
    before = Before(host)
    line = trials(host, "slay", *words, deadline_s=deadline_s)
    if host.machine.kind == "full":
        host.wait_login(LOGIN_S)
    before.check(host)
    tell(line)
    deaths = [int(number) for number in re.match(r"\w+ killed at (\d+) .* (\d+) of re",
                                                 line).groups()]
    assert min(deaths) >= at_least, line


# ---- as before ----

class Before:
    """What the host is now, to be compared with what it is later."""

    def __init__(self, host, *addresses):
        """addresses: look only at these PCI functions, and at all that is no PCI function."""
        self._words = ("dump", *addresses)
        self._lines = self._take(host)

    def _take(self, host):
        return host.run(*self._words, check=True).stdout.splitlines()

    def differences(self, host):
        """Lines that have gone ("-...") or come ("+...")."""
        now = self._take(host)
        gone, come = _without(self._lines, now), _without(now, self._lines)
        return [f"-{line}" for line in gone] + [f"+{line}" for line in come]

    def check(self, host, but=()):
        """AssertionError unless the host is as before, but for lines that match one of the
        patterns (fnmatch, with their sign). What drivers find on devices that they have just
        taken may need a moment to appear."""
        deadline = time.monotonic() + SETTLE_S
        while True:
            left = [line for line in self.differences(host)
                    if not any(fnmatch.fnmatchcase(line, pattern) for pattern in but)]
            if not left:
                return
            if time.monotonic() > deadline:
                raise AssertionError("not as before:\n" + "\n".join(left[:40]))


def wait_home(host, before, deadline_s=HOME_S):
    """On the full host: wait until no guest of libvirt's runs, no journal is left and the login
    screen is there; then it must be as before."""
    host.shell("while virsh list --name | grep -q . || ls /run/baton/*.journal >/dev/null 2>&1; "
               "do sleep 0.2; done", check=True, deadline_s=deadline_s)
    host.wait_login(LOGIN_S)
    before.check(host)


def _without(lines, others):
    """The lines that are not among the others, as often as they are there too often."""
    rest = list(lines)
    for line in others:
        if line in rest:
            rest.remove(line)
    return rest
