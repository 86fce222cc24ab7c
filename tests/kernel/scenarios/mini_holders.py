# SPDX-License-Identifier: GPL-2.0-or-later
"""Who holds a device is named by the process that does, however it does, and nobody else is."""

import contextlib

from machine import Machine
from rig import (CARD, DRIVERS, SECOND, Before, Planted, baton, cargo, detach, drivers, holders,
                 insert_module, opener, reattach, refused)
from scenario import check, long

MINI = Machine("mini")
SMBUS = "0000:00:1f.3"
SOUND = "/dev/snd/controlC0"
GATE = "/sys/bus/pci/drivers/xhci_hcd/unbind"


def _name(found):
    """(device, pid, way) of each."""
    return {(holder["device"], holder.get("pid"), holder.get("way")) for holder in found}


def _assert_refused(host, planted):
    """Planned and tried, the card is refused, and each process is named with its command, user,
    unit, and how it could be ended."""
    refused(host, "0000:01:00", saying=r"is open in", remedy="stop|end")
    for said in (baton(host, "plan", "0000:01:00", code=3).stdout,
                 detach(host, "0000:01:00", code=3).stderr):
        for process, command, unit in planted:
            who = f"{command} (process {process.pid} of root, {unit}"
            assert who in said, (who, said)
            assert f"): stop {unit}, or " in said, (unit, said)
        assert said.count("(process ") == len(planted), said


@check(MINI, cargo)
def every_planted_process_is_named_and_nobody_else(host):
    host.put("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
    before = Before(host)
    pcm = host.shell("ls /dev/snd/pcmC0*p", check=True).stdout.split()[0]
    deleted = "cp -a /dev/dri/card0 /tmp/node"
    host.shell(deleted, check=True)
    assert not holders(host, "0000:01:00")
    assert baton(host, "list", "--holders", "01:00").stdout.startswith("nobody holds these devices\n")
    with contextlib.ExitStack() as stack:
        def plant(unit, *words):
            return stack.enter_context(Planted(host, *words, unit=unit))
        mapper = plant("mapper.service", "hold", "map", "/dev/dri/card0")
        unlinker = plant("unlinker.service", *opener("/tmp/node", "rm /tmp/node"))
        contained = plant("docker-0123.scope", "hold", "elsewhere", "/dev/dri/card0")
        control = plant("control.service", *opener(SOUND))
        player = plant("player.service", "sh", "-c",
                       f"exec 3>{pcm}; echo ready; exec sleep 100000")
        assert _name(holders(host, "0000:01:00")) == {
            (CARD[0], mapper.pid, "mapped"), (CARD[0], unlinker.pid, "open"),
            (CARD[0], contained.pid, "open"), (CARD[1], control.pid, "open"),
            (CARD[1], player.pid, "open")}
        table = baton(host, "list", "--holders", "01:00").stdout
        assert f"\n{CARD[0]}  {mapper.pid}" in table and "dri/card0 (mapped)" in table, table
        container = [holder["remedy"] for holder in holders(host) if holder["pid"] == contained.pid]
        assert container == ["stop its container (docker stop 0123)"], container
        contained.command.kill()
        contained.command.wait()
        _assert_refused(host, [(mapper, "hold", "mapper.service"),
                               (unlinker, "sleep", "unlinker.service"),
                               (control, "sleep", "control.service"),
                               (player, "sleep", "player.service")])
    assert not holders(host, "0000:01:00")
    host.run("rm", "/etc/passwd", check=True)
    detach(host, "0000:01:00")
    reattach(host, "0000:01:00")
    before.check(host)


@check(MINI, cargo, alone=True)
def who_speaks_to_a_bus_or_stands_on_a_disk_is_named(host):
    slot = host.plug("nvme")
    for module in ("crc32c_generic", "i2c-dev"):
        insert_module(host, module)
    host.shell("set -e; until [ -b /dev/nvme0n1 -a -c /dev/i2c-0 ]; do sleep 0.1; done; "
               "mke2fs /dev/nvme0n1; mount -t ext4 /dev/nvme0n1 /mnt; echo kept >/mnt/file",
               check=True)
    with Planted(host, *opener("/dev/i2c-0")) as bus, \
            Planted(host, "sh", "-c", "cd /mnt; echo ready; exec sleep 100000") as shell, \
            Planted(host, *opener("/mnt/file")) as reader:
        assert _name(holders(host, SMBUS)) == {(SMBUS, bus.pid, "open")}
        assert _name(holders(host, slot)) == {
            (f"{slot}.0", None, None), (f"{slot}.0", shell.pid, "directory"),
            (f"{slot}.0", reader.pid, "file")}
        refused(host, f"{slot}.0", saying="mounted on /mnt", remedy="unmount /mnt")
        refused(host, f"{slot}.0", saying=rf"working directory of sleep \(process {shell.pid}",
                remedy=f"end process {shell.pid}")
    assert len(holders(host, slot)) == 1
    host.run("umount", "/mnt", check=True)
    assert not holders(host, slot) and not holders(host, SMBUS)


@check(MINI, cargo)
def who_comes_between_the_check_and_the_write_is_a_refusal_and_all_is_undone(host):
    host.put("/etc/baton/baton.conf", "[timeouts]\nservice = 2\n")
    before = Before(host)
    with Planted(host, "hold", "late", GATE, SOUND, ready="watching") as newcomer:
        assert not holders(host, "0000:01:00")
        result = detach(host, "0000:01:00", code=1)
        newcomer.command.wait_for("ready")
        assert f"{CARD[1]} is still in use: it is open in hold (process {newcomer.pid}" \
            in result.stderr, result
        assert f"end process {newcomer.pid} and try again" in result.stderr, result
        assert drivers(host, CARD) == {address: DRIVERS[address] for address in CARD}
    before.check(host)
    host.run("rm", "-r", "/etc/baton", check=True)
    detach(host, "0000:01:00")
    reattach(host, "0000:01:00")
    before.check(host)


@long(MINI, cargo)
def a_buffer_of_the_only_card_holds_it(host):
    if host.machine.kernel == "6.1":
        # There, this card's driver hands out no buffers.
        result = host.run("hold", "buffer", "/dev/dri/card0")
        assert result.status == 1 and "a dma-buf: Function" in result.stderr, result
        return
    host.shell(f"echo {SECOND} >/sys/bus/pci/drivers/bochs-drm/unbind", check=True)
    with Planted(host, "hold", "buffer", "/dev/dri/card0") as process:
        assert _name(holders(host, "0000:01:00")) == {(CARD[0], process.pid, "buffer")}
        refused(host, "0000:01:00", saying=r"buffer that is in the hands of hold",
                remedy=f"end process {process.pid}")
    assert not holders(host, "0000:01:00")
    host.shell(f"echo {SECOND} >/sys/bus/pci/drivers/bochs-drm/bind", check=True)
