# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in every file, and what stands in none."""

import re
import unittest

import tree

SPDX = re.compile(r"SPDX-License-Identifier: GPL-2\.0-or-later\b")
SPDX_LINES = 3
CODE = (".c", ".h", ".py", ".sh", ".build", ".ini", ".fish", ".scd", "meson_options.txt")
LEFT_OPEN = re.compile(r"\b(TODO|FIXME|XXX|HACK|unimplemented)\b|not implemented")
SOMEBODYS = re.compile(r"(?<![\w.$}])/(home|Users|work)/\w|/root/\.\w")
REGISTRY = re.compile(
    r"\b(deb|security|ftp|snapshot|http|archive|mirror)[\w.-]*\.(debian|ubuntu)\.(org|com|net)"
    r"|\b(pypi\.org|pythonhosted\.org|crates\.io|npmjs\.(org|com)|docker\.io|ghcr\.io|quay\.io"
    r"|proxy\.golang\.org|rubygems\.org)\b")
TRAILING = re.compile(r"[ \t]+$")
LONG = re.compile(r"^.{111,}$")

# They have to name what they forbid.
OURSELVES = ("tests/tidy/words.py", "tests/tidy/planted.py")
# Recorded as they were, byte for byte, or put into a virtual host as they are.
RECORDED = re.compile(r"tests/(machines|golden|fuzz/corpus|kernel/full/root|sim/bugs)/"
                      r"|tests/plans/.*\.txt$|tests/proxmox/.*\.(conf|txt)$")
LICENCE = "LICENSE"


def _is_script(text):
    return text.startswith("#!")


def licence(path, text):
    named = path.endswith(CODE) or _is_script(text)
    if not named or RECORDED.match(path):
        return []
    head = "\n".join(text.splitlines()[:SPDX_LINES])
    return [] if SPDX.search(head) else ["has no SPDX-License-Identifier at its top"]


def left_open(path, text):
    return tree.lines(text, LEFT_OPEN, "finish it, or write an issue")


def somebodys_paths(path, text):
    return tree.lines(text, SOMEBODYS, "a path of somebody's machine")


def registries(path, text):
    return tree.lines(text, REGISTRY, "where packages come from is the machine's own business")


def blanks(path, text):
    wrong = tree.lines(text, TRAILING, "ends with blanks")
    if text and not text.endswith("\n"):
        wrong.append("the last line has no end")
    return wrong


def width(path, text):
    return tree.lines(text.expandtabs(8), LONG, "is longer than 110 columns")


def _written():
    return [path for path in tree.files() if not RECORDED.match(path)
            and path not in OURSELVES and path != LICENCE]


class Words(tree.Rules):
    def test_licence(self):
        self.hold(licence, tree.files())

    def test_nothing_is_left_open(self):
        self.hold(left_open, _written())

    def test_no_path_of_somebodys_machine(self):
        self.hold(somebodys_paths, _written())

    def test_no_registry(self):
        self.hold(registries, _written())

    def test_blanks(self):
        self.hold(blanks, _written())

    def test_width(self):
        self.hold(width, [path for path in _written() if path.endswith((".py", ".sh", ".build"))
                          or _is_script(tree.read(path) or "")])


if __name__ == "__main__":
    unittest.main()
