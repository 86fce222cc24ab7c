# SPDX-License-Identifier: GPL-2.0-or-later
"""What `baton list --json` says, taken apart."""

BLOCKS = ("disk", "partition", "volume")


def things(found):
    """(address, what it hangs on or None, thing) of everything that hangs on a device."""
    for device in found["devices"]:
        todo = [(None, thing) for thing in device["attached"]]
        while todo:
            above, thing = todo.pop()
            yield device["address"], above, thing
            todo += [(thing, below) for below in thing["attached"]]


def name_of_block(above):
    """Of what a disk or a volume stands on, if that is one too: else it stands on nothing."""
    return above["name"] if above and above["kind"] in BLOCKS else None
