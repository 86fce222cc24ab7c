# SPDX-License-Identifier: GPL-2.0-or-later
"""`baton run`: a plain QEMU with a hand-over around it, on a host with systemd and a login screen."""

import shlex

import domain
from baton import installed
from machine import Machine
from rig import CARD, DRIVERS, Before, states, wait_home
from scenario import check

FULL = Machine("full")
START_S = 300
SERIAL = "/run/serial"
PIDFILE = "/run/guest.pid"


def _words(*more, kernel_options="exit=wait", devices=CARD):
    """The words of a QEMU that has the card and the tiny guest."""
    words = ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg", "-m", "32", "-display", "none",
             "-vga", "none", "-nic", "none", "-name", "guest=plain", "-serial", f"file:{SERIAL}",
             "-kernel", domain.KERNEL, "-append", kernel_options]
    for address in devices:
        words += ["-device", f"vfio-pci,host={address},rombar=0"]
    return [*words, *more]


def _clear(host):
    """The last guest's words are not this one's."""
    host.run("rm", "-f", SERIAL, check=True)


def _await_ready(host):
    host.shell(f"until grep -q READY {SERIAL} 2>/dev/null; do sleep 0.2; done", check=True,
               deadline_s=START_S)


@check(FULL, installed)
def the_guests_own_exit_code_is_passed_on(host):
    before = Before(host)
    words = _words("-device", "isa-debug-exit", kernel_options="exit=now code=3")
    result = host.run("baton", "run", "--", *words, deadline_s=START_S)
    assert result.status == 7, result
    assert "READY" in host.read(SERIAL)
    wait_home(host, before)


@check(FULL, installed)
def a_qemu_that_does_not_start_gives_its_code_and_the_card_comes_home(host):
    before = Before(host)
    result = host.run("baton", "run", "--", *_words("-nonsense"), deadline_s=START_S)
    assert result.status == 1 and "nonsense" in result.stderr, result
    wait_home(host, before)


@check(FULL, installed)
def signals_reach_the_guest(host):
    before = Before(host)
    _clear(host)
    run = host.start("baton", "run", *_words())
    _await_ready(host)
    host.shell("kill $(pgrep -x baton)", check=True)
    result = run.wait(START_S)
    assert result.status == 0, result
    wait_home(host, before)


@check(FULL, installed)
def the_card_comes_home_although_baton_was_killed(host):
    before = Before(host)
    _clear(host)
    host.start("baton", "run", "--", *_words())
    _await_ready(host)
    # Not the guard, which is a baton too.
    host.shell("kill -9 $(pgrep -fx 'baton run .*')", check=True)
    assert {host.driver(address) for address in CARD} == {"vfio-pci"}
    host.shell("pgrep -f '[q]emu-system.*guest=plain' && kill $(pgrep -f '[q]emu-system')", check=True)
    wait_home(host, before)


@check(FULL, installed)
def a_qemu_in_the_background_keeps_the_card_until_it_ends(host):
    before = Before(host)
    _clear(host)
    result = host.run("baton", "run", "--guest", "other name", "--",
                      *_words("-daemonize", "-pidfile", PIDFILE), deadline_s=START_S)
    assert result.status == 0, result
    _await_ready(host)
    assert states(host)["0000:01:00"] == "GUEST", states(host)
    host.shell(f"kill $(cat {PIDFILE})", check=True)
    wait_home(host, before)


@check(FULL, installed)
def of_two_that_want_the_card_the_second_is_told_who_has_it(host):
    before = Before(host)
    _clear(host)
    first = host.start("baton", "run", *_words())
    _await_ready(host)
    words = [word.replace("guest=plain", "guest=second") for word in _words()]
    result = host.run("baton", "run", *words, deadline_s=START_S)
    assert result.status == 123 and "qemu:plain" in result.stderr, result
    result = host.run("baton", "run", *_words(), deadline_s=START_S)
    assert result.status == 123 and "qemu:plain" in result.stderr, result
    host.shell("kill $(pgrep -f '[q]emu-system.*guest=plain')", check=True)
    assert first.wait(START_S).status == 0
    wait_home(host, before)


@check(FULL, installed)
def what_cannot_be_right_is_refused_before_anything_is_touched(host):
    before = Before(host)
    for words, code, saying in (
            (["nonsense-qemu"], 122, "not a program"),
            (_words(devices=["0000:00:00"]), 122, "0000:00:00"),
            (_words(devices=["0000:09:00.0"]), 123, "does not exist"),
            (["--no-guard", *_words("-daemonize")], 122, "guard")):
        result = host.run("baton", "run", *words, deadline_s=START_S)
        assert result.status == code and saying in result.stderr, (shlex.join(words), result)
    assert host.driver(CARD[0]) == DRIVERS[CARD[0]]
    before.check(host)
