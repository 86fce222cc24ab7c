# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps a device although no process has a node of it open: disks in use."""

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
