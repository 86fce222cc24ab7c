#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""baton against programs that are not ours, on every captured machine and on the one at hand.

    run.py BATON UNFOLD RUN_REPORT [few]

few: the schemas alone, on some machines: a new key without words about it is to be seen soon.
"""

import os
import sys
import unittest

import captured


def main(arguments):
    for name, program in zip(("baton", "unfold", "run-report"), arguments):
        captured.PROGRAMS[name] = os.path.abspath(program)
    captured.PROGRAMS["few"] = "few" in arguments
    tests = ["test_schemas"] if captured.PROGRAMS["few"] else ["test_lists", "test_schemas"]
    unittest.main(module=None, argv=["run.py", *tests])


if __name__ == "__main__":
    main(sys.argv[1:])
