#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What baton advises on machines of tests/machines, for the guests of tests/advise/guests.

    golden.py UNFOLD BATON [--update] [FILE...]

A golden file, tests/advise/MACHINE.txt, is a row of

    $ WORDS behind `baton advise`
    what it prints
    = exit code

--update writes what it is now, to be read before it is committed. Of each guest of libvirt's it is
also asked whether its diff can be applied, whether libvirt's own schema takes the result, whether
virt-xml makes the same of the commands, and whether nothing more is advised then.
"""

import difflib
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).parent
DOMAINS = "etc/libvirt/qemu"
CONFIGURATIONS = "etc/pve/qemu-server"
HEADER = re.compile(r"\A<!--.*?-->\s*", re.DOTALL)


def run(*command, text=None):
    """What it prints and exits with."""
    return subprocess.run([str(word) for word in command], input=text, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


class Place:
    """A machine with all guests on it."""

    def __init__(self, unfold, baton, machine, directory):
        self.root = pathlib.Path(directory) / "machine"
        self.baton = baton
        run(unfold, machine, "", "cp", "-a", "{}", self.root).check_returncode()
        # A machine of the emulated kind has no KVM and no firmware for guests.
        for file in () if machine.startswith("virtual") else (
                "dev/kvm", "usr/share/OVMF/OVMF_CODE_4M.fd", "usr/share/OVMF/OVMF_VARS_4M.fd"):
            (self.root / file).parent.mkdir(parents=True, exist_ok=True)
            (self.root / file).touch()
        for directory, pattern in ((DOMAINS, "*.xml"), (CONFIGURATIONS, "*.conf")):
            (self.root / directory).mkdir(parents=True, exist_ok=True)
            for file in (HERE / "guests").glob(pattern):
                shutil.copy(file, self.root / directory)
        units = self.root / "etc/systemd/system"
        units.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "guests/old.service", units / "old@.service")
        shutil.copy(HERE / "guests/none.service", units)
        for name, unit in (("bare", "old@bare.service"), ("none", "none.service"),
                           ("gone", "gone.service")):
            file = self.root / f"etc/baton/guests/{name}.conf"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"[guest]\nunit = {unit}\n")
        (self.root / "etc/pve/mapping").mkdir(exist_ok=True)
        shutil.copy(HERE / "guests/pci.cfg", self.root / "etc/pve/mapping")
        (self.root / "etc/hostname").write_text("pve1\n")

    def ask(self, words, *options):
        return run(self.baton, "advise", "--root", self.root, *options, *shlex.split(words))

    def answer(self, words):
        """The row of a golden file."""
        answer = self.ask(words)
        printed = answer.stdout.replace(str(self.root), "ROOT")
        return f"$ {words}\n{printed}= {answer.returncode}\n"


def canonical(element):
    """What an XML document says, in whatever order. virt-xml knows no order, and we a better one;
    the numbers of attributes are what they are."""
    children = sorted((canonical(child) for child in element), key=repr)
    return (element.tag, sorted(element.attrib.items()), (element.text or "").strip(), children)


def in_diff(words, piece):
    """A matter of taste is, if its id was given."""
    return piece["command"] and (piece["level"] != "taste" or "--only" in words)


def commands(words, advice):
    """The edits of all that stands in the diff, as one command of virt-xml's: the guest's name is
    left out, so that it takes the definition from its standard input."""
    command = ["virt-xml", "--connect", "test:///default", "--edit"]
    for piece in advice["advice"]:
        if in_diff(words, piece):
            command += shlex.split(piece["command"].replace("\\\n", " "))[3:]
    return command


def leftover(words, advice):
    """What has to be said no more once the diff was applied."""
    return [piece["id"] for piece in advice["advice"] if in_diff(words, piece)]


def by_virt_xml(words, advice, before, file):
    """Does virt-xml make the same of the commands, and libvirt's schema take it?"""
    theirs = run(*commands(words, advice), text=HEADER.sub("", before))
    if theirs.returncode != 0:
        yield f"virt-xml does not take the commands: {theirs.stdout}"
    elif canonical(ElementTree.fromstring(theirs.stdout)) != canonical(
            ElementTree.fromstring(file.read_text())):
        yield "virt-xml makes something else of the commands:\n" + theirs.stdout
    checked = run("virt-xml-validate", file, "domain")
    if checked.returncode != 0:
        yield f"libvirt's schema does not take the result: {checked.stdout}"


def main_section(text):
    """{key: value} of a configuration of Proxmox's."""
    lines = text.split("\n[", maxsplit=1)[0].splitlines()
    return dict(line.split(": ", maxsplit=1) for line in lines if not line.startswith("#"))


def by_qm(words, advice, before, file):
    """Do the commands of `qm set` come to what the diff does?"""
    values = main_section(before)
    for piece in advice["advice"]:
        if not in_diff(words, piece):
            continue
        command = shlex.split(piece["command"].replace("\\\n", " "))[3:]
        for option, value in zip(command[::2], command[1::2]):
            if option == "--delete":
                for key in value.split(","):
                    del values[key]
            else:
                values[option.removeprefix("--")] = value
    if values != main_section(file.read_text()):
        yield f"the commands come to something else: {values}"
    if before.partition("\n[")[2] != file.read_text().partition("\n[")[2]:
        yield "what is below the main section has changed"


def by_qemu(place, words, advice):
    """Is nothing more said of a unit that runs the command as a whole?"""
    if not advice["whole"]:
        return
    file = place.root / "etc/systemd/system/old@.service"
    before = file.read_text()
    command = advice["whole"].replace("\\\n", " ").replace("\n", " ")
    file.write_text(f"[Service]\nExecStart=/usr/sbin/baton run {command}\n")
    again = json.loads(place.ask(words, "--json").stdout)
    if again["diff"] or leftover(words, again):
        yield f"there is more to say then: {leftover(words, again)}\n{again['diff']}"
    file.write_text(before)


def follow(place, words):
    """The sentences of what is wrong with the advice for a guest."""
    asked = place.ask(words, "--json")
    if asked.returncode != 0:
        return
    advice = json.loads(asked.stdout)
    door, name = advice["guest"].split(":", maxsplit=1)
    if door == "qemu":
        yield from by_qemu(place, words, advice)
        return
    file = place.root / (f"{DOMAINS}/{name}.xml" if door == "libvirt"
                         else f"{CONFIGURATIONS}/{name}.conf")
    before = file.read_text()
    if advice["diff"]:
        made = run("patch", "--no-backup-if-mismatch", file, text=advice["diff"])
        if made.returncode != 0 or "fuzz" in made.stdout or "offset" in made.stdout:
            yield f"patch does not take the diff: {made.stdout}"
        yield from (by_virt_xml if door == "libvirt" else by_qm)(words, advice, before, file)
    again = json.loads(place.ask(words, "--json").stdout)
    if again["diff"] or leftover(words, again):
        yield f"there is more to say then: {leftover(words, again)}\n{again['diff']}"
    file.write_text(before)


def rows(text):
    """The words of a golden file, in order."""
    return re.findall(r"^\$ (.*)$", text, re.MULTILINE)


def look(unfold, baton, file, update):
    """The sentences of what is wrong with a golden file."""
    expected = file.read_text()
    with tempfile.TemporaryDirectory() as directory:
        place = Place(unfold, baton, file.stem, directory)
        found = "\n".join(place.answer(words) for words in rows(expected))
        for words in rows(expected):
            yield from (f"{file.stem}: {words}: {wrong}" for wrong in follow(place, words))
    if update:
        file.write_text(found)
    elif found != expected:
        yield "".join(difflib.unified_diff(expected.splitlines(True), found.splitlines(True),
                                           str(file), "what it is now"))


def main(arguments):
    """Returns the exit status."""
    update = "--update" in arguments
    unfold, baton, *names = [word for word in arguments if word != "--update"]
    files = [pathlib.Path(name) for name in names] or sorted(HERE.glob("*.txt"))
    wrong = [sentence for file in files for sentence in look(unfold, baton, file, update)]
    for sentence in wrong:
        print(sentence)
    print(f"{len(files)} files, {len(wrong)} failed")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
