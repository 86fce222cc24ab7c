# SPDX-License-Identifier: GPL-2.0-or-later
"""What each layer calls, seen in what the compiler made of it.

The environment names the archives: BATON_ARCHIVES="plan=/path/libplan.a host=/path/libhost.a ...".
The code is compiled with a section for each function, so what a layer can reach is known function
by function: plan uses host's look-ups without being charged with host's readers.
"""

import collections
import os
import re
import subprocess
import unittest

import layering
import tree

# Compute on memory and nothing else.
PURE = re.compile(
    r"mem\w+|str\w+|(__)?v?as?n?printf(_chk)?|(__)?v?s?nprintf(_chk)?|(__isoc99_|__isoc23_)?sscanf"
    r"|__(mem|str|stp)\w+_chk|(__isoc23_)?strto\w+|__ctype_\w+_loc|fnmatch|qsort|bsearch"
    r"|inet_(pton|ntop)|__popcount\w+|malloc|calloc|realloc|reallocarray|free|__assert_fail|__errno_location"
    r"|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|sanitizer|lsan|start|stop)_\w+")
PARSERS = re.compile(r"XML_\w+|ini_parse_\w+")
# Look at files and change nothing.
READING = re.compile(
    r"close|closedir|dirfd|fdopendir|f?stat(fs|at)?(64)?|statx|lseek(64)?|open(at)?(64)?"
    r"|p?read(64|v)?|(__)?readlink(at)?(_chk)?|readdir(64)?|getdents64|uname|getuid|geteuid"
    r"|(__)?p?read(64)?_chk|(__)?open(at)?(64)?_2")
# What may never return is read in a child of its own, which a dead file system can have.
CHILD = re.compile(
    r"_exit|close_range|fork|kill|m(un)?map(64)?|pipe2|(__)?poll(_chk)?|waitpid|write|syscall")
LOADING = re.compile(r"dlopen|dlsym|dlerror|dladdr")
# Change the machine: for linux/ and setup/ alone.
CHANGING = re.compile(
    r"(un|sym)?link(at)?|rename(at2?)?|mkdir(at)?|rmdir|mknod(at)?|u?mount2?|(f|l)?ch(mod|own)(at)?"
    r"|ioctl|f?truncate(64)?|fallocate(64)?|creat(64)?|mkstemp(64)?|mkdtemp"
    r"|init_module|delete_module|kill|reboot|set(uid|gid|groups|hostname)"
    r"|exec\w+|posix_spawnp?|v?fork|system|popen|f(data)?sync|write|pwrite(64)?")

NOT_CODE = (".debug", ".eh_frame", ".init_array", ".fini_array")

Place = collections.namedtuple("Place", "layer object section")


def _run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


class Archive:
    """One layer's objects: which section defines a symbol, and what each section refers to."""

    HEADER = re.compile(r"^File: .*[(\[](?:.*/)?(.*)[)\]]$")
    RELOCATIONS = re.compile(r"^Relocation section '\.rela?(\..*)' at")
    RELOCATION = re.compile(r"^[0-9a-f]{8,} +[0-9a-f]+ \S+ +[0-9a-f]+ (\S+)")
    SYMBOL = re.compile(r"^ +\d+: +\w+ +\S+ +\w+ +(\w+) +\w+ +(\S+) (\S+)$")
    SECTION = re.compile(r"^ +\[ *(\d+)\] (\S+)")

    def __init__(self, layer, path):
        self.layer = layer
        self.defined = {}  # name of a global symbol: its Place
        self.locals = {}  # (object, name): its Place
        self.uses = collections.defaultdict(set)  # Place: names
        self._read(path)

    def _read(self, path):
        part, place, names = None, None, {}
        for line in _run("readelf", "-SsrW", path).splitlines():
            header = self.HEADER.match(line)
            relocations = self.RELOCATIONS.match(line)
            if header:
                part, place, names = header[1], None, {}
            elif self.SECTION.match(line):
                number, name = self.SECTION.match(line).groups()
                names[number] = name
            elif relocations:
                place = Place(self.layer, part, relocations[1])
            elif line.startswith("Symbol table"):
                place = None
            elif place and self.RELOCATION.match(line):
                self.uses[place].add(self.RELOCATION.match(line)[1].split("@")[0])
            elif self.SYMBOL.match(line):
                self._define(part, names, *self.SYMBOL.match(line).groups())

    def _define(self, part, names, binding, number, name):
        if number in names:
            home = Place(self.layer, part, names[number])
            if binding == "LOCAL":
                self.locals[(part, name)] = home
            else:
                self.defined[name] = home
            self.locals[(part, names[number])] = home

    def code(self):
        """The sections that hold this layer's own functions and tables."""
        return [place for place in self.uses if not place.section.startswith(NOT_CODE)]


class Program:
    """All archives together."""

    def __init__(self, archives):
        self.archives = archives
        self.defined = {}
        for archive in archives.values():
            self.defined.update(archive.defined)

    def target(self, place, name):
        """Where a name that stands in a section leads to; None: out of the program."""
        local = self.archives[place.layer].locals.get((place.object, name))
        return local or self.defined.get(name)

    def reach(self, places):
        """{name of what is not ours: the section that calls it} from these sections on."""
        todo, seen, outside = list(places), set(places), {}
        while todo:
            place = todo.pop()
            for name in self.archives[place.layer].uses.get(place, ()):
                target = self.target(place, name)
                if target is None:
                    outside.setdefault(name, place)
                elif target not in seen:
                    seen.add(target)
                    todo.append(target)
        return outside


def not_allowed(outside, *allowed):
    """Sentences about the names that no pattern allows."""
    return [f"{place.layer}: {place.object} calls {name} (in {place.section})"
            for name, place in sorted(outside.items())
            if not any(pattern.fullmatch(name) for pattern in allowed)]


def forbidden(outside, pattern):
    return [f"{place.layer}: {place.object} calls {name} (in {place.section})"
            for name, place in sorted(outside.items()) if pattern.fullmatch(name)]


def load():
    archives = {}
    for word in os.environ["BATON_ARCHIVES"].split():
        layer, path = word.split("=", 1)
        archives[layer] = Archive(layer, path)
    return Program(archives)


class Symbols(tree.Rules):
    @classmethod
    def setUpClass(cls):
        cls.program = load()

    def own(self, layer, but=(), only=()):
        """What this layer itself calls that is not of the program."""
        places = [place for place in self.program.archives[layer].code()
                  if place.object not in but and (not only or place.object in only)]
        self.assertTrue(places, f"nothing is compiled for {layer}")
        outside = {}
        for place in places:
            for name in self.program.archives[layer].uses[place]:
                if self.program.target(place, name) is None:
                    outside.setdefault(name, place)
        return outside

    def test_plan_is_pure(self):
        """Nothing that a plan is made with can reach the system, in whatever layer it stands."""
        plan = self.program.archives["plan"].code()
        self.assertTrue(plan, "nothing is compiled for plan")
        self.nothing(not_allowed(self.program.reach(plan), PURE))

    def test_run_is_pure_but_for_ops(self):
        self.nothing(not_allowed(self.own("run"), PURE))

    def test_handover_is_pure_but_for_ops(self):
        self.nothing(not_allowed(self.own("handover"), PURE))

    def test_request_parses_and_only_configuration_reads(self):
        self.nothing(not_allowed(self.own("request", but=["configuration.c.o"]), PURE, PARSERS))
        self.nothing(not_allowed(self.own("request", only=["configuration.c.o"]), PURE, READING))

    def test_host_only_reads(self):
        self.nothing(not_allowed(self.own("host"), PURE, READING))

    def test_early_takes_devices_and_only_that(self):
        """What runs in the initramfs opens and writes; its parser, which others use, does not."""
        self.nothing(not_allowed(self.own("early", only=["assigned.c.o"]), PURE))
        self.nothing(not_allowed(self.own("early"), PURE, READING,
                                 re.compile("(__)?write(_chk)?|faccessat")))

    def test_inventory_only_reads(self):
        self.nothing(not_allowed(self.own("inventory"), PURE, READING))

    def test_capture_reads_and_only_unpack_makes_a_directory(self):
        self.nothing(not_allowed(self.own("capture", but=["unpack.c.o"]), PURE, READING))
        self.nothing(not_allowed(self.own("capture", only=["unpack.c.o"]), PURE, READING,
                                 re.compile("mkdirat|symlinkat|fchmod|write|mkdtemp|nftw(64)?|remove"
                                            "|getenv|access|getpid|setsid|fork|poll|__poll_chk"
                                            "|close_range|syscall|_exit")))

    def test_what_is_read_can_be_noted(self):
        """base/trace.h: what is opened by other ways than base's is not seen by capture. (What install
        does is none of its business.)"""
        noting = re.compile(r"open(at)?(64)?|(__)?open(at)?(64)?_2|(__)?readlink(at)?(_chk)?|statx"
                            r"|f?statat(64)?|l?stat(64)?|fdopendir|opendir|syscall")
        for layer, but in (("host", ["holder_subject.c.o"]), ("inventory", []),
                           ("request", []), ("report", []), ("check", []),
                           ("setup", ["boot_history.c.o", "boot_replace.c.o", "fit.c.o",
                                      "program.c.o", "record.c.o", "trust.c.o"])):
            self.nothing(forbidden(self.own(layer, but=but), noting))

    def test_check_only_reads(self):
        self.nothing(not_allowed(self.own("check"), PURE, READING))

    def test_advise_parses_and_only_reads(self):
        self.nothing(not_allowed(self.own("advise"), PURE, PARSERS, READING))

    def test_base_reads_and_loads_and_creates(self):
        """It writes for linux/ and setup/ alone: layering.py sees to that."""
        others = ["base_aside.c.o", "base_create.c.o", "base_library.c.o"]
        self.nothing(not_allowed(self.own("base", but=others), PURE, READING,
                                 re.compile("syscall")))
        self.nothing(not_allowed(self.own("base", only=["base_aside.c.o"]), PURE, READING, CHILD))
        self.nothing(not_allowed(self.own("base", only=["base_create.c.o"]), PURE, READING,
                                 re.compile("write|f?sync|renameat|unlinkat")))
        self.nothing(not_allowed(self.own("base", only=["base_library.c.o"]), PURE, LOADING))

    def test_only_linux_changes_the_machine(self):
        self.nothing(forbidden(self.own("report", but=["terminal.c.o"]), CHANGING))
        self.nothing(forbidden(self.own("front"), CHANGING))

    def test_a_terminal_is_only_asked(self):
        self.nothing(not_allowed(self.own("report", only=["terminal.c.o"]), PURE,
                                 re.compile("getenv|ioctl|isatty|(new|free)locale|nl_langinfo_l")))

    def test_layers_call_only_what_they_may_use(self):
        wrong = set()
        for layer, archive in self.program.archives.items():
            may = layering.MAY_USE[layer] | {layer}
            for place in archive.code():
                for name in archive.uses[place]:
                    target = self.program.target(place, name)
                    if target and target.layer not in may and not self.is_value(layer, target):
                        wrong.add(f"{layer}: {place.object} calls {name} of {target.layer}")
        self.nothing(sorted(wrong))

    def is_value(self, layer, target):
        """A function of a type that the layer may name, and that only computes."""
        types = {layering.layer_of(header) for header in layering.TYPES.get(layer, ())}
        return target.layer in types and not not_allowed(self.program.reach([target]), PURE)


if __name__ == "__main__":
    unittest.main()
