# SPDX-License-Identifier: GPL-2.0-or-later
"""`baton start` and `baton stop`: through the guest's own hypervisor, so that a start and an end are
the same whoever asked for them; and `baton rehearse`, which needs no guest."""

import json
import re

import domain
import pve
from baton import installed
from machine import Machine
from rig import CARD, DRIVERS, HOME_S, LOGIN_S, Before, baton, wait_home
from scenario import check, long

FULL = Machine("full")
NAME = "win 11"
START_S = 400        # under TCG and with another host beside
XML = "/root/domain.xml"
PLAIN_SERIAL = "/run/serial"
DEVICES = "0000:01:00.0, .1, .2"
SECONDS = r"\d+\.\d s"


def _said(host):
    """What baton told the system journal: for failures."""
    return host.shell("journalctl -b --no-pager -o short-monotonic -t baton -u 'baton-guard*' "
                      "| tail -60; cat /run/baton/* 2>/dev/null").stdout


def _baton(host, *words, code=0, saying=""):
    """A command of baton that ends with this code and says, on either stream, what matches."""
    result = host.run("baton", *words, deadline_s=START_S)
    said = result.stdout + result.stderr
    assert result.status == code and re.search(saying, said), f"{result}\n{_said(host)}"
    return result


def _start(host, guest, title):
    _baton(host, "start", guest, saying=rf"(?m)^{re.escape(title)} has {DEVICES}; started in {SECONDS}$")
    _assert_away(host)


def _stop(host, *words, title):
    """The guest is off and the card is home by the time that it says so."""
    _baton(host, "stop", *words,
           saying=rf"(?m)^{re.escape(title)} is off, and {DEVICES} are home after {SECONDS}$")
    assert not host.shell("ls /run/baton/*.journal 2>/dev/null").stdout, _said(host)
    assert {host.driver(address) for address in CARD} == {DRIVERS[address] for address in CARD}


def _assert_away(host):
    drivers = {host.driver(address) for address in CARD}
    assert drivers == {"vfio-pci"}, f"{drivers}\n{_said(host)}"


def _await_ready(host, serial):
    host.shell(f"until grep -q READY {serial} 2>/dev/null; do sleep 0.2; done", check=True,
               deadline_s=START_S)


def _define(host, name=NAME, *, deaf=False, **settings):
    """A guest of libvirt with the card that does not run. deaf: it has nothing but its firmware,
    which does not hear the button."""
    host.run("rm", "-f", domain.SERIAL, check=True)
    xml = domain.xml(name, CARD, **settings)
    host.put(XML, re.sub("<(kernel|cmdline)>.*?</.*?>", "", xml) if deaf else xml)
    host.run("virsh", "define", XML, check=True)


def _undefine(host, name=NAME):
    host.run("virsh", "undefine", name, check=True)


def _wait_home(host, before):
    """Of Proxmox's guests too: until no journal is left and the login screen is there."""
    host.shell("while ls /run/baton/*.journal >/dev/null 2>&1; do sleep 0.1; done", check=True,
               deadline_s=HOME_S)
    host.wait_login(LOGIN_S)
    before.check(host)


# ---- start and stop ----

@check(FULL, pve.installed, limit_s=900)
def baton_starts_and_stops_a_guest_of_proxmox(host):
    pve.put(host)
    before = Before(host)
    _start(host, "100", "proxmox:100")
    _await_ready(host, pve.SERIAL)
    _baton(host, "start", "proxmox:100", saying="proxmox:100 runs already")
    _stop(host, "100", title="proxmox:100")
    assert pve.seen(host).phases == ["pre-start", "post-start", "pre-stop", "post-stop"]
    _wait_home(host, before)
    _baton(host, "stop", "100", saying="proxmox:100 does not run")


@long(FULL, installed, limit_s=900)
def baton_starts_and_stops_a_guest_of_libvirt(host):
    _define(host)
    before = Before(host)
    plan = _baton(host, "plan", NAME).stdout
    assert "driver 0000:01:00.0 - vfio-pci" in plan, plan
    _start(host, NAME, f"libvirt:{NAME}")
    _await_ready(host, domain.SERIAL)
    _baton(host, "start", NAME, saying=f"libvirt:{NAME} runs already, with {DEVICES}")
    _stop(host, NAME, title=f"libvirt:{NAME}")
    wait_home(host, before)
    _undefine(host)


@long(FULL, installed, limit_s=900)
def who_started_it_makes_no_difference_at_its_end(host):
    _define(host)
    before = Before(host)
    host.run("virsh", "start", NAME, check=True, deadline_s=START_S)
    _await_ready(host, domain.SERIAL)
    _stop(host, f"libvirt:{NAME}", title=f"libvirt:{NAME}")
    wait_home(host, before)
    host.run("rm", "-f", domain.SERIAL, check=True)
    _start(host, NAME, f"libvirt:{NAME}")
    _await_ready(host, domain.SERIAL)
    host.run("virsh", "shutdown", NAME, check=True)
    wait_home(host, before)
    _undefine(host)


@long(FULL, pve.installed, limit_s=900)
def who_started_it_makes_no_difference_to_proxmox_either(host):
    pve.put(host)
    before = Before(host)
    host.run("qm", "start", "100", check=True, deadline_s=START_S)
    _await_ready(host, pve.SERIAL)
    _stop(host, "proxmox:100", title="proxmox:100")
    _wait_home(host, before)
    pve.put(host)
    _start(host, "100", "proxmox:100")
    _await_ready(host, pve.SERIAL)
    host.shell("qm sendkey 100 ret", check=True)
    _wait_home(host, before)


@long(FULL, pve.installed, limit_s=900)
def a_card_that_was_detached_by_hand_goes_to_the_guest_of_proxmox(host):
    pve.put(host)
    before = Before(host)
    host.shell("baton detach 01:00 && qm start 100", check=True, deadline_s=START_S)
    _await_ready(host, pve.SERIAL)
    assert "proxmox:100" in baton(host, "status").stdout
    _stop(host, "100", title="proxmox:100")
    _wait_home(host, before)


@long(FULL, installed, limit_s=900)
def a_guest_that_does_not_listen_is_ended_by_force(host):
    _define(host, deaf=True)
    before = Before(host)
    _start(host, NAME, f"libvirt:{NAME}")
    _baton(host, "stop", "--timeout", "3", NAME, code=1,
           saying=f"libvirt:{NAME} still runs after 3 s: baton stop --force")
    _assert_away(host)
    _stop(host, "--force", NAME, title=f"libvirt:{NAME}")
    wait_home(host, before)
    _undefine(host)


@long(FULL, installed, limit_s=900)
def a_second_guest_is_told_who_has_the_card(host):
    _define(host)
    _define(host, "second")
    before = Before(host)
    _start(host, NAME, f"libvirt:{NAME}")
    _baton(host, "start", "second", code=3, saying=f"libvirt:{NAME}")
    assert host.run("virsh", "domstate", "second").stdout.strip() == "shut off"
    _stop(host, "--force", NAME, title=f"libvirt:{NAME}")
    wait_home(host, before)
    _undefine(host)
    _undefine(host, "second")


@long(FULL, installed, limit_s=900)
def a_start_that_fails_says_that_everything_is_home(host):
    _define(host, disk="/nonexistent/disk")
    before = Before(host)
    _baton(host, "start", NAME, code=1,
           saying=f"(?s)nonexistent.*libvirt:{NAME} has not started: virsh.*everything is home")
    wait_home(host, before)
    _undefine(host)


@long(FULL, installed, limit_s=900)
def without_its_door_no_guest_is_started(host):
    _define(host)
    before = Before(host)
    assert "driver 0000:01:00.0 - vfio-pci" in _baton(host, "start", "--dry-run", NAME).stdout
    baton(host, "uninstall", "libvirt")
    _baton(host, "start", NAME, code=3, saying="baton install libvirt")
    _baton(host, "start", "--dry-run", NAME, code=3, saying="baton install libvirt")
    assert host.run("virsh", "domstate", NAME).stdout.strip() == "shut off"
    baton(host, "install", "libvirt")
    nobody = _baton(host, "start", "--json", "nobody", code=2).stdout
    assert "baton install --list" in json.loads(nobody)["errors"][0], nobody
    before.check(host)
    _undefine(host)


@long(FULL, pve.installed, limit_s=900)
def without_its_hookscript_no_guest_of_proxmox_is_started(host):
    pve.put(host, hook=None)
    before = Before(host)
    _baton(host, "start", "100", code=3, saying="baton install proxmox 100")
    pve.put(host, hook="local:snippets/other")
    _baton(host, "start", "100", code=3, saying="local:snippets/other")
    assert pve.seen(host).phases == []
    before.check(host)


# ---- a unit ----

# As in baton.conf(5).
UNIT = f"""[Service]
ExecStartPre=/bin/sh -c 'rm -f /run/plain.in /run/plain.out; mkfifo /run/plain.in /run/plain.out'
ExecStart=/usr/sbin/baton run --guest plain -- qemu-system-x86_64 -monitor pipe:/run/plain \
-machine q35 -accel tcg -m 32 \
-display none -vga none -nic none -serial file:{PLAIN_SERIAL} -kernel {domain.KERNEL} \
-append exit=wait {" ".join(f"-device vfio-pci,host={address},rombar=0" for address in CARD)}
ExecStop=/bin/sh -c 'test -z "$MAINPID" || {{ echo system_powerdown 1<>/run/plain.in; \
exec tail --pid="$MAINPID" -f /dev/null; }}'
TimeoutStopSec=180
KillMode=mixed
"""


@long(FULL, installed, limit_s=900)
def baton_starts_and_stops_a_unit_that_runs_a_guest(host):
    host.run("mkdir", "-p", "/etc/baton/guests", check=True)
    host.put("/etc/baton/guests/plain.conf", "[guest]\nunit = plain.service\n")
    host.put("/etc/systemd/system/plain.service", UNIT)
    host.run("systemctl", "daemon-reload", check=True)
    before = Before(host)
    _baton(host, "start", "--dry-run", "plain", saying="command line of plain.service")
    _start(host, "qemu:plain", "qemu:plain")
    _await_ready(host, PLAIN_SERIAL)
    _baton(host, "start", "plain", saying=f"qemu:plain runs already, with {DEVICES}")
    _stop(host, "plain", title="qemu:plain")
    assert "END button" in host.read(PLAIN_SERIAL), "it was not asked"
    wait_home(host, before)
    status = host.run("systemctl", "show", "-P", "Result", "plain.service").stdout.strip()
    assert status == "success", status
    host.shell("rm -r /etc/baton /etc/systemd/system/plain.service; systemctl daemon-reload",
               check=True)


# ---- from a desktop that ends ----

TERMINAL = "/usr/local/bin/alices-terminal"
GO = "/run/alice-may-go"
AUTOLOGIN = "/etc/lightdm/lightdm.conf.d/60-alice.conf"
DESKTOP = "/usr/share/xsessions/start.desktop"


def _log_alice_in(host):
    """Her desktop is an xterm on the card; what runs in it waits until it may go, once."""
    host.put(TERMINAL, f"#!/bin/sh\nuntil [ -e {GO} ]; do sleep 0.2; done\nsudo rm {GO}\n"
                       f"sudo baton start '{NAME}'\nsleep 1000\n", 0o755)
    host.put(DESKTOP, f"[Desktop Entry]\nType=Application\nName=Start\nExec=xterm -e {TERMINAL}\n")
    host.put(AUTOLOGIN, "[Seat:*]\nautologin-user=alice\nautologin-session=start\n")
    host.run("systemctl", "restart", "lightdm.service", check=True)
    return _terminal(host)


def _terminal(host):
    """The pid of what runs in her xterm, once it does."""
    pid = host.shell(f"until pgrep -u alice -fo '^/bin/sh {TERMINAL}'; do sleep 0.2; done",
                     check=True, deadline_s=LOGIN_S).stdout.strip()
    parent = host.shell(f"ps -o comm= -p $(ps -o ppid= -p {pid})", check=True).stdout.strip()
    assert parent == "xterm", parent
    return pid


def _log_alice_out(host):
    host.run("rm", TERMINAL, DESKTOP, AUTOLOGIN, check=True)
    host.run("systemctl", "restart", "lightdm.service", check=True)
    host.shell("while systemctl is-active -q user-1000.slice; do sleep 0.2; done", check=True,
               deadline_s=LOGIN_S)


@check(FULL, installed, alone=True, limit_s=900)
def started_from_an_xterm_in_the_desktop_that_ends_the_guest_runs(host):
    _define(host)
    before = Before(host)
    pid = _log_alice_in(host)
    cgroup = host.read(f"/proc/{pid}/cgroup")
    scope = re.search(r"/user\.slice/user-1000\.slice/(session-\w+\.scope)", cgroup)
    assert scope, cgroup
    host.run("touch", GO, check=True)
    _await_ready(host, domain.SERIAL)
    _assert_away(host)
    assert host.run("systemctl", "is-active", scope[1]).stdout.strip() != "active"
    assert not host.shell(f"pgrep -u alice -f '^/bin/sh {TERMINAL}'").stdout, "it goes on"
    _baton(host, "wait", "--timeout", "5", NAME)
    _stop(host, NAME, title=f"libvirt:{NAME}")
    assert _terminal(host) != pid
    _log_alice_out(host)
    wait_home(host, before)
    _undefine(host)


# ---- rehearse ----

VERDICT = rf"(?m)^rehearsal[: ].*: {DEVICES} could be had in {SECONDS} and are home again"


def _rehearse(host, word):
    """A rehearsal that has the card, and time enough."""
    rehearsal = host.start("baton", "rehearse", "--timeout", "600", word)
    host.run("baton", "wait", "--timeout", str(HOME_S), "01:00", check=True, deadline_s=START_S)
    _assert_away(host)
    return rehearsal


@check(FULL, installed, limit_s=900)
def a_rehearsal_that_nobody_ends_comes_home_by_itself(host):
    before = Before(host)
    result = _baton(host, "rehearse", "--timeout", "3", "01:00", saying=VERDICT)
    assert "the time is over" in result.stderr, result
    wait_home(host, before)


@long(FULL, installed, limit_s=900)
def a_rehearsal_ends_when_it_is_asked_to(host):
    _define(host)
    before = Before(host)
    rehearsal = _rehearse(host, NAME)
    _baton(host, "detach", "01:00", code=3, saying=f"rehearsal of libvirt:{NAME}")
    host.shell("kill $(pgrep -fx 'baton rehearse .*')", check=True)
    result = rehearsal.wait(START_S)
    assert result.status == 0 and re.search(VERDICT, result.stdout), result
    wait_home(host, before)
    _undefine(host)


@long(FULL, installed, limit_s=900)
def devices_go_and_come_by_hand_by_the_name_of_their_guest(host):
    _define(host)
    before = Before(host)
    baton(host, "detach", NAME, deadline_s=START_S)
    _assert_away(host)
    assert "hand:0000:01:00.0" in baton(host, "status").stdout
    baton(host, "reattach", NAME, deadline_s=START_S)
    wait_home(host, before)
    _undefine(host)


@long(FULL, installed, limit_s=900)
def a_rehearsal_ends_when_enter_is_pressed(host):
    before = Before(host)
    # script(1) gives it a terminal, and passes on what comes through the pipe.
    host.run("mkfifo", "/run/keys", check=True)
    rehearsal = host.start("sh", "-c", "script -qefc 'baton rehearse --timeout 600 01:00' /dev/null "
                                       "<>/run/keys")
    host.run("baton", "wait", "--timeout", str(HOME_S), "01:00", check=True, deadline_s=START_S)
    _assert_away(host)
    host.shell("echo >/run/keys", check=True)
    result = rehearsal.wait(START_S)
    said = result.stdout.replace("\r", "")
    assert result.status == 0 and "Enter was pressed" in said and re.search(VERDICT, said), result
    host.run("rm", "/run/keys", check=True)
    wait_home(host, before)


@long(FULL, installed, limit_s=900)
def a_rehearsal_that_is_killed_comes_home_at_once(host):
    before = Before(host)
    _rehearse(host, "01:00")
    host.shell("kill -9 $(pgrep -fx 'baton rehearse .*')", check=True)
    wait_home(host, before, 30)
