# SPDX-License-Identifier: GPL-2.0-or-later
"""What cannot be handed over safely is refused before anything is touched."""

import json

from machine import Machine
from rig import Before, baton, cargo, detach, insert_module, reattach, refused
from scenario import check


@check(Machine("mini"), cargo, alone=True)
def a_disk_in_the_group_is_refused_while_it_is_mounted(host):
    slot = host.plug("gpu+nvme")
    insert_module(host, "crc32c_generic")
    host.shell("set -e; until [ -b /dev/nvme0n1 ]; do sleep 0.1; done; mke2fs /dev/nvme0n1; "
               "mount -t ext4 /dev/nvme0n1 /mnt; echo kept >/mnt/file; sync", check=True)
    refused(host, f"{slot}.0", saying=rf"{slot}.1 shares IOMMU group \d+ .*/mnt", remedy="unmount")
    assert host.read("/mnt/file") == "kept"
    host.run("umount", "/mnt", check=True)
    before = Before(host)
    detach(host, f"{slot}.0")
    reattach(host, f"{slot}.0")
    before.check(host)
    host.shell("until [ -b /dev/nvme0n1 ]; do sleep 0.1; done; "
               "mount -t ext4 -o ro /dev/nvme0n1 /mnt", check=True)
    assert host.read("/mnt/file") == "kept"


@check(Machine("mini"), cargo, alone=True)
def the_network_card_with_the_default_route_is_refused(host):
    slot = host.plug("network")
    host.shell("set -e; ifconfig eth0 192.0.2.2 netmask 255.255.255.0 up; "
               "route add default gw 192.0.2.1; "
               "until [ $(cat /sys/class/net/eth0/operstate) = up ]; do sleep 0.1; done", check=True)
    refused(host, f"{slot}.0", saying="carries the default route", remedy="move the default route")


@check(Machine("mini", iommu=False), cargo)
def a_machine_without_iommu_is_refused(host):
    sentences = refused(host, "0000:01:00", saying="no IOMMU", remedy="firmware")
    assert len(sentences) == 3, sentences
    refused(host, "0000:02:00.0", saying="no IOMMU", remedy="intel_iommu=on")


@check(Machine("mini", iommu=False), cargo)
def the_check_up_of_a_machine_without_iommu_says_why_there_is_none(host):
    found = json.loads(baton(host, "check", "--json", code=3).stdout)["findings"]
    error, = [finding for finding in found if finding["id"].startswith("iommu-")]
    assert (error["id"], error["level"]) == ("iommu-off-firmware", "error"), error
    # What it goes by is as it says, and its remedy is for this machine's processor.
    assert host.missing([error["file"]]), error
    intel = "GenuineIntel" in host.read("/proc/cpuinfo")
    assert error["file"].endswith("/DMAR" if intel else "/IVRS"), error
    assert ("VT-d" if intel else "AMD-Vi") in error["remedy"], error
    text = baton(host, "check", code=3).stdout
    assert error["remedy"] in text and "iommu-off-firmware" in text, text
