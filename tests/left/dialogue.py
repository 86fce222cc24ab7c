#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Talks to `baton boot setup` at a terminal, and compares the conversation with what it should be.

    dialogue.py BATON [--update] [FILE...]

A file, tests/left/NAME.dialogue, begins like one of tests/left/NAME.txt with a machine and what is
on it, and goes on with rows of

    $ WORDS of a baton command line
    what is printed; a line that ends with "> ANSWER" is a question, and what is typed
    = exit code

--update writes what it is now: then there may be rows that are but "$ WORDS" and "> ANSWER" lines.
"""

import os
import pty
import re
import select
import sys
import time

import golden

PATIENCE_S = 60
QUESTION = re.compile(r"\[[^\]\n]*\] $")


def read(terminal, deadline):
    """What comes next; nothing at the end."""
    if not select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))[0]:
        raise TimeoutError("baton says nothing more")
    try:
        return os.read(terminal, 4096).decode().replace("\r\n", "\n")
    except OSError:
        return ""


def converse(baton, machine, words, replies):
    """The conversation, and the exit code."""
    command, *rest = words.split()
    child, terminal = pty.fork()
    if child == 0:
        os.execv(baton, [baton, command, "--root", machine, *rest])
    deadline = time.monotonic() + PATIENCE_S
    said, since, replies = "", "", list(replies)
    while True:
        if QUESTION.search(since):
            reply = replies.pop(0)
            said += f"{since}> {reply}".rstrip(" ") + "\n"
            os.write(terminal, f"{reply}\n".encode())
            echo = ""
            while "\n" not in echo:
                echo += read(terminal, deadline)
            since = echo.split("\n", 1)[1]
        elif part := read(terminal, deadline):
            since += part
        else:
            break
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    if replies:
        raise AssertionError(f"baton did not ask for {replies}")
    return f"$ {words}\n{said}{since}= {code}\n"


def replies_of(row):
    """What is typed in a row."""
    return re.findall(r"(?:^|\] )> ?(.*)$", row, re.MULTILINE)


if __name__ == "__main__":
    sys.exit(golden.compare(
        sys.argv[1:], "*.dialogue",
        lambda baton, machine, row: converse(baton, machine, golden.words_of(row), replies_of(row))))
