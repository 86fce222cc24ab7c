# SPDX-License-Identifier: GPL-2.0-or-later
"""What is going on, on standard error, while a long part runs.

On a terminal one line is redrawn every second with the elapsed time. Elsewhere (a log) a line is
written when a part begins, every half minute while it goes on, and when it ends.
"""

import contextlib
import sys
import threading
import time

REDRAW_S = 1.0
REPEAT_S = 30.0


class _Part:
    def __init__(self, title):
        self.title = title
        self.begun = time.monotonic()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._tell, daemon=True)
        self.thread.start()

    def seconds(self):
        return time.monotonic() - self.begun

    def _tell(self):
        terminal = sys.stderr.isatty()
        if not terminal:
            say(f"{self.title} ...")
        while not self.over.wait(REDRAW_S if terminal else REPEAT_S):
            if terminal:
                print(f"\r\033[K{self.title} ... {self.seconds():.0f} s", end="", file=sys.stderr,
                      flush=True)
            else:
                say(f"{self.title} ... {self.seconds():.0f} s")

    def end(self, outcome):
        self.over.set()
        self.thread.join()
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
        say(f"{self.title}: {outcome}, {self.seconds():.1f} s")


def say(line):
    """Write one line to standard error."""
    print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def part(title):
    """Tell of a part for as long as the body of the `with` runs."""
    current = _Part(title)
    try:
        yield
    except BaseException:
        current.end("failed")
        raise
    current.end("done")
