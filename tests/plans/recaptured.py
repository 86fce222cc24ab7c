#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine that baton has captured is, for baton, the same machine.

    recaptured.py UNFOLD BATON [FILE...]

Each machine of tests/machines is captured again, as it is and with names replaced, and every command
line of its golden file (golden.py), and lists in all forms, have to print the same on the copy. In
a fast check that is tried of every sixth machine.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import golden

LISTS = ("list", "list --json", "list --holders", "list --holders --json", "install --list",
         "check --json", "boot status", "boot status --json")


# What is replaced, and printed all the same.
REPLACED = re.compile(r'(?<=node )\w+|^ *"(serial|hardware_address|internet_address)": .*\n'
                      r'|(\d+\.){3}\d+/\d+|[0-9a-f:]*::[0-9a-f:]*/\d+', re.MULTILINE)


def ask(baton, file, words):
    """What is printed of a machine, but for what may be another on the copy."""
    answer = subprocess.run([baton, *words.split(), "--root", file], text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=60, check=False)
    return f"$ {words}\n{answer.stdout}= {answer.returncode}\n"


def capture(baton, original, copy, *options):
    subprocess.run([baton, "capture", *options, "--root", original, copy], check=True,
                   stderr=subprocess.DEVNULL, timeout=60)


def compare(unfold, baton, original, expected, *options):
    """What is not as expected, as differences."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = f"{scratch}/copy"
        capture(baton, original, copy, *options)
        for words, before in expected.items():
            after = (ask(baton, copy, words) if words in LISTS
                     else golden.ask(unfold, baton, copy, words))
            if not options:
                before, after = (REPLACED.sub("", text) for text in (before, after))
            if before != after:
                yield list(difflib.unified_diff(before.splitlines(True), after.splitlines(True),
                                                f"{words} of {original}", f"captured {options}"))


def main(arguments):
    """Returns the exit status."""
    unfold, baton, *names = arguments
    step = 6 if os.environ.get("BATON_TESTS") == "fast" else 1
    files = [pathlib.Path(name) for name in names] or sorted(golden.HERE.glob("*.txt"))[::step]
    passed = failed = 0
    for file in files:
        with golden.description(file.stem) as original:
            expected = {words: ask(baton, original, words) for words in LISTS}
            for row in re.split(r"^(?=\$ )", file.read_text(), flags=re.MULTILINE)[1:]:
                expected[row[2:row.index("\n")]] = row.rstrip("\n") + "\n"
            for options in (["--keep-names"], []):
                wrong = list(compare(unfold, baton, original, expected, *options))
                for lines in wrong:
                    sys.stdout.writelines(lines)
                passed += len(expected) - len(wrong)
                failed += len(wrong)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
