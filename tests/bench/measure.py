# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmark: rows of commands in one virtual host, alternating, as medians and ratios.

    ./bench [ROUNDS]        at least 10 rounds count
    ./bench --crowd         only who finds out what the processes hold, on this machine
    ./bench --scale         only who lists thousands of devices
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "kernel"))

import kernel                       # noqa: E402
import rig                          # noqa: E402
import scale                        # noqa: E402
import vhost                        # noqa: E402
from machine import Machine         # noqa: E402

OUT = rig.CARD[::-1]
HOME = {address: rig.DRIVERS[address] for address in rig.CARD}
PLAIN_XML = """<domain type='qemu'><name>plain</name>
<uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid><memory unit='KiB'>65536</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os>
<devices><disk type='file' device='disk'><source file='/x.img'/><target dev='vda'/></disk></devices>
</domain>
"""


def node(address):
    """libvirt's name for a PCI function."""
    return "pci_" + address.replace(":", "_").replace(".", "_")


def scripts():
    """The peers' ways, one command a device: name -> text."""
    return {
        "driverctl-out": "\n".join(f"driverctl --nosave set-override {a} vfio-pci" for a in OUT),
        "driverctl-home": "\n".join(f"driverctl --nosave unset-override {a}" for a in HOME),
        "virsh-out": "\n".join(f"virsh nodedev-detach {node(a)}" for a in OUT),
        "virsh-home": "\n".join(f"virsh nodedev-reattach {node(a)}" for a in HOME),
    }


def goods():
    """What comes into the host: baton without its hook, the floor, the stopwatch, the scripts."""
    cargo = rig.cargo.__wrapped__()
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("floor", "empty", "stopwatch"):
            program = pathlib.Path(scratch) / name
            subprocess.run(["gcc", "-O2", "-o", program, HERE / f"{name}.c"], check=True)
            cargo.program(program, f"/usr/bin/{name}")
    for name, text in scripts().items():
        cargo.file(f"/usr/bin/{name}", f"#!/bin/sh -e\n{text}\n", 0o755)
    cargo.file("/root/plain.xml", PLAIN_XML)
    return cargo


# label, way out, way home
HANDOVERS = [
    ("floor: the bare writes", "floor out " + " ".join(OUT),
     "floor home " + " ".join(f"{a}={d}" for a, d in HOME.items())),
    ("baton, nobody guards", "baton detach --no-guard 01:00", "baton reattach 01:00"),
    ("baton", "baton detach 01:00", "baton reattach 01:00"),
    ("driverctl", "driverctl-out", "driverctl-home"),
    ("virsh nodedev", "virsh-out", "virsh-home"),
]
CALLS = [
    ("an empty program", "empty"),
    ("hook: prepare, no device", "/root/plain.xml</usr/sbin/baton-libvirt-hook plain prepare begin -"),
    ("hook: started", "/root/plain.xml</usr/sbin/baton-libvirt-hook plain started begin -"),
    ("hook: release, nothing to do",
     "/root/plain.xml</usr/sbin/baton-libvirt-hook plain release end -"),
]


def clock(host, rounds, commands):
    """Median milliseconds of each command; one round before those that count."""
    host.run("stopwatch", 1, *commands, check=True, deadline_s=600)
    printed = host.run("stopwatch", rounds, *commands, check=True, deadline_s=3000).stdout
    times = {index: [] for index in range(len(commands))}
    for line in printed.splitlines():
        index, nanoseconds, code = map(int, line.split())
        if code != 0:
            raise RuntimeError(f"{commands[index]} ended with {code}")
        times[index].append(nanoseconds / 1e6)
    return [statistics.median(times[index]) for index in range(len(commands))]


# Who holds a node, on a busy machine: this one, with so many processes and files more.
CROWD_PROCESSES = 5000
CROWD_FILES = 20
CROWD_NODE = "/dev/zero"


def cost(command):
    """Milliseconds of processor time, of its children too, and what it prints."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        printed = process.stdout.read().decode()
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    return (used.ru_utime + used.ru_stime) * 1e3, printed


def compile_c(scratch, name, *more):
    program = pathlib.Path(scratch) / name
    source = HERE / f"{name}.c"
    subprocess.run(["gcc", "-O2", "-std=gnu17", "-D_GNU_SOURCE", "-o", program, source, *more],
                   check=True)
    return program


def crowd(rounds):
    """The walk over all processes beside fuser and lsof, asked for the same node."""
    build = rig.build()
    with tempfile.TemporaryDirectory() as scratch:
        walk = compile_c(scratch, "walk", f"-I{HERE.parent.parent / 'src'}",
                         build / "src/host/libhost.a", build / "src/libbase.a")
        words = [compile_c(scratch, "crowd"), str(CROWD_PROCESSES), str(CROWD_FILES), CROWD_NODE]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as planted:
            holders = planted.stdout.readline().split()[1:]
            peers = [("fuser", ["fuser", CROWD_NODE]), ("baton", [walk, CROWD_NODE]),
                     ("lsof", ["lsof", "-w", CROWD_NODE])]
            times = {label: [] for label, _ in peers}
            for _ in range(rounds):
                for label, command in peers:
                    spent, printed = cost(command)
                    times[label].append(spent)
                    if label != "lsof" and not set(holders) <= set(printed.split()):
                        raise RuntimeError(f"{label} misses one of {holders}: {printed}")
            planted.stdin.close()
    medians = {label: statistics.median(spent) for label, spent in times.items()}
    print(f"who holds a node, {CROWD_PROCESSES} processes with {CROWD_FILES} files each more, "
          f"processor time, medians of {rounds}")
    for label, median in medians.items():
        print(f"{label:32}{median:9.0f} ms{median / medians['fuser']:8.2f}")
    if medians["baton"] >= medians["fuser"]:
        raise RuntimeError("the walk costs more than fuser")


def large(rounds):
    """Lists of thousands of devices beside lspci's."""
    build = rig.build()
    subprocess.run(["ninja", "-C", build, "tests/plans/unfold"], check=True,
                   stdout=subprocess.DEVNULL)
    stock = kernel.obtain(kernel.DEFAULT)
    modules = stock.path / "tree/lib/modules" / kernel.release(stock)
    scale.main([str(build / "tests/plans/unfold"), str(build / "src/baton"), str(modules),
                str(rounds)])


def main(arguments):
    """Measure and print."""
    if "--scale" not in arguments:
        crowd(3 if "--crowd" in arguments else 5)
    if "--crowd" not in arguments:
        large(9)
    if {"--crowd", "--scale"} & set(arguments):
        return 0
    rounds = max(10, int(arguments[0])) if arguments else 10
    with vhost.start(Machine("full"), goods()) as host:
        # The display manager's share is its own, and no peer has one.
        host.run("systemctl", "stop", "lightdm.service", check=True, deadline_s=120)
        host.run("modprobe", "vfio-pci", check=True)
        ways = [command for _, out, home in HANDOVERS for command in (out, home)]
        medians = clock(host, rounds, ways)
        print(f"detach and reattach of a card of three functions, medians of {rounds}, one boot")
        print(f"{'':26}{'detach':>12}{'reattach':>12}{'ratio':>8}{'ratio':>8}")
        for row, (label, _, _) in enumerate(HANDOVERS):
            out, home = medians[2 * row:2 * row + 2]
            print(f"{label:26}{out:9.1f} ms{home:9.1f} ms{out / medians[0]:8.2f}"
                  f"{home / medians[1]:8.2f}")
        print("where baton's time goes, step by step:")
        print(host.run("baton", "detach", "--no-guard", "01:00", check=True).stderr, end="")
        print(host.run("baton", "reattach", "01:00", check=True).stderr)
        medians = clock(host, 20 * rounds, [command for _, command in CALLS])
        print(f"a hook call that concerns no device, medians of {20 * rounds}")
        for (label, _), median in zip(CALLS, medians):
            print(f"{label:32}{median:9.2f} ms{median / medians[0]:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
