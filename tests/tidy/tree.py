# SPDX-License-Identifier: GPL-2.0-or-later
"""The files of the tree, and a test case for rules about each of them.

A rule is a function that takes a file's path and text and returns what is wrong, as sentences.
planted.py shows each rule something wrong, so that no rule is one that cannot fail.
"""

import os
import pathlib
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
NOT_OURS = (".git", "__pycache__", "out")


def _is_ours(name):
    return name not in NOT_OURS and not name.startswith("build")


def files(below="", suffixes=None):
    """Paths relative to the top, sorted. suffixes: (".c", ".h"); None: all files."""
    found = []
    for folder, folders, names in os.walk(TOP / below):
        folders[:] = [name for name in folders if _is_ours(name)]
        for name in names:
            path = pathlib.Path(folder, name)
            if name in NOT_OURS or path.is_symlink():
                continue
            if suffixes is None or path.suffix in suffixes:
                found.append(str(path.relative_to(TOP)))
    return sorted(found)


def read(path):
    """The file's text, or None if it is not text."""
    try:
        return (TOP / path).read_text()
    except UnicodeDecodeError:
        return None


class Rules(unittest.TestCase):
    """Gives a test method per rule a way to say everything that is wrong at once."""

    maxDiff = None

    def hold(self, rule, paths):
        """Asks the rule about every file; all that is wrong is the message of one failure."""
        self.assertTrue(paths, "no file to look at: where have they gone?")
        wrong = []
        for path in paths:
            text = read(path)
            if text is not None:
                wrong += [f"{path}: {sentence}" for sentence in rule(path, text)]
        self.nothing(wrong)

    def nothing(self, wrong):
        """Fails with all that is wrong, one sentence a line."""
        if wrong:
            self.fail("\n" + "\n".join(wrong))


def lines(text, pattern, sentence):
    """One sentence with its line for each line in which the pattern is found."""
    return [f"line {number}: {sentence}: {line.strip()}"
            for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]
