# SPDX-License-Identifier: GPL-2.0-or-later
"""What the list says of a host, against what the programs of others read on it."""

import json
import re

from machine import Machine
from rig import CARD, baton, cargo
from scenario import check

FULL = Machine("full")
PCI = "[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}[.][0-7]"
# For each link of a class: its name, and where among the devices it stands.
WALK = "for link in {}; do [ -e $link ] && echo \"${{link##*/}} $(readlink -f $link)\"; done; true"


def _lspci(host):
    """{address: {field: [values]}}, with the names of pci.ids alone: udev has a few more."""
    found = {}
    output = host.run("lspci", "-D", "-nn", "-vmm", "-k", "-O", "hwdb.disable=1", check=True).stdout
    for block in output.split("\n\n"):
        fields = {}
        for line in block.splitlines():
            key, _, value = line.partition(":\t")
            fields.setdefault(key, []).append(value)
        if fields:
            found[fields["Slot"][0]] = fields
    return found


def _named(value, nothing):
    name, number = re.fullmatch(r"(.*) \[([0-9a-f]{4})\]", value).groups()
    return (None if name == nothing else name), number


def _things(device):
    todo = [(None, thing) for thing in device["attached"]]
    while todo:
        parent, thing = todo.pop()
        yield parent, thing
        todo += [(thing, below) for below in thing["attached"]]


def _walk(host, links):
    """{(the nearest PCI function, name)} of what such links lead to."""
    lines = host.shell(WALK.format(links), check=True).stdout.splitlines()
    return {(re.findall(PCI, path)[-1], name)
            for name, path in (line.split(" ", 1) for line in lines) if re.findall(PCI, path)}


def _of_kind(found, kind):
    return {(device["address"], thing["name"]) for device in found["devices"]
            for _, thing in _things(device) if thing["kind"] == kind}


@check(FULL, cargo)
def devices_have_the_names_modules_and_groups_that_lspci_has(host, tell):
    found, theirs = json.loads(baton(host, "list", "--json").stdout), _lspci(host)
    assert {device["address"] for device in found["devices"]} == set(theirs)
    for device in found["devices"]:
        fields = theirs[device["address"]]
        vendor, vendor_id = _named(fields["Vendor"][0], "Vendor")
        model, model_id = _named(fields["Device"][0], "Device")
        kind, kind_id = _named(fields["Class"][0], "Class")
        ours = (device["vendor_name"], device["device_name"], device["class_name"], device["id"],
                device["class"][:4], device["driver"], str(device["group"]))
        assert ours == (vendor, model, kind, f"{vendor_id}:{model_id}", kind_id,
                        fields.get("Driver", [None])[0], fields["IOMMUGroup"][0]), (ours, fields)
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
    monitors = {thing["text"] for device in found["devices"] for _, thing in _things(device)
                if thing["kind"] == "output" and device["address"] == CARD[0]}
    assert monitors == {"QEMU Monitor"}, monitors


def _blocks(tops):
    todo = [(None, top) for top in tops]
    while todo:
        above, disk = todo.pop()
        yield above, disk
        todo += [(disk["kname"], below) for below in disk.get("children", ())]


@check(FULL, cargo)
def disks_and_processors_are_those_of_lsblk_and_lscpu(host):
    found = json.loads(baton(host, "list", "--json").stdout)
    blocks = json.loads(host.run("lsblk", "--json", "--bytes", "-o", "NAME,KNAME,SIZE,MOUNTPOINTS",
                                 check=True).stdout)["blockdevices"]
    things = [(above, thing) for device in found["devices"] for above, thing in _things(device)]
    ours = {(above["name"] if above and above["kind"] in ("disk", "partition", "volume") else None,
             thing["name"], thing["size"]) for above, thing in things
            if thing["kind"] in ("disk", "partition", "volume")}
    theirs = {(above, disk["kname"], disk["size"]) for above, disk in _blocks(blocks)
              if not re.match("loop|zram|ram", disk["kname"])}
    assert ours == theirs, (ours, theirs)
    mounts = {(above["name"], thing["name"]) for above, thing in things if thing["kind"] == "mount"}
    assert mounts == {(disk["kname"], place) for _, disk in _blocks(blocks)
                      for place in disk["mountpoints"] if place and place != "[SWAP]"}, mounts
    cpus = json.loads(host.run("lscpu", "--json", "-e=CPU,SOCKET,CORE", check=True).stdout)["cpus"]
    assert [(cpu["number"], cpu["socket"], cpu["core"]) for cpu in found["processors"]["cpus"]] == \
           [(int(cpu["cpu"]), int(cpu["socket"]), int(cpu["core"])) for cpu in cpus], cpus
