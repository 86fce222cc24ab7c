#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what baton would do on each machine of tests/machines with what it should do.

    golden.py UNFOLD BATON [--update] [FILE...]

A golden file, tests/plans/MACHINE.txt, is a row of

    $ WORDS of a baton command line
    what it prints, refusals included
    = exit code

Before the words may stand a policy, "$ [holders = refuse] plan 01:00": lines of the section
[policy] of baton.conf, with "; " between them.

--update writes what it is now, to be read before it is committed. A machine whose description is
a program, tests/machines/MACHINE.py, is what that prints.
"""

import contextlib
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
MACHINES = HERE.parent / "machines"


def requests(text):
    """The command lines of a golden file, in order."""
    return re.findall(r"^\$ (.*)$", text, re.MULTILINE)


def ask(unfold, baton, machine, words):
    """What baton prints and exits with on the machine."""
    policy, line = re.fullmatch(r"(?:\[(.*)\] )?(.*)", words).groups()
    command, *rest = line.split()
    settings = "\n".join(["[policy]", *policy.split("; "), ""]) if policy else ""
    answer = subprocess.run([unfold, machine, settings, baton, command, "--root", "{}", *rest],
                            text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=60, check=False)
    # The directory has another name each time.
    printed = re.sub(r"/\S*machine\.\w+", "ROOT", answer.stdout)
    # As long as there are some, how many findings there could be is no matter of one machine's.
    printed = re.sub(r"\b\d+ things were looked for", "N things were looked for", printed)
    return f"$ {words}\n{printed}= {answer.returncode}\n"


@contextlib.contextmanager
def description(name):
    """The path of the machine's description."""
    program = MACHINES / f"{name}.py"
    with tempfile.NamedTemporaryFile(suffix=".umockdev") as file:
        if program.exists():
            subprocess.run([sys.executable, program], stdout=file, check=True)
        yield file.name if program.exists() else str(MACHINES / f"{name}.umockdev")


def answers(unfold, baton, name, text):
    """What a golden file should be."""
    with description(name) as machine:
        return "\n".join(ask(unfold, baton, machine, words) for words in requests(text))


def main(arguments):
    """Returns the exit status."""
    update = "--update" in arguments
    unfold, baton, *names = [word for word in arguments if word != "--update"]
    files = [pathlib.Path(name) for name in names] or sorted(HERE.glob("*.txt"))
    passed = failed = 0
    for file in files:
        expected = file.read_text()
        found = answers(unfold, baton, file.stem, expected)
        if update:
            file.write_text(found)
        elif found != expected:
            failed += 1
            sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True),
                                                       found.splitlines(True),
                                                       str(file), "what it is now"))
            continue
        passed += len(requests(expected))
    machines = {file.stem for pattern in ("*.umockdev", "*.py") for file in MACHINES.glob(pattern)}
    for missing in sorted(machines - {file.stem for file in HERE.glob("*.txt")}):
        print(f"tests/plans/{missing}.txt is missing: the machine is in tests/machines")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
