# SPDX-License-Identifier: GPL-2.0-or-later
"""Drivers that do not let go (stubborn/): what their users are told, and what baton leaves alone."""

import json
import re
import time

import stubborn
from machine import Machine
from rig import CARD, SECOND, Before, baton, cargo, detach, reattach, refused
from scenario import check

MINI = Machine("mini")
DEADLINE_S = 5
LOOK_S = 30


def _device(host):
    """The address of the device that only drivers of ours take, plugged in if it is not there."""
    slot = host.shell("grep -l 0x11e8 /sys/bus/pci/devices/*/device").stdout.split("/")
    address = slot[5] if len(slot) > 5 else f"{host.plug('edu')}.0"
    stubborn.bring(host)
    host.put("/etc/baton/baton.conf", f"[timeouts]\ndevice = {DEADLINE_S}\n")
    host.run("modprobe", "-a", "vfio_iommu_type1", "vfio-pci", check=True)
    return address


def _stubborn(host):
    """The same with its stubborn driver."""
    address = _device(host)
    host.run("modprobe", "stubborn", check=True)
    assert host.driver(address) == "stubborn"
    return address


def _leave(host, *modules):
    host.run("rmmod", *modules, check=True)


def _open(host, node):
    """A process that has a node open: its command, and its pid."""
    holder = host.start("sh", "-c", f"echo $$ >/tmp/holder; exec sleep 600 3<{node}")
    until(host, f"[ -s /tmp/holder ] && ls -l /proc/$(cat /tmp/holder)/fd/3 2>/dev/null "
                f"| grep -q {node}")
    pid = int(host.read("/tmp/holder"))
    host.run("rm", "/tmp/holder", check=True)
    return holder, pid


def until(host, condition, deadline_s=60):
    """Wait until a condition of the shell's holds in the host."""
    host.shell(f"until {condition}; do sleep 0.1; done", check=True, deadline_s=deadline_s)


def status(host):
    """What status prints, and the same as JSON."""
    text = baton(host, "status", deadline_s=LOOK_S).stdout
    return text, json.loads(baton(host, "status", "--json", deadline_s=LOOK_S).stdout)


def blocked(host):
    """The processes, kernel threads aside, that no signal ends."""
    script = ("for stat in /proc/[0-9]*/stat; do read -r line <$stat && echo \"$line\"; done "
              "2>/dev/null | sed -n 's/^\\([0-9]*\\) (.*) D \\([0-9]*\\) .*/\\1 \\2/p'")
    return {int(pid) for pid, parent in
            (line.split() for line in host.shell(script).stdout.splitlines()) if parent != "2"}


@check(MINI, cargo)
def while_its_node_is_open_the_holder_is_named_and_nothing_is_tried(host):
    device = _stubborn(host)
    before = Before(host)
    stubborn.behave(host, waits_for_users=True)
    holder, pid = _open(host, "/dev/stubborn")
    refused(host, device, saying=rf"sleep \(process {pid} of user 0, stubborn\)",
            remedy=f"end process {pid}")
    assert not blocked(host)
    holder.kill()
    until(host, f"[ ! -d /proc/{pid} ]")
    detach(host, device)
    reattach(host, device)
    stubborn.behave(host, waits_for_users=False)
    before.check(host)
    _leave(host, "stubborn")


@check(MINI, cargo)
def a_remove_that_does_not_end_costs_its_deadline_and_nothing_else(host):
    device = _stubborn(host)
    before = Before(host)
    stubborn.behave(host, keeps=True)
    began = time.monotonic()
    failed = detach(host, SECOND, device, code=4, deadline_s=120)
    assert time.monotonic() - began < 60, failed
    waits = "it waits in the kernel's stubborn_keep, called by stubborn_remove"
    assert waits in failed.stderr, failed
    assert host.driver(SECOND) == "bochs-drm"

    text, report = status(host)
    over, = report["hand_overs"]
    left, = over["left"]
    writer = left["writer"]["pid"]
    assert f"{device[:-2]}    UNRESOLVED hand:{SECOND}\n  {device} - (in flight)\n" in text, text
    assert re.search(rf"  left: driver {device} stubborn -\n    process {writer} .*\n"
                     rf"    {waits}\n", text), text
    assert left["waits_in"][:2] == ["stubborn_keep", "stubborn_remove"], left
    assert left["waits_for"] in waits and not left["oopsed"], left
    listed = baton(host, "list", deadline_s=LOOK_S).stdout
    assert "in flight" in listed, listed
    # Nobody who looks is left behind.
    assert blocked(host) == {writer}

    refusal = detach(host, device, code=3)
    assert f"(process {writer}) is binding or unbinding it, and waits in the kernel's stubborn_keep" \
        in refusal.stderr, refusal
    again = baton(host, "repair", code=4, deadline_s=120)
    assert waits in again.stderr, again
    assert blocked(host) == {writer}

    stubborn.behave(host, keeps=False)
    until(host, f"[ ! -d /proc/{writer} ]")
    baton(host, "repair")
    before.check(host)
    assert status(host)[1]["hand_overs"] == []
    _leave(host, "stubborn")


@check(MINI, cargo)
def somebody_elses_unbind_that_does_not_end_is_seen_and_explained(host):
    device = _stubborn(host)
    before = Before(host)
    stubborn.behave(host, keeps=True)
    stranger = host.start("sh", "-c", "echo $$ >/tmp/stranger; "
                          f"echo {device} >/sys/bus/pci/drivers/stubborn/unbind")
    until(host, f"[ ! -e /sys/bus/pci/devices/{device}/driver ]")
    pid = host.read("/tmp/stranger")
    listed = baton(host, "list", deadline_s=LOOK_S).stdout
    assert re.search(rf"{device} .*in flight", listed), listed
    failed = detach(host, device, code=3)
    assert f"sh (process {pid}) is binding or unbinding it, and waits in the kernel's " \
        "stubborn_keep" in failed.stderr, failed
    assert blocked(host) == {int(pid)}
    stubborn.behave(host, keeps=False)
    assert stranger.wait(60).status == 0
    host.shell(f"echo {device} >/sys/bus/pci/drivers/stubborn/bind", check=True)
    before.check(host)
    _leave(host, "stubborn")


@check(MINI, cargo)
def a_driver_that_refuses_to_come_back_is_told_of_until_it_is_cured(host):
    device = _stubborn(host)
    before = Before(host)
    detach(host, device)
    stubborn.behave(host, refuses=True)
    failed = reattach(host, device, code=4)
    assert f"driver stubborn failed to start {device}: Input/output error" in failed.stderr, failed
    text, report = status(host)
    assert f"  left: driver {device} stubborn -\n" in text, text
    assert [left["subject"] for left in report["hand_overs"][0]["left"]] == [device], report
    baton(host, "repair", code=4)
    stubborn.behave(host, refuses=False)
    baton(host, "repair")
    before.check(host)
    _leave(host, "stubborn")


@check(MINI, cargo)
def a_driver_that_comes_back_late_is_waited_for(host):
    device = _stubborn(host)
    before = Before(host)
    host.put("/etc/baton/baton.conf", "[timeouts]\ndevice = 60\n")
    detach(host, device)
    stubborn.behave(host, defers=True)
    coming = host.start("baton", "reattach", "--no-guard", device)
    until(host, "dmesg | grep -q 'puts it off'")
    stubborn.behave(host, defers=False)
    # What it waits for comes: any other device gets its driver.
    host.shell(f"cd /sys/bus/pci/drivers/bochs-drm; echo {SECOND} >unbind; echo {SECOND} >bind",
               check=True)
    until(host, f"[ -e /sys/bus/pci/devices/{device}/driver ]")
    began = time.monotonic()
    home = coming.wait(60)
    assert home.status == 0 and time.monotonic() - began < 10, home
    before.check(host)
    _leave(host, "stubborn")


@check(MINI, cargo)
def nvidias_modules_go_in_their_order_and_come_back(host):
    device = _device(host)
    modules = ["nvidia", "nvidia_modeset", "nvidia_drm", "nvidia_uvm"]
    host.run("modprobe", "-a", "nvidia_drm", "nvidia_uvm", check=True)
    host.shell("mknod /dev/nvidia0 c 195 0", check=True)
    assert host.driver(device) == "nvidia"
    before = Before(host)

    holder, pid = _open(host, "/dev/nvidia0")
    refused(host, device, saying=rf"sleep \(process {pid} of user 0, nvidia0\)",
            remedy=f"end process {pid}")
    holder.kill()
    until(host, f"[ ! -d /proc/{pid} ]")

    plan = json.loads(baton(host, "plan", "--json", device).stdout)["steps"]
    order = [step["subject"] for step in plan if step["fact"] == "module"]
    assert sorted(order) == sorted(modules), plan
    assert order.index("nvidia_drm") < order.index("nvidia_modeset") < order.index("nvidia"), plan
    assert order[-1] == "nvidia", plan
    detach(host, device)
    loaded = host.read("/proc/modules")
    assert not re.search("^nvidia", loaded, re.MULTILINE), loaded
    reattach(host, device)
    before.check(host)

    # Without that order: the driver waits for the module above it, and for ever.
    host.shell(f"echo {device} >/sys/bus/pci/drivers/nvidia/unbind 2>/dev/null &", check=True)
    until(host, f"[ ! -e /sys/bus/pci/devices/{device}/driver ]")
    failed = detach(host, device, code=3)
    assert "waits until nobody uses the NVIDIA card any more" in failed.stderr, failed
    _leave(host, "nvidia_drm", "nvidia_modeset", "nvidia_uvm")
    until(host, "[ ! -e /proc/driver/nvidia/gpus/* ]")
    host.run("rm", "/dev/nvidia0", check=True)
    _leave(host, "nvidia")


def _oopses(host):
    return int(host.read("/sys/kernel/oops_count"))


@check(MINI, cargo, alone=True)
def after_an_oops_the_run_stops_and_nothing_is_tried_again(host):
    device = _stubborn(host)
    # The device itself nobody can look at afterwards.
    before = Before(host, *CARD, SECOND)
    stubborn.behave(host, oopses=True)
    failed = detach(host, SECOND, device, code=4, deadline_s=120)
    assert "the kernel has oopsed" in failed.stderr and "only a reboot helps" in failed.stderr, failed
    assert _oopses(host) == 1
    # All but what it was about is as before, and nobody waits for the lock of the dead.
    assert host.driver(SECOND) == "bochs-drm"
    assert not blocked(host)
    before.check(host, but=("-driver pci/stubborn device: *", "?module stubborn *",
                            "+state /run/baton/*.journal: *"))

    for words in (("repair",), ("reattach", "--no-guard", device), ("repair",)):
        tried = baton(host, *words, code=4, deadline_s=60)
        assert "oopsed" in tried.stderr and "only a reboot helps" in tried.stderr, tried
    text, report = status(host)
    assert f"  left: driver {device} stubborn -\n    the kernel oopsed there: nothing more is done " \
        "to it, and only a reboot helps\n" in text, text
    assert "before the next boot" in text and "baton repair" not in text, text
    assert report["hand_overs"][0]["left"][-1]["oopsed"], report
    refusal = detach(host, device, code=3)
    assert "the kernel oopsed" in refusal.stderr and "reboot" in refusal.stderr, refusal
    # A guard finds nothing that it may do, and goes.
    guard = baton(host, "guard", f"hand:{SECOND}", code=4, deadline_s=60)
    assert "oopsed" in guard.stderr, guard
    assert _oopses(host) == 1
    # Up to Linux 6.11 the first who looks cannot know that the lock has no owner any more.
    assert len(blocked(host)) <= 1, host.shell("ps").stdout


@check(MINI, cargo, alone=True)
def an_oops_in_a_run_that_was_killed_is_known_to_whoever_repairs_it(host):
    device = _stubborn(host)
    stubborn.behave(host, keeps=True, oopses=True)
    going = host.start("baton", "detach", "--no-guard", device)
    until(host, f"[ ! -e /sys/bus/pci/devices/{device}/driver ]")
    writer, = blocked(host)
    going.kill()
    going.wait(60)
    stubborn.behave(host, keeps=False)
    until(host, f"[ ! -d /proc/{writer} ]")
    assert _oopses(host) == 1
    assert " oops" not in host.read(f"/run/baton/hand:{device}.journal").replace(" oopses ", "")
    tried = baton(host, "repair", code=4, deadline_s=60)
    assert "oopsed" in tried.stderr and "only a reboot helps" in tried.stderr, tried
    assert re.search(r" oops \d+ 1$", host.read(f"/run/baton/hand:{device}.journal"), re.MULTILINE)
    assert not blocked(host)
