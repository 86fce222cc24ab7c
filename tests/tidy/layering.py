# SPDX-License-Identifier: GPL-2.0-or-later
"""Each layer includes headers only of layers that it may use (docs/ARCHITECTURE.md)."""

import pathlib
import re
import unittest

import tree

# The layers in their order, and what each may use besides itself.
MAY_USE = {
    "base": set(),
    "early": set(),
    "host": {"base"},
    "inventory": {"base", "early", "host"},
    "capture": {"base", "host"},
    "request": {"base"},
    "plan": {"base", "host", "request"},
    "run": {"base", "plan"},
    "linux": {"base", "host", "plan", "run"},
    "advise": {"base", "host", "inventory", "request"},
    "report": {"base", "host", "inventory", "request", "advise", "plan", "run"},
    "setup": {"base", "early", "host", "inventory"},
    "check": {"base", "host", "inventory", "request", "advise", "plan", "setup"},
    "asked": {"base", "host", "request", "plan", "run"},
    "turn": {"base", "host", "request", "plan", "run"},
    "handover": {"base", "host", "request", "plan", "run", "asked", "turn"},
    "stayer": {"base", "host", "request", "plan", "run"},
    "stay": {"base", "host", "request", "plan", "run", "handover", "stayer"},
    "guard": {"base", "host", "request", "plan", "run", "handover", "stay"},
    "front": {"base", "host", "inventory", "capture", "request", "advise", "plan", "run", "report",
              "setup", "check", "asked", "handover", "guard"},
    "main": {"base", "host", "inventory", "capture", "request", "advise", "plan", "run", "linux",
             "report", "setup", "check", "handover", "guard", "front"},
}
# A plan is made of these types, so whoever handles plans names them, and calls nothing of theirs.
TYPES = {"run": {"host/host.h", "request/request.h"}}

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]*)"')
INCLUDE_DIRECTORIES = re.compile(r"include_directories\(")


def layer_of(path):
    """"src/plan/step.h" and "plan/step.h" belong to plan, "handover.h" to handover."""
    return pathlib.PurePath(path.removeprefix("src/")).parts[0].split(".")[0]


# What changes files stands in base, because both of these need it.
CREATORS = {"base/create.h": {"base", "linux", "setup"}}


def _judge(path, include):
    layer, used = layer_of(path), layer_of(include)
    if layer not in CREATORS.get(include, {layer}):
        return "writes, which only linux/ and setup/ may"
    if ".." in pathlib.PurePath(include).parts or include.startswith("./"):
        return "is relative: name it from src/"
    if used not in MAY_USE:
        return "is of no layer: name it from src/"
    if used != layer and used not in MAY_USE[layer] and include not in TYPES.get(layer, ()):
        return f"is of {used}, which {layer} may not use"
    return None


def includes(path, text):
    if layer_of(path) not in MAY_USE:
        return [f"there is no layer {layer_of(path)}: docs/ARCHITECTURE.md lists them"]
    wrong = []
    for line in text.splitlines():
        match = INCLUDE.match(line)
        sentence = _judge(path, match[1]) if match else None
        if sentence:
            wrong.append(f'"{match[1]}" {sentence}')
    return wrong


def own_header_first(path, text):
    """So that each header is seen to stand alone."""
    own = path.removeprefix("src/").removesuffix(".c") + ".h"
    first = re.search(r'^#include [<"](.*)[>"]', text, re.MULTILINE)
    if not path.endswith(".c") or not (tree.TOP / "src" / own).exists():
        return []
    return [] if first and first[1] == own else [f'the first include has to be "{own}"']


def include_directories(path, text):
    """src/ is the only directory in which headers of src/ are found."""
    allowed = 1 if path == "src/meson.build" else 0
    count = len(INCLUDE_DIRECTORIES.findall(text))
    return [] if count <= allowed else ["only src/ itself is an include directory"]


class Layering(tree.Rules):
    def test_includes(self):
        self.hold(includes, tree.files("src", (".c", ".h")))

    def test_own_header_first(self):
        self.hold(own_header_first, tree.files("src", (".c",)))

    def test_include_directories(self):
        self.hold(include_directories, tree.files("src", (".build",)))


if __name__ == "__main__":
    unittest.main()
