# SPDX-License-Identifier: GPL-2.0-or-later
"""Starting baton costs little: heavy libraries are loaded only by the path that needs them.

usage: lazy.py BATON
"""

import re
import subprocess
import sys
import unittest

import tree

# What the program is linked with: what every start pays for (docs/ARCHITECTURE.md).
LINKED = {"libc.so", "libexpat.so", "libinih.so"}
SANITIZERS = {"libasan.so", "libubsan.so", "libclang_rt.asan.so"}
NEEDED = re.compile(r"\(NEEDED\).*\[(.*)\]")


def needed(dynamic):
    """The libraries in what `readelf -d` prints, without their versions."""
    return {re.sub(r"\.so.*", ".so", name) for name in NEEDED.findall(dynamic)}


def too_many(libraries):
    return sorted(libraries - LINKED - SANITIZERS)


class Lazy(tree.Rules):
    def test_linked_libraries(self):
        dynamic = subprocess.run(["readelf", "-dW", BATON], check=True, stdout=subprocess.PIPE,
                                 text=True).stdout
        libraries = needed(dynamic)
        self.assertIn("libc.so", libraries)
        self.assertEqual(too_many(libraries), [], "load it where it is needed: base/library.h")


if __name__ == "__main__":
    BATON = sys.argv.pop(1)
    unittest.main()
