# SPDX-License-Identifier: GPL-2.0-or-later
"""What a command of baton changes, seen by strace: its writes to /sys, the modules it loads and
unloads, and its calls over D-Bus; and what a plan says that it will."""

import codecs
import re

_SYSCALLS = "write,pwrite64,writev,sendmsg,openat,finit_module,init_module,delete_module"
_WRITE = re.compile(r'^(?:\d+ +)?write\(\d+<(/sys/[^>]*)>, "(.*)", \d+\)')
_LOAD = re.compile(r'^(?:\d+ +)?finit_module\(\d+<.*/([^/.]+)\.ko[^>]*>')
# A module that is packed is unpacked by libkmod: the file that was opened last says which.
_OPEN = re.compile(r'^(?:\d+ +)?openat\((?:.*/([^/".]+)\.ko(?:\.\w+)?")?')
_LOAD_UNPACKED = re.compile(r"^(?:\d+ +)?init_module\(")
_SEND = re.compile(r'^(?:\d+ +)?sendmsg\(')
_UNFINISHED = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
_PART = re.compile(r'iov_base="((?:[^"\\]|\\.)*)"')

# In a message of D-Bus: the field of the header that holds the method's name.
_METHOD = re.compile(rb"\x03\x01s\x00(?:.\x00{3})([A-Za-z0-9]+)\x00", re.DOTALL)
_UNIT = re.compile(rb"([A-Za-z0-9@_.\\:-]+\.(?:service|scope|slice|target))\x00")

# What vfio_pci needs comes along with it.
_NEEDED = ("vfio", "vfio_virqfd", "vfio_pci_core", "vfio_iommu_type1", "irqbypass", "iommufd")

# Calls that change nothing.
_ASKING = {"Hello", "AddMatch", "RemoveMatch", "Subscribe", "LoadUnit", "Get"}


def changes(host, *words):
    """Do `baton WORDS`; returns pairs of what it wrote, loaded or called, and to or of what."""
    host.run("strace", "-f", "-y", "-s", "2000", "-o", "/tmp/trace", "-e", f"trace={_SYSCALLS}",
             "baton", *words, check=True, deadline_s=300)
    found = []
    opened = None
    for line in _whole(host.get("/tmp/trace").decode().splitlines()):
        if write := _WRITE.match(line):
            found.append(("/".join(write[1].split("/")[-2:]), write[2].removesuffix("\\n")))
        elif opening := _OPEN.match(line):
            opened = opening[1] or opened
        elif load := _LOAD.match(line):
            found += _load(load[1])
        elif _LOAD_UNPACKED.match(line):
            found += _load(opened)
        elif _SEND.match(line):
            found += _calls(line)
        else:
            assert not re.search(r"(init_module|delete_module|/sys/)", line), line
    return found


def _load(name):
    """The loading of a module, unless it comes along with another."""
    module = name.replace("-", "_")
    return [("module", module)] if module not in _NEEDED else []


def _whole(lines):
    """The lines with those joined that a call of another process came between, in the order in
    which the calls began."""
    whole = []
    begun = {}
    for line in lines:
        if unfinished := _UNFINISHED.match(line):
            begun[unfinished[1]] = len(whole)
            whole.append(f"{unfinished[1]} {unfinished[2]}")
        elif resumed := _RESUMED.match(line):
            whole[begun.pop(resumed[1])] += resumed[2]
        else:
            whole.append(line)
    return whole


def _calls(line):
    """The calls in one sendmsg that are not mere questions: (method, unit)."""
    data = b"".join(codecs.escape_decode(part)[0] for part in _PART.findall(line))
    calls = []
    for method in _METHOD.finditer(data):
        name = method[1].decode()
        unit = _UNIT.search(data, method.end())
        if name not in _ASKING:
            calls.append((name, unit[1].decode() if unit else ""))
    return calls


def steps(plan):
    """The steps of a printed plan, each as fact, subject, old and new value."""
    return [tuple(line.split()) for line in plan.splitlines() if not line.startswith(" ")]


def expected(fact, subject, old, new):
    """What a step is as changes() tells it."""
    if fact == "module":
        return [("module", subject)]
    if fact == "service":
        return ([("StopUnit", subject)] if new == "down"
                else [("ResetFailedUnit", subject), ("StartUnit", subject)])
    if fact == "override":
        return [(f"{subject}/driver_override", "" if new == "-" else new)]
    return [(f"{old}/unbind" if new == "-" else f"{new}/bind", subject)]


def expected_all(plan_steps):
    """The same for a row of steps."""
    return [change for step in plan_steps for change in expected(*step)]


def home(plan_steps):
    """The way back from these steps; modules stay."""
    return [(fact, subject, new, old) for fact, subject, old, new in reversed(plan_steps)
            if fact != "module"]
