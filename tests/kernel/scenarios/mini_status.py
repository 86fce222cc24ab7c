# SPDX-License-Identifier: GPL-2.0-or-later
"""What people and scripts are told of a hand-over: status, and --json of those who act."""

import json
import re
import time

from machine import Machine
from rig import CARD, SECOND, Before, baton, cargo, detach, reattach
from scenario import check

MINI = Machine("mini")
SOUND = CARD[1]
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(\d+ (s|min) ago\)"
LOOK_S = 30
WAITS = (r"waits until nobody has the sound card open any more: (sh|sleep) \(process \d+\) has "
         "/dev/snd/controlC0 open")


def _status(host, code=0):
    """What status prints, and the same as JSON."""
    text = baton(host, "status", code=code, deadline_s=LOOK_S).stdout
    return text, json.loads(baton(host, "status", "--json", code=code, deadline_s=LOOK_S).stdout)


def _card(report, slot):
    return next(card for card in report["cards"] if card["card"] == slot)


def _slow(address, driver, how):
    """strace's words that do something to the one write that unbinds from a driver. It stays
    beside the command, whose exit code is seen at once."""
    return ("strace", "-D", "-f", "-o", "/dev/null", "-P",
            f"/sys/bus/pci/drivers/{driver}/unbind", "-e", "trace=write", "-e",
            f"inject=write:{how}", "baton", "detach", "--json", "--no-guard", address)


def _until(host, condition):
    host.shell(f"until {condition}; do sleep 0.1; done", check=True, deadline_s=60)


@check(MINI, cargo)
def who_has_a_card_through_which_door_and_since_when(host):
    before = Before(host)
    text, report = _status(host)
    assert f"{SECOND[:-2]}    HOST       -\n" in text, text
    assert report["hand_overs"] == [] and report["lock"] is None, report
    began = int(host.run("date", "+%s").stdout)
    detach(host, SECOND)
    text, report = _status(host)
    assert f"{SECOND[:-2]}    GUEST      hand:{SECOND}\n  {SECOND} vfio-pci\n" in text, text
    assert re.search(rf"^  by hand, since {TIME}$", text, re.MULTILINE), text
    assert "left" not in text and "lock" not in text, text
    card = _card(report, SECOND[:-2])
    assert (card["guest"], card["door"]) == (f"hand:{SECOND}", "hand"), card
    stamp = host.run("date", "-u", "-d", card["since"].rstrip("Z").replace("T", " "), "+%s")
    assert 0 <= int(stamp.stdout) - began <= 120, (card, began)
    assert [over["way"] for over in report["hand_overs"]] == ["held"], report
    reattach(host, SECOND)
    before.check(host)


@check(MINI, cargo)
def a_card_that_somebody_took_from_a_guest_is_mixed(host):
    before = Before(host)
    detach(host, SECOND)
    # All of it: no function is with the guest, whose journal has it.
    host.shell(f"cd /sys/bus/pci; echo {SECOND} >drivers/vfio-pci/unbind; "
               f"echo >devices/{SECOND}/driver_override; "
               f"echo {SECOND} >drivers/bochs-drm/bind", check=True)
    text, report = _status(host)
    assert f"{SECOND[:-2]}    MIXED      hand:{SECOND}\n  {SECOND} bochs-drm\n" in text, text
    assert _card(report, SECOND[:-2])["state"] == "MIXED"
    late = baton(host, "wait", "--state", "host", "--timeout", "0", SECOND, code=1)
    assert "MIXED" in late.stderr, late
    reattach(host, SECOND)
    before.check(host)
    # And one function of three.
    detach(host, CARD[0])
    host.shell(f"echo {SOUND} >/sys/bus/pci/drivers/vfio-pci/unbind", check=True)
    text, report = _status(host)
    assert f"{CARD[0][:-2]}    MIXED      hand:" in text and f"  {SOUND} -\n" in text, text
    reattach(host, CARD[0])
    before.check(host)


@check(MINI, cargo, alone=True, limit_s=600)
def a_writer_that_hangs_is_named_and_nobody_who_looks_hangs_with_it(host):
    host.shell("mkdir -p /etc/baton && modprobe -a vfio_iommu_type1 vfio-pci", check=True)
    host.put("/etc/baton/baton.conf", "[timeouts]\ndevice = 8\n")
    before = Before(host)
    words = " ".join(_slow(SOUND, "snd_hda_intel", "delay_enter=5s"))
    detaching = host.start("sh", "-c", f"{words} >/tmp/report 2>/tmp/errors")
    journal = f"/run/baton/hand:{SOUND}.journal"
    _until(host, f"grep -q 'push driver {SOUND} snd_hda_intel' {journal} 2>/dev/null")
    # The write is still to come: somebody opens the card, and its driver cannot let go of it.
    holder = host.start("sh", "-c", "exec 3</dev/snd/controlC0; sleep 600")
    text, report = _status(host)
    assert re.search(rf"^lock: process \d+ \(baton detach .*\) has it, and runs since {TIME}$",
                     text, re.MULTILINE), text
    assert "repair" not in text and report["lock"]["command"].startswith("baton detach"), report
    assert detaching.wait(120).status == 4

    began = time.monotonic()
    text, report = _status(host)
    listed = baton(host, "list", deadline_s=LOOK_S)
    assert time.monotonic() - began < LOOK_S
    assert f"{SOUND}  " in listed.stdout and "in flight" in listed.stdout, listed
    assert f"{CARD[0][:-2]}    UNRESOLVED hand:{SOUND}\n" in text, text
    assert re.search(rf"^  {SOUND} \S+ \(in flight\)$", text, re.MULTILINE), text
    assert re.search(rf"^hand-over of hand:{SOUND}, on the way home, last heard of {TIME}\n"
                     rf"  left: driver {SOUND} snd_hda_intel -\n"
                     rf"    process \d+ \(baton .*\) is still at it, and runs since {TIME}\n"
                     rf"    it {WAITS}\n"
                     r"  left by a run that has ended: the guard goes on with it, or `baton "
                     r"repair`$", text, re.MULTILINE), text
    over, = report["hand_overs"]
    left, = over["left"]
    assert (over["way"], over["key"], report["lock"]) == ("home", f"hand:{SOUND}", None), report
    assert " D " in host.read(f"/proc/{left['writer']['pid']}/stat"), left
    told = json.loads(host.read("/tmp/report"))
    assert told["result"] == "unresolved" and "still in the kernel" in told["errors"][0], told
    assert re.search(WAITS, told["errors"][0]) and re.fullmatch(WAITS, left["waits_for"]), told
    assert host.read("/tmp/errors") == ""

    holder.kill(group=True)
    _until(host, f"[ ! -d /proc/{left['writer']['pid']} ]")
    baton(host, "repair")
    host.run("rm", "-r", "/etc/baton", check=True)
    before.check(host)
    assert _status(host)[1]["hand_overs"] == []


@check(MINI, cargo)
def what_was_done_is_told_as_json(host):
    before = Before(host)
    plan = json.loads(baton(host, "plan", "--json", SECOND).stdout)
    wanted = [[step[key] for key in ("fact", "subject", "from", "to")] for step in plan["steps"]]
    out = detach(host, "--json", SECOND)
    told = json.loads(out.stdout)
    assert out.stderr == "" and told["result"] == "done" and told["errors"] == [], out
    assert told["guests"] == [f"hand:{SECOND}"] and told["refusals"] == [], told
    assert [[step[key] for key in ("fact", "subject", "from", "to")]
            for step in told["steps"]] == wanted, told
    assert {step["outcome"] for step in told["steps"]} == {"done"}, told
    assert all(0 < step["duration_us"] < 60e6 for step in told["steps"]), told
    # It has what it asks for already.
    again = json.loads(detach(host, "--json", SECOND, code=3).stdout)
    assert again["result"] == "refused" and "baton reattach" in again["errors"][0], again
    dry = json.loads(reattach(host, "-n", "--json", SECOND).stdout)
    assert dry["result"] == "done" and dry["guests"] == [f"hand:{SECOND}"], dry
    assert [[step["subject"], step["from"], step["to"]] for step in dry["steps"]] == [
        [subject, to, former] for fact, subject, former, to in reversed(wanted)
        if fact != "module"], (dry, wanted)
    assert all("outcome" not in step for step in dry["steps"]), dry
    home = reattach(host, "--json", SECOND)
    told = json.loads(home.stdout)
    assert home.stderr == "" and told["result"] == "done", home
    assert told["steps"] and {step["outcome"] for step in told["steps"]} == {"undone"}, told
    refused = json.loads(detach(host, "--json", "0000:7f:00.0", code=3).stdout)
    assert [refusal["kind"] for refusal in refused["refusals"]] == ["no-device"], refused
    assert json.loads(reattach(host, "-n", "--json", SECOND).stdout)["steps"] == []
    refused = json.loads(reattach(host, "-n", "--json", "0000:7f:00.0", code=3).stdout)
    assert [refusal["kind"] for refusal in refused["refusals"]] == ["no-device"], refused
    unknown = json.loads(detach(host, "--json", "nonsense", code=2).stdout)
    assert unknown["result"] == "usage" and "nonsense" in unknown["errors"][0], unknown
    before.check(host)


@check(MINI, cargo)
def what_failed_and_was_undone_is_told_as_json(host):
    host.run("modprobe", "-a", "vfio_iommu_type1", "vfio-pci", check=True)
    before = Before(host)
    words = " ".join(_slow(SECOND, "bochs-drm", "error=EIO"))
    result = host.shell(f"{words} 2>/tmp/errors")
    told = json.loads(result.stdout)
    assert result.status == 1 and told["result"] == "undone", result
    assert [step["outcome"] for step in told["steps"]][0] == "failed", told
    assert len(told["errors"]) == 1 and "bochs-drm" in told["errors"][0], told
    before.check(host)
