# SPDX-License-Identifier: GPL-2.0-or-later
"""The runner of ./check counts what it has to, and nothing that fails gets past it."""

import contextlib
import io
import os
import pathlib
import tempfile
import time
import unittest

import count
from level import Level, MesonLevel
from schedule import Schedule
from screen import Screen

CMOCKA = """[==========] tests: Running 3 test(s).
[ RUN      ] a
[       OK ] a
[==========] tests: 3 test(s) run.
[  PASSED  ] 2 test(s).
[  FAILED  ] tests: 1 test(s), listed below:
[  FAILED  ] b
"""
UNITTEST = "..\n----\nRan 5 tests in 0.1s\n\nFAILED (failures=1, errors=1)\n"
SKIPPED = "s.\n----\nRan 2 tests in 0.1s\n\nOK (skipped=1)\n"
MESON = ('{"name": "baton:unit / a", "result": "OK", "duration": 0.5, '
         '"stdout": "4 passed, 0 failed\\n", "stderr": ""}\n'
         '{"name": "baton:unit / b", "result": "%s", "duration": 0.5}\n')


class Count(unittest.TestCase):
    def test_what_tests_print(self):
        self.assertEqual(count.cases("x\n7 passed, 0 failed\n", "", True), (7, 0))
        self.assertEqual(count.cases(CMOCKA, "", False), (2, 1))
        self.assertEqual(count.cases("", UNITTEST, False), (3, 2))
        self.assertEqual(count.cases("words\n", "", True), (1, 0))

    def test_how_it_ended_counts_more(self):
        self.assertEqual(count.cases("7 passed, 0 failed\n", "", False), (7, 1))
        self.assertEqual(count.cases("words\n", "", False), (0, 1))

    def test_nothing_tried_and_skipped_are_failures(self):
        self.assertEqual(count.cases("0 passed, 0 failed\n", "", True), (0, 1))
        self.assertEqual(count.cases("", SKIPPED, True), (1, 1))

    def test_meson(self):
        self.assertEqual(count.suites(MESON % "OK"), {"unit": (1.0, 5, 0)})
        for result in ("FAIL", "TIMEOUT", "SKIP", "ERROR", "UNEXPECTEDPASS"):
            self.assertEqual(count.suites(MESON % result), {"unit": (1.0, 4, 1)}, result)


class Run(unittest.TestCase):
    def setUp(self):
        before = os.getcwd()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, before)
        os.chdir(folder.name)

    def run_levels(self, *levels):
        """({row: (passed, failed)}, what was shown)"""
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            rows = Schedule(levels, 2, Screen()).run()
        return {row.name: (row.passed, row.failed) for row in rows}, shown.getvalue()

    def test_what_fails_is_shown_and_what_passes_is_not(self):
        rows, shown = self.run_levels(Level("good", ["echo", "fine"]),
                                      Level("bad", ["sh", "-c", "echo broken; exit 3"]))
        self.assertEqual(rows, {"good": (1, 0), "bad": (0, 1)})
        self.assertIn("broken", shown)
        self.assertNotIn("fine", shown)

    def test_what_needs_something_bad_fails(self):
        rows, _ = self.run_levels(Level("build", ["false"]),
                                  Level("tests", ["touch", "it-ran"], needs=("build",)))
        self.assertEqual(rows, {"build": (0, 1), "tests": (0, 1)})
        self.assertFalse(pathlib.Path("it-ran").exists())

    def test_what_needs_something_good_waits_for_it(self):
        rows, _ = self.run_levels(
            Level("build", ["sh", "-c", "mkfifo f; cat f; touch built"]),
            Level("other", ["sh", "-c", "until [ -p f ]; do :; done; echo x > f"]),
            Level("tests", ["test", "-e", "built"], needs=("build",)))
        self.assertEqual(rows, {"build": (1, 0), "other": (1, 0), "tests": (1, 0)})

    def test_what_hangs_is_ended(self):
        begun = time.monotonic()
        rows, _ = self.run_levels(Level("hangs", ["sleep", "1000"], limit_s=0))
        self.assertEqual(rows, {"hangs": (0, 1), "hangs (hung)": (0, 1)})
        self.assertLess(time.monotonic() - begun, 60)

    def test_a_command_that_is_not_there_fails(self):
        rows, shown = self.run_levels(Level("absent", ["./no-such-program"]))
        self.assertEqual(rows, {"absent": (0, 1)})
        self.assertIn("no-such-program", shown)

    def test_suites_that_are_not_there_fail(self):
        level = MesonLevel.make("build", ["unit", "sim"])
        level.command = ["true"]
        level.log().parent.mkdir(parents=True)
        level.log().write_text(MESON % "OK")  # of an earlier run
        rows, _ = self.run_levels(level)
        self.assertEqual(rows, {"unit": (0, 1), "sim": (0, 1)})


if __name__ == "__main__":
    unittest.main()
