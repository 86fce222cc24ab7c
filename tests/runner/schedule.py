# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs levels side by side, as far as the cores go, in the order in which they stand."""

import collections
import os
import pathlib
import signal
import subprocess
import threading
import time

from level import Row

LOGS = pathlib.Path("build/check")
POLL_S = 1.0
PUT_AWAY_S = 10


class Running:
    """A level whose command runs. Its output goes to a file and is followed there."""

    def __init__(self, level, over):
        self.level = level
        self.begun = time.monotonic()
        self.log = LOGS / (level.name.replace(" ", "-") + ".log")
        self.timed_out = False
        level.prepare()
        # env: so that a command that is not there is a failure like any other.
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(
                ["env", *level.command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, env=os.environ | level.environment,
                start_new_session=True)
        threading.Thread(target=self._wait, args=[over], daemon=True).start()

    def _wait(self, over):
        self.process.wait()
        over.set()

    def seconds(self):
        return time.monotonic() - self.begun

    def output(self):
        return self.log.read_text(errors="replace")

    def last_line(self):
        with open(self.log, "rb") as file:
            file.seek(max(0, self.log.stat().st_size - 2000))
            text = file.read().decode(errors="replace")
        lines = [line.strip() for line in text.replace("\r", "\n").splitlines() if line.strip()]
        return lines[-1] if lines else ""

    def is_over(self):
        if self.seconds() > self.level.limit_s and not self.timed_out:
            self.timed_out = True
            self.stop()
        return self.process.poll() is not None

    def stop(self):
        """Ends the level's processes, which have a group of their own; first with a chance to
        put away what they started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                os.killpg(self.process.pid, number)
            try:
                self.process.wait(PUT_AWAY_S)
            except subprocess.TimeoutExpired:
                pass

    def rows(self):
        rows = self.level.rows(self.seconds(), self.process.returncode == 0, self.output())
        if self.timed_out:
            rows.append(Row(f"{self.level.name} (hung)", self.seconds(), 0, 1))
        return rows


class Schedule:
    def __init__(self, levels, cores, screen):
        for i, level in enumerate(levels):
            assert set(level.needs) <= {before.name for before in levels[:i]}, level.name
        self.waiting = list(levels)
        self.cores = cores
        self.screen = screen
        self.running = []
        self.bad = set()
        self.good = set()
        self.rows = collections.OrderedDict((level.name, []) for level in levels)
        self.over = threading.Event()

    def _free_cores(self):
        return self.cores - sum(min(one.level.cores, self.cores) for one in self.running)

    def _start_what_can(self):
        for level in list(self.waiting):
            failed = [name for name in level.needs if name in self.bad]
            if failed:
                self.waiting.remove(level)
                self.bad.add(level.name)
                self.rows[level.name] = [Row(level.name, 0.0, 0, 1)]
                self.screen.not_run(level.name, ", ".join(failed))
            elif (all(name in self.good for name in level.needs)
                  and self._free_cores() >= min(level.cores, self.cores)):
                self.waiting.remove(level)
                self.running.append(Running(level, self.over))

    def _end(self, one):
        self.running.remove(one)
        rows = one.rows()
        self.rows[one.level.name] = rows
        (self.bad if any(row.failed for row in rows) else self.good).add(one.level.name)
        self.screen.ended(rows, one.seconds(), one.level.name, one.log, one.output())

    def run(self):
        """All rows, in the order of the levels."""
        LOGS.mkdir(parents=True, exist_ok=True)
        try:
            while self.waiting or self.running:
                self._start_what_can()
                self.screen.running(
                    [(one.level.name, one.seconds(), one.last_line()) for one in self.running])
                self.over.wait(POLL_S)
                self.over.clear()
                for one in [one for one in self.running if one.is_over()]:
                    self._end(one)
        finally:
            for one in self.running:
                one.stop()
        return [row for rows in self.rows.values() for row in rows]
