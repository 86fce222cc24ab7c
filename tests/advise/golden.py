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
        (self.root / DOMAINS).mkdir(parents=True, exist_ok=True)
        for file in (HERE / "guests").glob("*.xml"):
            shutil.copy(file, self.root / DOMAINS)

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


def follow(place, words):
    """The sentences of what is wrong with the advice for a guest of libvirt's."""
    asked = place.ask(words, "--json")
    if asked.returncode != 0:
        return
    advice = json.loads(asked.stdout)
    if not advice["guest"].startswith("libvirt:"):
        return
    file = place.root / DOMAINS / (advice["guest"].removeprefix("libvirt:") + ".xml")
    before = file.read_text()
    if advice["diff"]:
        made = run("patch", "--no-backup-if-mismatch", file, text=advice["diff"])
        if made.returncode != 0 or "fuzz" in made.stdout or "offset" in made.stdout:
            yield f"patch does not take the diff: {made.stdout}"
        theirs = run(*commands(words, advice), text=HEADER.sub("", before))
        after = file.read_text()
        if theirs.returncode != 0:
            yield f"virt-xml does not take the commands: {theirs.stdout}"
        elif canonical(ElementTree.fromstring(theirs.stdout)) != canonical(
                ElementTree.fromstring(after)):
            yield "virt-xml makes something else of the commands:\n" + theirs.stdout
    checked = run("virt-xml-validate", file, "domain")
    if checked.returncode != 0:
        yield f"libvirt's schema does not take the result: {checked.stdout}"
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
