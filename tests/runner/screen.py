# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person sees while levels run.

On a terminal the last line is redrawn every second. Elsewhere (a log) a line is written now and
then, so that a long level is seen to be alive.
"""

import sys
import time

REDRAW_S = 1.0
REPEAT_S = 30.0
WIDTH = 99
SHOWN_LINES = 400


class Screen:
    def __init__(self):
        self.terminal = sys.stdout.isatty()
        self.shown = time.monotonic()

    def say(self, text):
        if self.terminal:
            print("\r\033[K", end="")
        print(text, flush=True)

    def running(self, levels):
        """levels: (name, seconds, last line of its output) of all that run now."""
        now = time.monotonic()
        if not levels or now - self.shown < (REDRAW_S if self.terminal else REPEAT_S):
            return
        self.shown = now
        texts = [f"{name} {seconds:.0f} s{': ' if line else ''}{line}"
                 for name, seconds, line in levels]
        if self.terminal:
            print("\r\033[K" + "; ".join(texts)[:WIDTH], end="", flush=True)
        else:
            for text in texts:
                print(f"  ...   {text}"[:WIDTH], flush=True)

    def ended(self, rows, seconds, name, log, output):
        good = not any(row.failed for row in rows)
        self.say(f"{'ok      ' if good else 'FAILED  '}{name:<20} {seconds:7.1f} s")
        if good:
            return
        lines = output.splitlines()
        if len(lines) > SHOWN_LINES:
            self.say(f"  (the last {SHOWN_LINES} of {len(lines)} lines; all of them: {log})")
        self.say("\n".join("  | " + line for line in lines[-SHOWN_LINES:]))

    def not_run(self, name, needs):
        self.say(f"FAILED  {name:<20} not run, because this failed: {needs}")

    def table(self, rows):
        self.say(f"\n  {'level':<22} {'seconds':>8} {'passed':>7} {'failed':>7}")
        for row in rows:
            self.say(f"  {row.name:<22} {row.seconds:>8.1f} {row.passed:>7} {row.failed:>7}")
        self.say("")
