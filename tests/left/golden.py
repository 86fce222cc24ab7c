#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what baton finds of others' set-ups, and how it would take it away, with what it should.

    golden.py BATON [--update] [FILE...]

A golden file, tests/left/NAME.txt, begins with "# machine: MACHINE" of tests/machines, goes on with
what is on that machine besides (the format of tests/machines/README.md), and ends with rows of

    $ WORDS of a baton command line
    what it prints
    = exit code

--update writes what it is now, to be read before it is committed.
"""

import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
MACHINES = HERE.parent / "machines"


def ask(baton, machine, words):
    """What baton prints and exits with on the machine."""
    command, *rest = words.split()
    answer = subprocess.run([baton, command, "--root", machine, *rest], text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=60, check=False)
    return f"$ {words}\n{answer.stdout}= {answer.returncode}\n"


def refill(baton, text, answer):
    """What a golden file should be: its machine, and each row's answer(baton, machine, row)."""
    name = re.match(r"# machine: (\S+)\n", text)[1]
    head, *rows = re.split(r"^(?=\$ )", text, flags=re.MULTILINE)
    with tempfile.NamedTemporaryFile("w", suffix=".umockdev") as machine:
        machine.write((MACHINES / f"{name}.umockdev").read_text() + "\n" + head)
        machine.flush()
        return head + "\n".join(answer(baton, machine.name, row) for row in rows)


def words_of(row):
    """The words of a row's command line."""
    return row.split("\n", 1)[0][2:]


def compare(arguments, pattern, answer):
    """All files of the pattern, or those that are named; returns the exit status."""
    update = "--update" in arguments
    baton, *names = [word for word in arguments if word != "--update"]
    files = [pathlib.Path(name) for name in names] or sorted(HERE.glob(pattern))
    failed = 0
    for file in files:
        expected = file.read_text()
        found = refill(baton, expected, answer)
        if update:
            file.write_text(found)
        elif found != expected:
            failed += 1
            sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True),
                                                       found.splitlines(True),
                                                       str(file), "what it is now"))
    print(f"{len(files) - failed} passed, {failed} failed")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(compare(sys.argv[1:], "*.txt",
                     lambda baton, machine, row: ask(baton, machine, words_of(row))))
