# SPDX-License-Identifier: GPL-2.0-or-later
"""One level of ./check: a command, what it needs, and how its cases are counted."""

import dataclasses
import pathlib

import count


@dataclasses.dataclass
class Row:
    """One line of the table at the end."""

    name: str
    seconds: float
    passed: int
    failed: int


@dataclasses.dataclass
class Level:
    """A command that is run once. Exit code 0 and no failed case: it passed."""

    name: str
    command: list
    needs: tuple = ()  # names of levels that must have passed before
    cores: int = 1  # how many it keeps busy
    limit_s: int = 900  # a level that takes longer hangs
    environment: dict = dataclasses.field(default_factory=dict)

    def prepare(self):
        """Before it runs: puts away what an earlier run left and could be taken for this one's."""

    def rows(self, seconds, good, output):
        """What to put in the table. output: all that the command printed."""
        passed, failed = count.cases(output, "", good)
        return [Row(self.name, seconds, passed, failed)]


@dataclasses.dataclass
class MesonLevel(Level):
    """The test suites of one build: a row for each."""

    build: str = ""
    suites: tuple = ()
    titles: dict = dataclasses.field(default_factory=dict)  # of suites that other builds run too

    @classmethod
    def make(cls, build, suites, name="tests", **rest):
        command = ["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs", "--logbase",
                   "check"]
        for suite in suites:
            command += ["--suite", suite]
        return cls(name, command, build=build, suites=tuple(suites), **rest)

    def log(self):
        return pathlib.Path(self.build) / "meson-logs" / "check.json"

    def prepare(self):
        self.log().unlink(missing_ok=True)

    def rows(self, seconds, good, output):
        counted = count.suites(self.log().read_text()) if self.log().exists() else {}
        rows = [Row(self.titles.get(suite, "{}").format(suite),
                    *counted.get(suite, (0.0, 0, 1))) for suite in self.suites]
        if not good and not any(row.failed for row in rows):
            rows.append(Row(self.name, seconds, 0, 1))
        return rows
