# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines that a run prints for each test, and its counts."""

import sys
import threading


class Reporter:
    """Prints what comes of tests that have a title, a whole one at a time. May be used by threads."""

    def __init__(self, count):
        self.count = count
        self.passed = 0
        self.failed = 0
        self._lock = threading.Lock()

    def over(self, each, seconds, told, problem):
        """One is over. told: lines that it has to tell; problem: what went wrong, or None."""
        with self._lock:
            self.passed += problem is None
            self.failed += problem is not None
            word = "FAILED" if problem else "ok"
            done = f"{self.passed + self.failed:3}/{self.count}"
            print(f"{done} {word:6} {seconds:6.1f} s  {each.title}")
            for line in told:
                print(f"{'':23} {line}")
            if problem:
                print("\n".join(f"    {line}" for line in problem.rstrip().splitlines()))
            sys.stdout.flush()
