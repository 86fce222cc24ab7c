# SPDX-License-Identifier: GPL-2.0-or-later
"""The directory of the journals, hostile or full, and two hand-overs at once."""

import json
import re

from machine import Machine
from rig import CARD, DRIVERS, SECOND, Before, baton, cargo, detach, drivers, reattach
from scenario import check

MINI = Machine("mini")
STATE = "/run/baton"
JOURNAL = f"{STATE}/hand:{SECOND}.journal"


def _refused_with(host, script, saying, undo):
    """With the state directory as the script makes it, a detach is refused and changes nothing;
    undo makes it whole again."""
    host.shell(f"rm -rf {STATE}; {script}", check=True)
    before = Before(host)
    result = detach(host, SECOND, code=3)
    assert saying in result.stderr and len(result.stderr.splitlines()) == 1, result
    before.check(host)
    host.shell(undo, check=True)


@check(MINI, cargo)
def a_state_directory_that_is_not_ours_is_refused(host):
    _refused_with(host, f"mkdir -p /tmp/elsewhere; ln -s /tmp/elsewhere {STATE}", STATE,
                  f"rmdir /tmp/elsewhere; rm {STATE}")
    _refused_with(host, f"mkdir {STATE}; chmod 777 {STATE}", "written by others", f"rmdir {STATE}")
    _refused_with(host, f"mkdir -m 700 {STATE}; chown 1000 {STATE}", "written by others",
                  f"rmdir {STATE}")
    _refused_with(host, f"echo text >{STATE}", STATE, f"rm {STATE}")


@check(MINI, cargo)
def a_journal_that_is_a_link_is_refused_and_not_followed(host):
    _refused_with(host, f"mkdir -m 700 {STATE}; ln -s /tmp/target {JOURNAL}", JOURNAL,
                  f"rm -r {STATE}")
    assert host.missing(["/tmp/target"]) == ["/tmp/target"]


@check(MINI, cargo)
def without_room_for_the_journal_nothing_is_begun(host):
    full = (f"mkdir -m 700 {STATE}; mount -t tmpfs -o size=16k,mode=700 none {STATE}; "
            f"cat /dev/zero >{STATE}/filling 2>/dev/null; true")
    _refused_with(host, full, "No space left", f"umount {STATE}; rmdir {STATE}")
    # No file can be made at all.
    full = (f"mkdir -m 700 {STATE}; mount -t tmpfs -o nr_inodes=2,mode=700 none {STATE}; "
            f"touch {STATE}/filling")
    _refused_with(host, full, "No space left", f"umount {STATE}; rmdir {STATE}")


@check(MINI, cargo)
def room_that_goes_once_the_journal_is_there_keeps_no_card_away(host):
    host.shell(f"rm -rf {STATE}; mkdir -m 700 {STATE}; "
               f"mount -t tmpfs -o size=64k,mode=700 none {STATE}", check=True)
    before = Before(host)
    detach(host, "0000:01:00")
    host.shell(f"cat /dev/zero >{STATE}/filling 2>/dev/null; rm /tmp/x 2>/dev/null; true")
    reattach(host, "0000:01:00")
    host.run("rm", f"{STATE}/filling", check=True)
    before.check(host)
    host.shell(f"umount {STATE}; rmdir {STATE}", check=True)


@check(MINI, cargo)
def two_cards_can_be_asked_for_at_once(host):
    before = Before(host)
    commands = [host.start("baton", "detach", "--no-guard", card) for card in ("0000:01:00", SECOND)]
    results = [command.wait() for command in commands]
    assert [result.status for result in results] == [0, 0], results
    assert set(drivers(host, (*CARD, SECOND)).values()) == {"vfio-pci"}
    commands = [host.start("baton", "reattach", "--no-guard", card)
                for card in ("0000:01:00", SECOND)]
    results = [command.wait() for command in commands]
    assert [result.status for result in results] == [0, 0], results
    before.check(host)


@check(MINI, cargo)
def of_two_who_want_the_same_card_one_gets_it_and_one_is_refused(host):
    before = Before(host)
    commands = [host.start("baton", "detach", "--no-guard", SECOND) for _ in range(2)]
    results = [command.wait() for command in commands]
    assert sorted(result.status for result in results) == [0, 3], results
    assert host.driver(SECOND) == "vfio-pci"
    # Home at once, both: whoever comes second finds nothing to do.
    commands = [host.start("baton", "reattach", "--no-guard", SECOND) for _ in range(2)]
    results = [command.wait() for command in commands]
    assert [result.status for result in results] == [0, 0], results
    before.check(host)


@check(MINI, cargo)
def who_waits_for_a_card_goes_on_when_it_is_there(host):
    before = Before(host)
    waiting = host.start("baton", "wait", "--timeout", "60", SECOND)
    detach(host, SECOND)
    assert waiting.wait().status == 0
    late = baton(host, "wait", "--state", "host", "--timeout", "0", SECOND, code=1)
    assert f"{SECOND} is GUEST" in late.stderr, late
    waiting = host.start("baton", "wait", "--state", "host", "--timeout", "60", f"hand:{SECOND}")
    reattach(host, SECOND)
    assert waiting.wait().status == 0
    baton(host, "wait", "--state", "host", "proxmox:100", SECOND)
    baton(host, "wait", "--state", "away", SECOND, code=2)
    baton(host, "wait", "--timeout", "soon", SECOND, code=2)
    before.check(host)


@check(MINI, cargo)
def who_waits_too_long_is_told_who_has_the_lock(host):
    host.shell("mkdir -p /etc/baton", check=True)
    host.put("/etc/baton/baton.conf", "[timeouts]\nlock = 1\n")
    before = Before(host)
    # The first one is slow in the midst of its work.
    first = host.start("strace", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
                       "inject=fdatasync:delay_enter=8s:when=3",
                       "baton", "detach", "--no-guard", SECOND)
    host.shell(f"until grep -q push {JOURNAL} 2>/dev/null; do sleep 0.1; done", check=True)
    second = detach(host, "0000:01:00", code=3)
    assert re.search(r"baton \(process \d+\) has held the lock", second.stderr), second
    assert drivers(host, CARD) == {address: DRIVERS[address] for address in CARD}
    assert first.wait().status == 0
    host.run("rm", "-r", "/etc/baton", check=True)
    reattach(host, SECOND)
    before.check(host)


@check(MINI, cargo)
def a_journal_that_is_damaged_is_left_alone_with_its_card(host):
    before = Before(host)
    detach(host, SECOND)
    journal = host.get(JOURNAL)
    # A line in the middle is gone: nobody knows what else is.
    lines = journal.split(b"\n")
    host.put(JOURNAL, b"\n".join(lines[:4] + lines[5:]), 0o600)
    out = Before(host)
    # It hides no card, and says what to do about it.
    status = baton(host, "status", code=4)
    assert re.search(rf"^{SECOND[:-2]} +GUEST +-\n  {SECOND} vfio-pci$", status.stdout, re.MULTILINE)
    assert re.search(r"^0000:01:00 +HOST +-$", status.stdout, re.MULTILINE), status
    assert re.search(rf"^unreadable: the journal of hand:{SECOND}: line \d+ follows line \d+: .*"
                     r"docs/JOURNAL.md", status.stdout, re.MULTILINE), status
    over, = json.loads(baton(host, "status", "--json", code=4).stdout)["hand_overs"]
    assert over["way"] == "unreadable" and "follows line" in over["error"], over
    assert baton(host, "repair", code=4).stderr
    assert reattach(host, SECOND, code=4).stderr
    out.check(host)
    # A person has looked, and put it right.
    host.put(JOURNAL, journal, 0o600)
    reattach(host, SECOND)
    before.check(host)
