#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""baton against programs that are not ours, on every captured machine and on the one at hand.

    run.py BATON UNFOLD RUN_REPORT
"""

import os
import sys
import unittest

import captured


def main(arguments):
    for name, program in zip(("baton", "unfold", "run-report"), arguments):
        captured.PROGRAMS[name] = os.path.abspath(program)
    unittest.main(module=None, argv=["run.py", "test_lists", "test_schemas"])


if __name__ == "__main__":
    main(sys.argv[1:])
