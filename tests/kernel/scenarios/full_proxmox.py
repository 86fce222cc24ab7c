# SPDX-License-Identifier: GPL-2.0-or-later
"""The card goes to guests of a Proxmox VE and comes home, however they start and end: each row of
who calls post-stop, and when nobody does. A stand-in plays Proxmox VE (proxmox/README.md), with the
old and the new mechanism of post-stop.

What is told is a table: the event, old or new, the phases called after the guest's start, who brought
the card home, after how long something was done and when it was home, counted from QEMU's end.
"""

import time

import pve
from machine import Machine
from rig import CARD, DRIVERS, HOME_S, LOGIN_S, Before
from scenario import check, long

FULL = Machine("full")
START_S = 400        # under TCG and with another host beside
QUIET_S = 15         # the most that may pass before somebody begins to bring the card home
SETTLED_S = 30

START = ["pre-start", "post-start"]
READY = f"until grep -q READY {pve.SERIAL} 2>/dev/null; do sleep 0.2; done"
POWEROFF = "qm sendkey 100 ret"
KILL = f"kill -9 $(cat {pve.PID})"

# What happens to a guest that runs -> the phases that are called then.
ENDS = {
    "qm stop": ("qm stop 100", ["pre-stop", "post-stop"]),
    "qm shutdown": ("qm shutdown 100", ["pre-stop", "post-stop"]),
    "the guest switches itself off": (POWEROFF, ["post-stop"]),
    "kill -9 of QEMU": (KILL, ["post-stop"]),
}


def _said(host):
    """What everybody said: for failures."""
    return host.shell(f"cat {pve.EVENTS}; journalctl -b --no-pager -o cat -t baton "
                      "-u 'baton-guard*' -u qmeventd | tail -40; cat /run/baton/* 2>/dev/null").stdout


def _start(host, **settings):
    """A guest with the card that has taken it all from the hook, and nothing by itself."""
    pve.put(host, **settings)
    result = host.run("qm", "start", "100", deadline_s=START_S)
    assert result.status == 0, f"{result}\n{_said(host)}"
    assert pve.seen(host).bound == [], f"{pve.seen(host)}\n{_said(host)}"
    _assert_away(host)
    host.shell(READY, check=True, deadline_s=START_S)
    assert "PCI 0000:01:00.0 1234:1111" in host.read(pve.SERIAL), host.read(pve.SERIAL)


def _assert_away(host):
    drivers = {host.driver(address) for address in CARD}
    assert drivers == {"vfio-pci"}, f"{drivers}\n{_said(host)}"


def _do(host, event):
    """Do it; returns its status and when QEMU ended (or, without one, the event was over), in
    microseconds."""
    result = host.shell(f"""
pid=$(cat {pve.PID} 2>/dev/null)
[ -z "$pid" ] || {{ while [ -e /proc/$pid ]; do sleep 0.05; done; date +%s%N >/run/ended; }} &
{event}
status=$?
[ -n "$pid" ] || date +%s%N >/run/ended
wait $!
echo
echo $status $(cat /run/ended)
""", deadline_s=START_S)
    status, ended_ns = result.stdout.splitlines()[-1].split()
    return int(status), int(ended_ns) // 1000, result


def _wait_phases(host, phases, codes=None):
    """Until these phases have been called since the start of the scenario, and are over: with these
    exit codes, or all with 0."""
    deadline = time.monotonic() + SETTLED_S
    while True:
        seen = pve.seen(host)
        if seen.phases == phases and seen.over == (codes or [0] * len(phases)):
            return
        assert time.monotonic() < deadline, f"not {phases}: {seen}\n{_said(host)}"
        time.sleep(0.2)


def _wait_home(host, before, then="true"):
    """Until no journal is left and the login screen is there; when `then` is done: as before."""
    host.shell("while ls /run/baton/*.journal >/dev/null 2>&1; do sleep 0.1; done; " + then,
               check=True, deadline_s=HOME_S)
    host.wait_login(LOGIN_S)
    before.check(host)


def _tell(tell, event, legacy, phases, home):
    """home: a pve.Home, None if there was nothing to bring home, or a sentence."""
    way = (f"{home.who:14} {home.quiet_s:5.1f} s {home.seconds:6.1f} s"
           if isinstance(home, pve.Home) else home or "it never left")
    tell(f"{event:48} {'old' if legacy else 'new'}  {', '.join(phases) or '-':44} {way}")


def _ends(host, tell, name, event, phases, *, legacy=False, status=0, begun=START, codes=None,
          who=None, before=None, then="true"):
    """What begins with `begun` ends by an event: these phases are called, and all is as before."""
    code, ended_us, result = _do(host, event)
    assert code == status, f"{result}\n{_said(host)}"
    _wait_home(host, before, then)
    _wait_phases(host, [*begun, *phases], codes)
    home = pve.home(host, ended_us)
    _tell(tell, name, legacy, phases, home)
    assert home is None or home.quiet_s <= QUIET_S, f"{home}\n{_said(host)}"
    assert who is None or home.who == who, f"{home}\n{_said(host)}"


def _cycle(host, tell, name, event, phases, *, legacy=False, who=None, then="true"):
    """A guest starts and ends by an event."""
    before = Before(host)
    _start(host, legacy=legacy)
    _ends(host, tell, name, event, phases, legacy=legacy, who=who, before=before, then=then)


def _fails(host, tell, name, *, legacy=False, code=0, who="guard", command="qm start 100",
           **settings):
    """A start that fails, code being pre-start's: nobody calls post-stop, all is as before."""
    before = Before(host)
    pve.put(host, legacy=legacy, **settings)
    _ends(host, tell, name, command, ["pre-start"], legacy=legacy, status=255, begun=[],
          codes=[code], who=who, before=before)


@check(FULL, pve.installed, limit_s=900)
def the_card_goes_to_a_guest_and_comes_home_by_qm_stop(host, tell):
    _cycle(host, tell, "qm stop", *ENDS["qm stop"])


@check(FULL, pve.installed, limit_s=900)
def a_guest_that_switches_itself_off_gives_the_card_back(host, tell):
    _cycle(host, tell, "the guest switches itself off", *ENDS["the guest switches itself off"])


@check(FULL, pve.installed, limit_s=900)
def the_card_survives_a_qemu_that_is_killed(host, tell):
    _cycle(host, tell, "kill -9 of QEMU", *ENDS["kill -9 of QEMU"])


@long(FULL, pve.installed, limit_s=900)
def qm_shutdown_gives_the_card_back(host, tell):
    _cycle(host, tell, "qm shutdown", *ENDS["qm shutdown"])


@long(FULL, pve.installed, limit_s=3000)
def every_end_gives_the_card_back_in_the_old_mechanism(host, tell):
    for name, (event, phases) in ENDS.items():
        _cycle(host, tell, name, event, phases, legacy=True)


@long(FULL, pve.installed, limit_s=900)
def the_card_comes_home_when_the_old_qm_cleanup_looks_too_early(host, tell):
    before = Before(host)
    _start(host, legacy=True)
    host.shell(f"touch {pve.EARLY}", check=True)
    _ends(host, tell, "qm cleanup finds QEMU still there", KILL, [], legacy=True, who="guard",
          before=before)


def _reboots(host, tell, legacy):
    before = Before(host)
    _start(host, legacy=legacy)
    code, _, _ = _do(host, f"rm {pve.SERIAL}; qm reboot 100")
    assert code == 0, _said(host)
    again = ["pre-stop", "post-stop", *START]
    host.shell(READY, check=True, deadline_s=START_S)
    _wait_phases(host, [*START, *again])
    assert pve.seen(host).bound == [], _said(host)
    _assert_away(host)
    _tell(tell, "qm reboot", legacy, again, "the guest has it again")
    _ends(host, tell, "qm stop after that", "qm stop 100", ["pre-stop", "post-stop"],
          legacy=legacy, begun=[*START, *again], before=before)


@long(FULL, pve.installed, limit_s=1200)
def qm_reboot_takes_the_card_home_and_out_again(host, tell):
    _reboots(host, tell, False)


@long(FULL, pve.installed, limit_s=1200)
def qm_reboot_takes_the_card_home_and_out_again_in_the_old_mechanism(host, tell):
    _reboots(host, tell, True)


@long(FULL, pve.installed, limit_s=900)
def a_reset_changes_nothing(host, tell):
    before = Before(host)
    _start(host, append="exit=wait end=reset")
    with_guest = Before(host)
    for name, event in (("qm reset", "qm reset 100"), ("the guest resets itself", POWEROFF)):
        host.shell(f"truncate -s 0 {pve.SERIAL}; {event}; {READY}", check=True, deadline_s=START_S)
        with_guest.check(host)
        _wait_phases(host, START)
        _tell(tell, name, False, [], "the guest keeps it")
    _ends(host, tell, "qm stop after that", "qm stop 100", ["pre-stop", "post-stop"],
          before=before)


@long(FULL, pve.installed, limit_s=900)
def a_stop_that_fails_leaves_the_card_with_the_guest(host, tell):
    before = Before(host)
    _start(host)
    with_guest = Before(host)
    result = host.shell("qm suspend 100 && qm shutdown 100 --timeout 5", deadline_s=START_S)
    assert result.status == 255 and "got timeout" in result.stderr, result
    time.sleep(QUIET_S)
    with_guest.check(host)
    _wait_phases(host, [*START, "pre-stop"])
    _tell(tell, "qm shutdown that fails", False, ["pre-stop"], "the guest keeps it")
    _ends(host, tell, "qm stop after that", "qm stop 100", ["pre-stop", "post-stop"],
          begun=[*START, "pre-stop"], before=before)


@check(FULL, pve.installed, limit_s=900)
def a_start_that_fails_after_pre_start_gives_the_card_back(host, tell):
    _fails(host, tell, "a volume is missing", scsi0="/nonexistent.raw")


@check(FULL, pve.installed, limit_s=900)
def a_qemu_that_cannot_have_its_device_gives_the_card_back(host, tell):
    _fails(host, tell, "vfio error in QEMU",
           hostpci="01:00,romfile=missing.rom")


@long(FULL, pve.installed, limit_s=900)
def failed_starts_give_the_card_back_in_the_old_mechanism(host, tell):
    _fails(host, tell, "a volume is missing", scsi0="/nonexistent.raw", legacy=True)
    _fails(host, tell, "vfio error in QEMU", legacy=True,
           hostpci="01:00,romfile=missing.rom")


@long(FULL, pve.installed, limit_s=900)
def a_hookscript_that_fails_after_us_gives_the_card_back(host, tell):
    host.put(f"{pve.SNIPPETS}/both",
             f'#!/bin/sh\n{pve.SNIPPETS}/baton "$@" && [ "$2" != pre-start ]\n', 0o755)
    _fails(host, tell, "another hook fails in pre-start", code=1,
           hook="local:snippets/both")


@long(FULL, pve.installed, limit_s=900)
def a_card_that_is_not_there_is_refused(host, tell):
    _fails(host, tell, "pre-start refuses: no such card", code=3, who=None,
           hostpci="0a:00,rombar=0")


@check(FULL, pve.installed, limit_s=900)
def a_backup_of_a_guest_that_does_not_run_is_refused_the_card(host, tell):
    _fails(host, tell, "backup of a guest that does not run", who=None,
           code=3, command="qm backup 100")
    assert "lock:" not in host.read(pve.CONFIG)


@check(FULL, pve.installed, limit_s=900)
def the_card_comes_home_when_qmeventd_is_down(host, tell):
    _cycle(host, tell, "qmeventd is down, kill -9 of QEMU",
           f"systemctl stop qmeventd.service; {KILL}", [], who="guard",
           then="systemctl start qmeventd.service")


@long(FULL, pve.installed, limit_s=900)
def the_card_comes_home_when_qmeventd_is_restarted_with_post_stop_in_it(host, tell):
    before = Before(host)
    _start(host)
    code, ended_us, _ = _do(host, f"{KILL}; until grep -q 'post-stop begins' {pve.EVENTS}; do :; done; "
                               "systemctl restart qmeventd.service")
    assert code == 0, _said(host)
    _wait_home(host, before)
    _tell(tell, "qmeventd is restarted during post-stop", False, ["post-stop"],
          pve.home(host, ended_us))


@check(FULL, pve.installed, limit_s=900)
def the_card_comes_home_when_its_entry_is_to_go(host, tell):
    _cycle(host, tell, "hostpci0 is to go, the guest switches itself off",
           f"qm set 100 --delete hostpci0 && {POWEROFF}", ["post-stop"])
    assert "hostpci" not in host.read(pve.CONFIG)


@long(FULL, pve.installed, limit_s=900)
def the_card_comes_home_when_its_entry_is_to_go_in_the_old_mechanism(host, tell):
    _cycle(host, tell, "hostpci0 is to go, qm stop",
           "qm set 100 --delete hostpci0 && qm stop 100", ["pre-stop", "post-stop"], legacy=True)


@long(FULL, pve.installed, limit_s=900)
def the_card_comes_home_when_another_is_to_come(host, tell):
    _cycle(host, tell, "hostpci0 is to be another card, qm stop",
           "qm set 100 --hostpci0 02:00,rombar=0 && qm stop 100", ["pre-stop", "post-stop"])


@long(FULL, pve.installed, limit_s=900)
def the_card_comes_home_when_the_configuration_is_deleted(host, tell):
    _cycle(host, tell, "the configuration is deleted, and the guest ends",
           f"rm {pve.CONFIG}; {POWEROFF}", [], who="guard")


@long(FULL, pve.installed, limit_s=900)
def the_card_comes_home_when_the_hookscript_is_taken_away(host, tell):
    _cycle(host, tell, "no hookscript any more, qm stop",
           "qm set 100 --delete hookscript && qm stop 100", [], who="guard")


@long(FULL, pve.installed, limit_s=900)
def a_start_right_after_a_stop_has_the_card_again(host, tell):
    before = Before(host)
    _start(host, legacy=True)
    code, _, _ = _do(host, f"rm {pve.SERIAL}; qm stop 100 && qm start 100")
    assert code == 0, _said(host)
    host.shell(READY, check=True, deadline_s=START_S)
    _assert_away(host)
    tell(f"qm stop && qm start, old: {', '.join(pve.seen(host).phases)}")
    host.shell(f"rm {pve.EVENTS}; qm stop 100", check=True, deadline_s=START_S)
    _wait_home(host, before)


@long(FULL, pve.installed, alone=True, limit_s=1200)
def the_host_can_restart_while_a_guest_has_the_card(host, tell):
    for legacy in (False, True):
        _start(host, legacy=legacy)
        started = time.monotonic()
        host.reboot(deadline_s=600)
        seconds = time.monotonic() - started
        phases = pve.seen(host).phases[len(START):]
        _tell(tell, f"the host restarts, within {seconds:.0f} s", legacy, phases,
              pve.home(host, pve.end_us(host), boot=-1))
        # The old mechanism's `qm cleanup` may end together with qmeventd, in which it runs.
        assert phases == ["pre-stop", "post-stop"][:len(phases) if legacy else 2], _said(host)
        drivers = {address: host.driver(address) for address in CARD}
        assert drivers == {address: DRIVERS[address] for address in CARD}, drivers
        assert host.shell("ls /run/baton").stdout == ""


HOOK = """#!/bin/sh
lock=$(flock -n /run/lock/qemu-server/lock-100.conf true && echo free || echo held)
echo "$* $LC_ALL $(wc -c) $lock" >>/run/hook
[ "$2" != post-start ] || sleep 3 &
"""


@check(FULL, pve.installed, limit_s=300)
def the_stand_in_calls_a_hook_as_proxmox_ve_does(host, tell):
    host.put(f"{pve.SNIPPETS}/log", HOOK, 0o755)
    for legacy in (False, True):
        pve.put(host, None, hook="local:snippets/log", legacy=legacy)
        host.run("rm", "-f", "/run/hook", check=True)
        host.shell("qm start 100 && qm stop 100", check=True, deadline_s=START_S)
        phases = [*START, "pre-stop", "post-stop"]
        _wait_phases(host, phases)
        assert host.read("/run/hook").splitlines() == [f"100 {each} C 0 held" for each in phases]
        waited = host.shell(f"awk '/post-start/ {{print $1}}' {pve.EVENTS}").stdout.split()
        assert float(waited[1]) - float(waited[0]) >= 3, "it did not wait for the output's end"
    host.run("chmod", "-x", f"{pve.SNIPPETS}/log", check=True)
    result = host.run("qm", "start", "100")
    assert result.status == 255 and "is not executable" in result.stderr, result
    tell("argv, LC_ALL, an empty stdin, the lock held, the output awaited, x asked for every time")
