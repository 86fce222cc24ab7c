# SPDX-License-Identifier: GPL-2.0-or-later
"""How many cases passed and failed, from what tests print.

A test that says nothing we know is one case. What a test prints never outweighs how it ended: one
that ended badly has failed at least once.
"""

import json
import re

VERDICT = re.compile(r"^(\d+) passed, (\d+) failed$")
CMOCKA_RUN = re.compile(r"^\[=+\] .*?(\d+) test\(s\) run\.", re.MULTILINE)
CMOCKA_PASSED = re.compile(r"^\[  PASSED  \] (\d+) test\(s\)", re.MULTILINE)
UNITTEST_RUN = re.compile(r"^Ran (\d+) tests? in", re.MULTILINE)
UNITTEST_BAD = re.compile(r"\b(?:failures|errors|skipped|unexpected successes)=(\d+)")
SUITE = re.compile(r"[^:]*:(\w+)[^/]* / ")  # "baton:unit / step"
MESON_GOOD = ("OK", "EXPECTEDFAIL")


def _sum(pattern, text):
    return sum(int(number) for number in pattern.findall(text))


def _by_verdict(text):
    lines = [line for line in text.splitlines() if line.strip()]
    verdict = VERDICT.match(lines[-1].strip()) if lines else None
    return (int(verdict[1]), int(verdict[2])) if verdict else None


def _by_cmocka(text):
    run, passed = _sum(CMOCKA_RUN, text), _sum(CMOCKA_PASSED, text)
    return (passed, run - passed) if run else None


def _by_unittest(text):
    run = _sum(UNITTEST_RUN, text)
    summary = text[text.rfind("\nRan "):]
    bad = min(_sum(UNITTEST_BAD, summary), run)
    return (run - bad, bad) if run else None


def cases(stdout, stderr, good):
    """(passed, failed) of one test program. good: it ended with exit code 0."""
    both = stdout + "\n" + stderr
    passed, failed = (_by_verdict(stdout) or _by_cmocka(both) or _by_unittest(both)
                      or (int(good), 1 - int(good)))
    if not good or passed + failed == 0:
        failed = max(failed, 1)
    return passed, failed


def suites(log):
    """{suite: (seconds, passed, failed)} from the lines of Meson's testlog.json."""
    found = {}
    for line in log.splitlines():
        test = json.loads(line)
        name = SUITE.match(test["name"])[1]
        good = test["result"] in MESON_GOOD
        passed, failed = cases(test.get("stdout", ""), test.get("stderr", ""), good)
        before = found.get(name, (0.0, 0, 0))
        found[name] = (before[0] + test["duration"], before[1] + passed, before[2] + failed)
    return found
