# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps a device although no process has a node of it open: disks and networks in use."""

import json

from cargo import Cargo
from machine import Machine
from rig import baton, cargo, detach, insert_module, reattach, refused
from scenario import check

DISK = "/dev/nvme0n1"


def _listed(host, address):
    """The holders and the bystanders of a device, as baton lists them."""
    found = json.loads(baton(host, "list", "--holders", "--json", address).stdout)
    return tuple([(holder["kind"], holder["name"]) for holder in found[key]]
                 for key in ("holders", "bystanders"))


def _wait_disk(host):
    host.shell(f"until [ -b {DISK} ]; do sleep 0.1; done", check=True)


@check(Machine("mini"), cargo, alone=True)
def a_disk_in_use_is_refused_wherever_it_is_used(host):
    address = host.plug("nvme") + ".0"
    host.run("modprobe", "loop", check=True)
    insert_module(host, "crc32c_generic")
    _wait_disk(host)
    host.run("mke2fs", DISK, check=True)

    # Mounted for one process alone: the machine's own list of mounts does not show it.
    alone = host.start("unshare", "-m", "sh", "-c",
                       f"mount -t ext4 {DISK} /mnt && echo mounted && exec tail -f /dev/null")
    alone.wait_for("mounted")
    assert DISK not in host.read("/proc/mounts")
    pid = host.run("pidof", "tail", check=True).stdout.strip()
    refused(host, address, saying=rf"process {pid} .*has mounted on /mnt \(nvme0n1\)",
            remedy=f"end process {pid}")
    alone.signal(9, group=True)
    alone.wait()

    # Unmounted lazily, and still in use.
    last = host.start("sh", "-c", f"mount -t ext4 {DISK} /mnt && exec 3>/mnt/file && "
                      "umount -l /mnt && echo gone && exec tail -f /dev/null")
    last.wait_for("gone")
    refused(host, address, saying="ext4 on nvme0n1.* mounted nowhere", remedy="fuser -vm")
    last.signal(9, group=True)
    last.wait()

    # A loop over the disk, and a volume that nobody has mounted.
    host.run("losetup", "/dev/loop0", DISK, check=True)
    refused(host, address, saying="loop device loop0", remedy="losetup -d /dev/loop0")
    host.run("losetup", "-d", "/dev/loop0", check=True)
    goods = Cargo()
    goods.program("/usr/sbin/dmsetup", "/usr/sbin/dmsetup")
    goods.unload(host)
    host.run("dmsetup", "--noudevsync", "create", "vg-data", "--uuid", "LVM-test", "--table",
             f"0 1024 linear {DISK} 0", check=True)
    refused(host, address, saying=r"logical volume vg-data \(dm-0\)", remedy="vgchange -an vg")
    host.run("dmsetup", "--noudevsync", "remove", "vg-data", check=True)

    # Only expected: worth knowing, and no reason to stay.
    host.put("/etc/fstab", f"{DISK} /srv ext4 defaults,nofail 0 2\n")
    assert _listed(host, address) == ([], [("fstab", "/srv")])
    detach(host, address)
    reattach(host, address)
    _wait_disk(host)


def _make_guest(host):
    """A bridge of eth0 and the one end of a cable, whose other end is in a network of its own.

    Returns the words that do a command there.
    """
    for module in ("llc", "stp", "bridge", "veth"):
        insert_module(host, module)
    guest = host.start("unshare", "-n", "sh", "-c", "echo $$; exec tail -f /dev/null")
    guest.wait_for("\n")
    pid = host.run("pidof", "tail", check=True).stdout.strip()
    host.shell(f"set -e; ip link add type veth; ip link set veth1 netns {pid}; "
               "brctl addbr br0; echo 0 >/sys/class/net/br0/bridge/forward_delay; "
               "brctl addif br0 eth0; brctl addif br0 veth0; "
               "ifconfig eth0 up; ifconfig veth0 up; ifconfig br0 192.0.2.1 up; "
               f"nsenter -t {pid} -n ifconfig veth1 192.0.2.2 up; "
               "until [ $(cat /sys/class/net/veth0/operstate) = up ] && "
               "[ $(cat /sys/class/net/eth0/brport/state) = 3 ]; do sleep 0.1; done",
               check=True)
    return ("nsenter", "-t", pid, "-n")


@check(Machine("mini"), cargo, alone=True)
def a_network_card_is_refused_while_a_guest_or_a_person_is_behind_it(host):
    address = host.plug("network") + ".0"
    host.shell("until [ -e /sys/class/net/eth0 ]; do sleep 0.1; done", check=True)
    inside = _make_guest(host)
    refused(host, address, saying=r"a guest or container that runs \(veth0, by eth0\)",
            remedy="stop that guest")

    # Whoever asks comes in by it: as over ssh, but that the connection is a plain one.
    host.put("/run/ask", f"#!/bin/sh\nbaton detach --no-guard {address} >/run/said 2>&1\n"
             "echo $? >/run/status\n", mode=0o755)
    server = host.start("nc", "-l", "-p", "2323", "-e", "/run/ask")
    host.shell("until grep -q ':0913 .* 0A ' /proc/net/tcp*; do sleep 0.1; done", check=True)
    person = host.start(*inside, "sh", "-c", "tail -f /dev/null | nc 192.0.2.1 2323")
    server.wait()
    person.signal(9, group=True)
    said = host.read("/run/said")
    assert host.read("/run/status") == "3", said
    assert "carries the connection by which you are here" in said and "by eth0" in said, said

    # Without them it is up and nothing more: named, and handed over.
    host.shell("set -e; brctl delif br0 veth0; brctl delif br0 eth0", check=True)
    assert _listed(host, address) == ([], [("interface", "eth0")])
    detach(host, address)
    reattach(host, address)
