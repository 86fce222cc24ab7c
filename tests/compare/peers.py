# SPDX-License-Identifier: GPL-2.0-or-later
"""What programs of others say of a machine, in the words of `baton list --json`."""

import re

# With the names of pci.ids alone: udev has a few more.
LSPCI = ("lspci", "-D", "-nn", "-vmm", "-k", "-O", "hwdb.disable=1")


def lspci(output):
    """{address: {field: [values]}} of what the command LSPCI prints."""
    found = {}
    for block in output.split("\n\n"):
        fields = {}
        for line in block.splitlines():
            key, _, value = line.partition(":\t")
            fields.setdefault(key, []).append(value)
        if fields:
            found[fields["Slot"][0]] = fields
    return found


def _named(value, nothing):
    """("Navi 21", "73bf") of "Navi 21 [73bf]"; lspci has a word for what has no name."""
    name, number = re.fullmatch(r"(.*) \[([0-9a-f]{4})\]", value).groups()
    return (None if name == nothing else name), number


def device(fields):
    """What baton should say of the device that has these fields."""
    vendor, vendor_id = _named(fields["Vendor"][0], "Vendor")
    model, model_id = _named(fields["Device"][0], "Device")
    kind, kind_id = _named(fields["Class"][0], "Class")
    group = fields.get("IOMMUGroup", [None])[0]
    said = {"id": f"{vendor_id}:{model_id}", "vendor_name": vendor, "device_name": model,
            "class": kind_id + fields.get("ProgIf", ["00"])[0], "class_name": kind,
            "revision": int(fields.get("Rev", ["0"])[0], 16),
            "driver": fields.get("Driver", [None])[0], "group": group and int(group),
            "numa_node": int(fields.get("NUMANode", ["-1"])[0])}
    if "SVendor" in fields:
        said["subsystem"] = ":".join(_named(fields[key][0], "")[1] for key in ("SVendor", "SDevice"))
    return said


def blocks(tops):
    """(kname of what it stands on or None, disk) of all that lsblk's JSON has."""
    todo = [(None, top) for top in tops]
    while todo:
        above, disk = todo.pop()
        yield above, disk
        todo += [(disk["kname"], below) for below in disk.get("children", ())]
