# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario is: one thing that holds on a real kernel, and the virtual host to show it on.

A scenario is a function whose name is the sentence that it proves, in a module
scenarios/mini_*.py or scenarios/full_*.py:

    @check(Machine("mini"), cargo)
    def the_whole_card_comes_home_as_before(host):
        ...

    @long(Machine("full"), cargo, alone=True, limit_s=600)
    def twenty_starts_and_stops_in_a_row(host, tell):
        tell("starts 20, each as before")

It fails by raising anything, and passes by returning. The decorator says

  * which virtual host it runs on (machine.Machine; --kernel replaces the kernel, and one that
    names a kernel is left out with any other), and cargo: a function without arguments that
    returns the cargo.Cargo to bring there, in most cases rig.cargo;
  * when it runs: @check always, @long only with --long, @release only with --release: what takes
    hours;
  * alone: on a host of its own. All others of one module with the same machine and the same cargo
    share one host, in the order in which they stand: each leaves it as it found it. After a
    failure the next one gets a fresh host.
  * limit_s: a scenario that takes longer has hung: its host is ended, and it has failed.

`host` is a vhost.VirtualHost that goes on from a saved state. A scenario that takes a second
argument gets `tell`, a function that prints a line below the scenario's own: counts of trials.
"""

import dataclasses
import inspect
from typing import Callable

from cargo import Cargo
from machine import Machine

LIMIT_S = 600
LENGTHS = ("check", "long", "release")  # each has what the ones before it have

_all = []


@dataclasses.dataclass(frozen=True)
class Scenario:
    """One scenario as its decorator describes it."""

    function: Callable
    machine: Machine
    cargo: Callable[[], Cargo]
    length: str
    alone: bool
    limit_s: int

    @property
    def module(self):
        """The name of its module, such as mini_refusals."""
        return self.function.__module__

    @property
    def title(self):
        """The sentence that it proves, after its module."""
        return f"{self.module}: {self.function.__name__.replace('_', ' ')}"

    def run(self, host, tell):
        """Do it on a virtual host; raises if it does not hold."""
        wants_tell = len(inspect.signature(self.function).parameters) > 1
        if wants_tell:
            self.function(host, tell)
        else:
            self.function(host)


def _register(machine, cargo, options, length):
    settings = {"alone": False, "limit_s": LIMIT_S, **options}

    def register(function):
        _all.append(Scenario(function, machine, cargo, length, **settings))
        return function
    return register


def check(machine, cargo, **options):
    """Register a scenario that always runs; options: alone, limit_s."""
    return _register(machine, cargo, options, "check")


def long(machine, cargo, **options):
    """Register a scenario that runs with --long only; options: alone, limit_s."""
    return _register(machine, cargo, options, "long")


def release(machine, cargo, **options):
    """Register a scenario that runs with --release only; options: alone, limit_s."""
    return _register(machine, cargo, options, "release")


def everything():
    """All scenarios of the modules that were imported, in the order in which they stand."""
    return list(_all)
