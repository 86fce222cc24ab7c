# SPDX-License-Identifier: GPL-2.0-or-later
"""What a row is: one thing that holds on a boot system, tried on a machine of its own.

A row is a function whose name is the sentence that it proves, in a module rows_*.py:

    @row(check=("grub-initramfs-tools",))
    def the_words_asked_for_are_on_the_next_command_line(machine):
        ...

It gets a bench.Bench, and fails by raising anything. The decorator says on which systems it is tried
(on: names of systems.SYSTEMS, by default all), and on which of these always (check): on the others
only with --long. A row that takes a second argument gets `tell`, a function that prints a line below
the row's own.
"""

import dataclasses
import inspect
from typing import Callable

import systems

_all = []


@dataclasses.dataclass(frozen=True)
class Row:
    """One row on one system."""

    function: Callable
    system: systems.System
    length: str

    @property
    def title(self):
        """The sentence that it proves, after its system."""
        return f"{self.system.name}: {self.function.__name__.replace('_', ' ')}"

    def run(self, machine, tell):
        """Do it on a bench.Bench; raises if it does not hold."""
        wants_tell = len(inspect.signature(self.function).parameters) > 1
        self.function(machine, *[tell] * wants_tell)


def row(on=tuple(systems.SYSTEMS), check=()):
    """Register a row."""
    def register(function):
        for name in on:
            length = "check" if name in check else "long"
            _all.append(Row(function, systems.SYSTEMS[name], length))
        return function
    return register


def everything():
    """All rows of the modules that were imported, in the order in which they stand."""
    return list(_all)
