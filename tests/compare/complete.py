# SPDX-License-Identifier: GPL-2.0-or-later
"""Gives a captured machine the files that lspci, lsblk and lscpu want and baton has no need of.

All of them say once more, in another form, what the machine says already: a device's ids stand in
its attributes and at the front of its configuration space, CPUs that share a cache in a list and in
a mask. Nothing is made up, so what those programs then say is a second reading of the same facts.
"""

import os
import pathlib

SWAPS = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


def text(path):
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def write(path, data):
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data, encoding="utf-8")


def number(path):
    return int(text(path) or "0", 16)


def configuration(device):
    """The header of a PCI function (PCI Local Bus Specification 3.0, chapter 6.1)."""
    data = bytearray(64)
    code = number(device / "class")
    data[0:2] = number(device / "vendor").to_bytes(2, "little")
    data[2:4] = number(device / "device").to_bytes(2, "little")
    data[8] = number(device / "revision")
    data[9:12] = code.to_bytes(3, "little")
    if (device / "secondary_bus_number").exists():
        data[14] = 1
    else:
        data[44:46] = number(device / "subsystem_vendor").to_bytes(2, "little")
        data[46:48] = number(device / "subsystem_device").to_bytes(2, "little")
    return bytes(data)


def devices(root):
    """For lspci -O sysfs.path=ROOT/sys/bus/pci."""
    for device in (root / "sys/bus/pci/devices").iterdir():
        (device / "config").write_bytes(configuration(device))
        write(device / "irq", "0\n")
        write(device / "resource", "0x0 0x0 0x0\n" * 13)


def is_part(disk):
    """A partition stands below its disk."""
    return (disk.parent / "dev").exists()


def blocks(root):
    """For lsblk --sysroot ROOT."""
    numbers = root / "sys/dev/block"
    found = {}
    for link in sorted(numbers.iterdir()) if numbers.exists() else ():
        disk = pathlib.Path(os.path.realpath(link))
        found[disk.name] = disk
        (disk / "dev").write_text(f"{link.name}\n", encoding="utf-8")
        write(disk / "size", "2048\n")
    top = root / "sys/block"
    top.mkdir(exist_ok=True)
    for name, disk in found.items():
        if is_part(disk):
            digits = name[len(name.rstrip("0123456789")):]
            write(disk / "partition", f"{digits}\n")
        else:
            os.symlink(os.path.relpath(disk, top), top / name)
        below = disk / "slaves"
        for slave in below.iterdir() if below.exists() else ():
            holders = found[slave.name] / "holders"
            holders.mkdir(exist_ok=True)
            os.symlink(os.path.relpath(disk, holders), holders / name)
    write(root / "proc/self/mountinfo", text(root / "proc/1/mountinfo") + "\n")
    write(root / "proc/swaps", SWAPS)


def listed(line):
    """{0, 1, 2, 8} of "0-2,8"."""
    numbers = set()
    for part in filter(None, line.split(",")):
        first, _, last = part.partition("-")
        numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


def mask(numbers, count):
    return f"{sum(1 << each for each in numbers):0{(count + 3) // 4}x}\n"


def processors(root):
    """For lscpu --sysroot ROOT; false: the machine says nothing of its processors."""
    top = root / "sys/devices/system/cpu"
    present = listed(text(top / "present"))
    if not present:
        return False
    count = max(present) + 1
    write(top / "possible", text(top / "present") + "\n")
    write(top / "kernel_max", "8191\n")
    sockets = {cpu: text(top / f"cpu{cpu}/topology/physical_package_id") for cpu in present}
    for cpu in present:
        topology = top / f"cpu{cpu}/topology"
        siblings = mask(listed(text(topology / "core_cpus_list")), count)
        socket = mask({each for each in present if sockets[each] == sockets[cpu]}, count)
        for name in ("core_cpus", "thread_siblings"):
            write(topology / name, siblings)
        for name in ("core_siblings", "package_cpus", "die_cpus"):
            write(topology / name, socket)
        for cache in (top / f"cpu{cpu}/cache").iterdir():
            write(cache / "shared_cpu_map", mask(listed(text(cache / "shared_cpu_list")), count))
            write(cache / "ways_of_associativity", "8\n")
    for node in (root / "sys/devices/system/node").glob("node[0-9]*"):
        write(node / "cpumap", mask(listed(text(node / "cpulist")), count))
    return True


def all_of(root):
    devices(root)
    blocks(root)
    processors(root)
