# SPDX-License-Identifier: GPL-2.0-or-later
"""What `baton list --json` says, against what lspci, lsblk and lscpu say of the same machines, and
against walks through /sys that have nothing of baton in them.

On every machine of tests/machines, completed where those programs want more (complete.py), and on
the one that the test runs on. lspci takes the names of modules from the running kernel alone, and
lsusb has no other root.
"""

import fcntl
import json
import os
import pathlib
import re
import socket
import struct
import unittest

import complete
import listed
import peers
from captured import IDS, machines, run

ADDRESS = re.compile(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")
SIOCGIFADDR = 0x8915  # include/uapi/linux/sockios.h


def lspci(machine):
    words = [] if machine.is_real else ["-O", f"sysfs.path={machine.root}/sys/bus/pci"]
    return peers.lspci(run(*peers.LSPCI, "-i", IDS, *words))


class Compared(unittest.TestCase):
    maxDiff = None

    def on_all(self, look, some=None):
        """Calls look with each machine, in a subtest; returns the sum of what it returns."""
        seen = 0
        for machine in machines() if some is None else some:
            with self.subTest(machine=machine.name):
                seen += look(machine) or 0
        return seen


class Devices(Compared):
    def test_devices_are_those_of_lspci(self):
        def look(machine):
            theirs = lspci(machine)
            self.assertEqual(sorted(machine.devices), sorted(theirs))
            for address, ours in machine.devices.items():
                their = peers.device(theirs[address])
                self.assertEqual({key: ours[key] for key in their}, their)

        self.on_all(look)

    def test_groups_are_those_of_a_walk(self):
        def look(machine):
            walked = {}
            for group in (machine.root / "sys/kernel/iommu_groups").glob("*"):
                for device in (group / "devices").glob("*"):
                    walked[device.name] = int(group.name)
            for address, device in machine.devices.items():
                self.assertEqual(device["group"], walked.get(address))
            return len(walked)

        self.assertGreater(self.on_all(look), 100)


class Outputs(Compared):
    def test_outputs_are_those_of_a_walk(self):
        def look(machine):
            walked = set()
            for path in (machine.root / "sys/class/drm").glob("card*-*"):
                above = ADDRESS.findall(os.path.realpath(path))
                if above and "framebuffer" not in os.path.realpath(path):
                    status = (path / "status").read_text(encoding="utf-8").strip()
                    walked.add((above[-1], path.name.split("-", 1)[1], status == "connected"))
            ours = {(device, thing["name"], thing["active"])
                    for device, _, thing in machine.things() if thing["kind"] == "output"}
            self.assertEqual(ours, walked)
            return len(walked)

        self.assertGreater(self.on_all(look), 20)


def lsblk(machine):
    """(disks and volumes with their sizes, what stands on what, where what is mounted)"""
    words = [] if machine.is_real else ["--sysroot", machine.root]
    tops = json.loads(run("lsblk", "--json", "--bytes", "--all", "-o", "NAME,KNAME,SIZE,MOUNTPOINTS",
                          *words))["blockdevices"]
    sizes, edges, places = {}, set(), set()
    for above, disk in peers.blocks(top for top in tops if is_on_a_device(machine, top["kname"])):
        sizes[disk["kname"]] = disk["size"] or None
        edges.add((above, disk["kname"]))
        places |= {(disk["kname"], place) for place in disk["mountpoints"] if place}
    return sizes, edges, places


def is_on_a_device(machine, name):
    path = os.path.realpath(machine.root / "sys/block" / name)
    return "/pci" in path or "/nvme-subsystem/" in path


class Disks(Compared):
    def test_disks_are_those_of_lsblk(self):
        def look(machine):
            sizes, edges, places = lsblk(machine)
            ours = [(above, thing) for _, above, thing in machine.things()]
            disks = [(above, thing) for above, thing in ours if thing["kind"] in listed.BLOCKS]
            self.assertEqual({thing["name"]: thing["size"] for _, thing in disks}, sizes)
            self.assertEqual({(listed.name_of_block(above), thing["name"])
                              for above, thing in disks}, edges)
            self.assertEqual(self.places(ours), places)
            return len(places)

        self.assertGreater(self.on_all(look), 10)

    def places(self, things):
        """Where what is mounted. lsblk knows nothing of ZFS."""
        found = set()
        for above, thing in things:
            if thing["kind"] == "mount" and thing["type"] != "zfs":
                found.add((above["name"], thing["name"]))
            elif thing["kind"] == "swap":
                found.add((above["name"], "[SWAP]"))
        return found


class Processors(Compared):
    def test_processors_are_those_of_lscpu(self):
        def look(machine):
            words = [] if machine.is_real else ["--sysroot", machine.root]
            theirs = json.loads(run("lscpu", "--json", "-e=CPU,NODE,SOCKET,CORE,CACHE,ONLINE",
                                    *words))["cpus"]
            ours = machine.list["processors"]["cpus"]
            self.assertEqual(len(ours), len(theirs))
            for cpu, their in zip(ours, theirs):
                self.same(cpu, their)

        some = [machine for machine in machines() if machine.list["processors"]["cpus"]]
        self.assertGreater(len(some), 2)
        self.on_all(look, some)

    def same(self, ours, theirs):
        for key, name in (("number", "cpu"), ("socket", "socket"), ("core", "core")):
            self.assertEqual(ours[key], int(theirs[name]))
        self.assertEqual(ours["online"], theirs["online"] in (True, "yes"))
        if theirs.get("node") not in (None, "-"):
            self.assertEqual(ours["node"], int(theirs["node"]))
        # "l1d:l1i:l2:l3", or with one for both halves of the first.
        cache = next(key for key in theirs if key.startswith("l1"))
        for name, value in zip(cache.split(":"), theirs[cache].split(":")):
            ours_too = ours["l1d" if name == "l1" else name]
            self.assertEqual(ours_too, None if value == "-" else int(value))


class Usb(Compared):
    def test_devices_hang_where_a_walk_finds_them(self):
        def look(machine):
            walked = set()
            for path in (machine.root / "sys/bus/usb/devices").glob("[0-9u]*"):
                real = pathlib.Path(os.path.realpath(path))
                if ":" not in path.name and ADDRESS.findall(str(real)):
                    above = real.parent.name if not path.name.startswith("usb") else None
                    ids = [(path / name) for name in ("idVendor", "idProduct")]
                    known = ":".join(complete.text(each) for each in ids)
                    walked.add((above, path.name, known if len(known) > 1 else None))
            ours = {(above and above["name"], thing["name"], thing["id"])
                    for _, above, thing in machine.things() if thing["kind"] == "usb"}
            self.assertEqual(ours, walked)
            return len(walked)

        self.assertGreater(self.on_all(look), 5)


class Network(Compared):
    def test_interfaces_are_on_their_cards(self):
        def look(machine):
            walked = set()
            for path in (machine.root / "sys/class/net").glob("*"):
                above = ADDRESS.findall(os.path.realpath(path))
                if above and path.is_dir():
                    walked.add((above[-1], path.name))
            ours = {(device, thing["name"]) for device, above, thing in machine.things()
                    if thing["kind"] == "interface" and not
                    (above and above["kind"] == "interface")}
            self.assertEqual(ours, walked)
            return len(walked)

        self.assertGreater(self.on_all(look), 5)

    def test_this_machines_addresses_are_those_that_the_kernel_gives(self):
        machine = machines()[-1]
        for _, _, thing in machine.things():
            if thing["kind"] != "interface":
                continue
            ours = {below["internet_address"].split("/")[0] for below in thing["attached"]
                    if below["kind"] == "address" and below["name"] == "IPv4"}
            self.assertLessEqual(self.asked(thing["name"]), ours)

    def asked(self, interface):
        """The kernel's answer by another way than files."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                answer = fcntl.ioctl(sock, SIOCGIFADDR, struct.pack("16s24x", interface.encode()))
            except OSError:
                return set()
        return {socket.inet_ntoa(answer[20:24])}
