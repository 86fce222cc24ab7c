# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the levels of ./check: `./check --help` tells the options."""

import argparse
import os
import pathlib
import signal
import sys

import levels
from schedule import Schedule
from screen import Screen


def parse():
    parser = argparse.ArgumentParser(prog="./check", allow_abbrev=False)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--fast", action="store_true")
    length.add_argument("--long", action="store_true")
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--no-install", action="store_true")
    return parser.parse_args()


def choose(options):
    if options.fast:
        return levels.fast()
    return levels.long(options.cold) if options.long else levels.usual(options.cold)


def main():
    options = parse()
    screen = Screen()

    os.chdir(pathlib.Path(__file__).parents[2])
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    if options.cold:
        levels.forget()
    rows = Schedule(choose(options), levels.CORES, screen).run()
    screen.table(rows)
    failed = sum(row.failed for row in rows)
    print(f"{sum(row.passed for row in rows)} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
