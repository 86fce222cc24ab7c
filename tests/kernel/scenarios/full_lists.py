# SPDX-License-Identifier: GPL-2.0-or-later
"""What the list says of a host, against what the programs of others read on it."""

import json
import re

import listed
import peers
from machine import Machine
from rig import CARD, baton, cargo
from scenario import check

FULL = Machine("full")
PCI = "[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}[.][0-7]"
# For each link of a class: its name, and where among the devices it stands.
WALK = "for link in {}; do [ -e $link ] && echo \"${{link##*/}} $(readlink -f $link)\"; done; true"


def _walk(host, links):
    """{(the nearest PCI function, name)} of what such links lead to."""
    lines = host.shell(WALK.format(links), check=True).stdout.splitlines()
    return {(re.findall(PCI, path)[-1], name)
            for name, path in (line.split(" ", 1) for line in lines) if re.findall(PCI, path)}


def _of_kind(found, kind):
    return {(device, thing["name"]) for device, _, thing in listed.things(found)
            if thing["kind"] == kind}


@check(FULL, cargo)
def devices_have_the_names_modules_and_groups_that_lspci_has(host, tell):
    found = json.loads(baton(host, "list", "--json").stdout)
    theirs = peers.lspci(host.run(*peers.LSPCI, check=True).stdout)
    assert {device["address"] for device in found["devices"]} == set(theirs)
    for device in found["devices"]:
        fields = theirs[device["address"]]
        their = peers.device(fields)
        ours = {key: device[key] for key in their}
        assert ours == their, (ours, fields)
        modules = {name.replace("-", "_") for name in fields.get("Module", [])}
        assert modules <= set(device["candidates"]), (device["candidates"], fields)
    tell(f"{len(theirs)} devices as lspci has them")


@check(FULL, cargo)
def what_hangs_on_devices_is_what_a_walk_finds(host):
    found = json.loads(baton(host, "list", "--json").stdout)
    outputs = {(device, name.split("-", 1)[1])
               for device, name in _walk(host, "/sys/class/drm/card*-*")}
    assert outputs and _of_kind(found, "output") == outputs, found
    assert _of_kind(found, "sound") == _walk(host, "/sys/class/sound/card*"), found
    usb = {each for each in _walk(host, "/sys/bus/usb/devices/*") if ":" not in each[1]}
    assert usb and _of_kind(found, "usb") == usb, found
    monitors = {thing["text"] for device, _, thing in listed.things(found)
                if thing["kind"] == "output" and device == CARD[0]}
    assert monitors == {"QEMU Monitor"}, monitors


@check(FULL, cargo)
def disks_and_processors_are_those_of_lsblk_and_lscpu(host):
    found = json.loads(baton(host, "list", "--json").stdout)
    blocks = json.loads(host.run("lsblk", "--json", "--bytes", "-o", "NAME,KNAME,SIZE,MOUNTPOINTS",
                                 check=True).stdout)["blockdevices"]
    things = [(above, thing) for _, above, thing in listed.things(found)]
    ours = {(listed.name_of_block(above), thing["name"], thing["size"]) for above, thing in things
            if thing["kind"] in listed.BLOCKS}
    theirs = {(above, disk["kname"], disk["size"]) for above, disk in peers.blocks(blocks)
              if not re.match("loop|zram|ram", disk["kname"])}
    assert ours == theirs, (ours, theirs)
    mounts = {(above["name"], thing["name"]) for above, thing in things if thing["kind"] == "mount"}
    assert mounts == {(disk["kname"], place) for _, disk in peers.blocks(blocks)
                      for place in disk["mountpoints"] if place and place != "[SWAP]"}, mounts
    cpus = json.loads(host.run("lscpu", "--json", "-e=CPU,SOCKET,CORE", check=True).stdout)["cpus"]
    assert [(cpu["number"], cpu["socket"], cpu["core"]) for cpu in found["processors"]["cpus"]] == \
           [(int(cpu["cpu"]), int(cpu["socket"]), int(cpu["core"])) for cpu in cpus], cpus
