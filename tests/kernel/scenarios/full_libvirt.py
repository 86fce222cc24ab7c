# SPDX-License-Identifier: GPL-2.0-or-later
"""The card goes to real libvirt guests and comes home, however they start and end."""

import time

import domain
from baton import HOOKS, installed
from machine import Machine
from rig import CARD, DRIVERS, HOME_S, LOGIN_S, Before, Planted, baton, wait_home
from scenario import check, long

FULL = Machine("full")
NAME = "win 11"
START_S = 400        # virsh create, under TCG and with another host beside
GUARD_S = 180        # the same when only the guard is left
DESTROY = f"virsh destroy '{NAME}'"
KILL_QEMU = "kill -9 $(pgrep -f '[q]emu-system.*guest=win 11')"
LIBVIRTD = "libvirtd.service libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket"


def _define(host, devices=CARD, **settings):
    path = "/root/domain.xml"
    host.put(path, domain.xml(NAME, devices, **settings))
    return path


def _said(host):
    """What baton told the system journal and its own: for failures."""
    return host.shell("journalctl -b --no-pager -o short-monotonic -t baton -t baton-libvirt-hook "
                      "| tail -60; cat /run/baton/* 2>/dev/null").stdout


def _create(host, path):
    result = host.run("virsh", "create", path, deadline_s=START_S)
    assert result.status == 0, f"{result}\n{_said(host)}"
    drivers = {host.driver(address) for address in CARD}
    assert drivers == {"vfio-pci"}, drivers


def _cycle(host, end=DESTROY, **settings):
    before = Before(host)
    _create(host, _define(host, **settings))
    host.shell(end, check=True, deadline_s=HOME_S)
    wait_home(host, before)


@check(FULL, installed, limit_s=900)
def the_card_goes_to_a_guest_and_comes_home_as_before(host):
    _cycle(host)


@check(FULL, installed, alone=True, limit_s=3000)
def ten_starts_and_stops_in_a_row(host, tell):
    for _ in range(10):
        _cycle(host)
    tell("10 starts and stops with managed='yes', each as before")


@check(FULL, installed, alone=True, limit_s=1200)
def three_starts_and_stops_with_managed_no(host, tell):
    for _ in range(3):
        _cycle(host, managed=False)
    tell("3 starts and stops with managed='no', each as before")


@check(FULL, installed, alone=True, limit_s=1200)
def three_starts_and_stops_with_only_function_0(host, tell):
    for _ in range(3):
        _cycle(host, devices=CARD[:1])
    tell("3 starts and stops with one function in the XML, each as before")


@long(FULL, installed, limit_s=7200)
def twenty_starts_and_stops_of_each_kind(host, tell):
    for settings in ({}, {"managed": False}, {"devices": CARD[:1]}):
        for _ in range(20):
            _cycle(host, **settings)
    tell("3 x 20 starts and stops, each as before")


@check(FULL, installed, limit_s=900)
def a_guest_that_powers_itself_off_gives_the_card_back(host):
    before = Before(host)
    _create(host, _define(host, exit="5"))
    wait_home(host, before)


def _entries(host, result, field):
    """A field of the guest's entries in the system journal that have this result."""
    return host.run("journalctl", "-b", "-o", "cat", f"--output-fields={field}",
                    f"BATON_GUEST=libvirt:{NAME}", f"BATON_RESULT={result}",
                    check=True).stdout.splitlines()


@check(FULL, installed, limit_s=900)
def the_system_journal_says_what_the_hook_did_and_why_it_refused(host):
    refused = host.run("virsh", "create", _define(host, devices=("0000:09:00.0",)),
                       deadline_s=START_S)
    assert refused.status != 0, refused
    assert any("0000:09:00.0 does not exist" in line
               for line in _entries(host, "refused", "MESSAGE")), _said(host)
    before = Before(host)
    plan = [line for line in baton(host, "plan", "0000:01:00").stdout.splitlines()
            if not line.startswith(" ")]
    steps = _entries(host, "done", "BATON_STEP")
    _create(host, _define(host))
    assert _entries(host, "done", "BATON_STEP") == steps + plan, _said(host)
    host.shell(DESTROY, check=True, deadline_s=HOME_S)
    wait_home(host, before)


@check(FULL, installed, limit_s=900)
def a_card_that_was_detached_by_hand_goes_to_the_guest_and_home_after_it(host):
    before = Before(host)
    baton(host, "detach", "0000:01:00")
    start = host.run("virsh", "create", _define(host), deadline_s=START_S)
    assert start.status == 0, f"{start}\n{_said(host)}"
    journals = host.shell("ls /run/baton", check=True).stdout.split()
    assert len(journals) == 1 and journals[0].startswith("libvirt:"), journals
    host.shell(DESTROY, check=True, deadline_s=HOME_S)
    wait_home(host, before)


@check(FULL, installed, limit_s=900)
def the_card_survives_a_qemu_that_is_killed(host):
    _cycle(host, end=KILL_QEMU)


@check(FULL, installed, limit_s=900)
def a_start_that_fails_after_prepare_gives_the_card_back(host):
    before = Before(host)
    result = host.run("virsh", "create", _define(host, disk="/nonexistent.img"),
                      deadline_s=START_S)
    assert result.status != 0 and "nonexistent" in result.stderr, result
    wait_home(host, before)


@check(FULL, installed, limit_s=900)
def the_guard_repairs_a_hook_that_is_killed(host):
    before = Before(host)
    unbind = f"/sys/bus/pci/drivers/{host.driver(CARD[2])}/unbind"
    # Its writer is kept at the first step, and the journal says whose run it is.
    with Planted(host, "hold", "gate", unbind, ready="watching") as gate:
        start = host.start("virsh", "create", _define(host))
        gate.command.wait_for("ready", START_S)
        host.shell("kill -9 $(sed -n 's/.* owner libvirt \\([0-9]*\\) .*/\\1/p' "
                   "/run/baton/*.journal)", check=True)
    start.wait(START_S)
    wait_home(host, before, GUARD_S)


@check(FULL, installed, limit_s=900)
def the_card_survives_a_libvirtd_that_is_killed_with_its_qemu(host):
    before = Before(host)
    _create(host, _define(host))
    # systemd starts it again, and it cleans up behind its guest as it always does.
    host.shell(f"kill -9 $(pgrep -x libvirtd); {KILL_QEMU}", check=True)
    wait_home(host, before)


@check(FULL, installed, alone=True, limit_s=900)
def the_guard_brings_the_card_home_when_libvirtd_stays_away(host):
    before = Before(host)
    _create(host, _define(host))
    host.shell(f"systemctl mask --runtime {LIBVIRTD}; kill -9 $(pgrep -x libvirtd); {KILL_QEMU}",
               check=True)
    host.shell("while ls /run/baton/*.journal >/dev/null 2>&1; do sleep 0.2; done", check=True,
               deadline_s=GUARD_S)
    host.wait_login(LOGIN_S)
    before.check(host, but=("*libvirtd*", "-unit * not-found: inactive *"))


@check(FULL, installed, limit_s=900)
def other_hooks_keep_running(host):
    host.put(f"{HOOKS}/zz-other", "#!/bin/sh\necho \"$2 $3\" >>/run/other-hook\n", 0o755)
    _cycle(host)
    seen = host.read("/run/other-hook").splitlines()
    host.run("rm", f"{HOOKS}/zz-other", "/run/other-hook", check=True)
    assert seen == ["prepare begin", "start begin", "started begin", "stopped end",
                    "release end"], seen


def _restart(host, tell, key):
    """Restart the host while the card is away: it was home before the host was down."""
    steps = len(baton(host, "reattach", "--dry-run", "0000:01:00").stdout.splitlines())
    started = time.monotonic()
    host.reboot(deadline_s=600)
    tell(f"restarted within {time.monotonic() - started:.0f} s")
    drivers = {address: host.driver(address) for address in CARD}
    assert drivers == {address: DRIVERS[address] for address in CARD}, drivers
    assert host.shell("ls /run/baton").stdout == ""
    undone = host.run("journalctl", "-b", "-1", "-o", "cat", "--output-fields=BATON_STEP",
                      f"BATON_GUEST={key}", "BATON_RESULT=undone", check=True).stdout.splitlines()
    assert len(undone) >= steps >= 9, (steps, undone)


@check(FULL, installed, alone=True, limit_s=900)
def the_host_can_restart_while_a_guest_has_the_card(host, tell):
    _create(host, _define(host))
    _restart(host, tell, f"libvirt:{NAME}")


@check(FULL, installed, alone=True, limit_s=900)
def the_host_can_restart_while_the_card_is_out_by_hand(host, tell):
    baton(host, "detach", "0000:01:00", deadline_s=START_S)
    _restart(host, tell, "hand:0000:01:00.0")
