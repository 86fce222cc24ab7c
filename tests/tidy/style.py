# SPDX-License-Identifier: GPL-2.0-or-later
"""Idioms of docs/STYLE.md that no compiler knows."""

import re
import unittest

import tree

COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)
GOTO = re.compile(r"\bgoto\b")
SHELL = re.compile(r"(?<![\w.>])(system|popen|execlp|execvp)\s*\(")
EXIT = re.compile(r"(?<![\w.>])(exit|_Exit|quick_exit|abort)\s*\(")
SLEEP = re.compile(r"(?<![\w.>])(sleep|usleep|nanosleep|clock_nanosleep)\s*\(")
TYPEDEF = re.compile(r"^\s*typedef\b")
WRITING = re.compile(r"\b(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND)\b")
OPENING = re.compile(r"(?<![\w.>])(open|openat|pipe|pipe2|socket|accept4?|dup|fopen)\s*\(")
SONAME = re.compile(r'"lib[\w+-]+\.so(\.\d+)*"')

CREATOR = "src/base/create.c"  # for linux/ and setup/ alone: layering.py
READERS = ("src/base/", "src/host/", "src/request/", "src/plan/", "src/run/", "src/report/")


def code(text):
    """The text with comments and strings emptied; lines stay lines."""
    def blank(match):
        lines_in = match[0].count("\n")
        return '""' if match[0].startswith('"') else "\n" * lines_in
    return COMMENT_OR_STRING.sub(blank, text)


def no_goto(path, text):
    return tree.lines(code(text), GOTO, "return early, AUTO_ cleans up")


def no_shell(path, text):
    return tree.lines(code(text), SHELL, "no shell and no search path")


def exit_only_in_main(path, text):
    if path == "src/main.c":
        return []
    return tree.lines(code(text), EXIT, "only main ends the process")


def no_sleep(path, text):
    return tree.lines(code(text), SLEEP, "wait for an event, with a deadline")


def no_typedef(path, text):
    return tree.lines(code(text), TYPEDEF, "struct noun, not a typedef")


def readers_only_read(path, text):
    return tree.lines(code(text), WRITING, "only linux/ and setup/ write")


def closed_on_exec(path, text):
    """A descriptor that leaks into a child keeps libvirt waiting for its end."""
    text = code(text)
    wrong = []
    for match in OPENING.finditer(text):
        end = text.find(";", match.start())
        if "CLOEXEC" not in text[match.start():end] and "flags" not in text[match.start():end]:
            number = text.count("\n", 0, match.start()) + 1
            wrong.append(f"line {number}: opened without CLOEXEC")
    return wrong


def sonames(text):
    return set(match[0] for match in SONAME.finditer(text))


class Style(tree.Rules):
    def setUp(self):
        self.sources = tree.files("src", (".c", ".h"))
        self.all_c = self.sources + tree.files("tests", (".c", ".h"))

    def test_no_goto(self):
        self.hold(no_goto, self.all_c)

    def test_no_shell(self):
        self.hold(no_shell, self.sources)

    def test_exit_only_in_main(self):
        self.hold(exit_only_in_main, self.sources)

    def test_no_sleep(self):
        self.hold(no_sleep, self.sources)

    def test_no_typedef(self):
        self.hold(no_typedef, self.all_c)

    def test_readers_only_read(self):
        self.hold(readers_only_read, [path for path in self.sources
                                      if path.startswith(READERS) and path != CREATOR])

    def test_closed_on_exec(self):
        self.hold(closed_on_exec, self.sources)

    def test_a_library_has_one_file_that_loads_it(self):
        """dlopen in one file, each library's name in one file."""
        loaders = [path for path in self.sources if "dlopen(" in code(tree.read(path))]
        self.assertEqual(len(loaders), 1, f"dlopen stands in {', '.join(loaders)}")
        users = {}
        for path in self.sources:
            for name in sonames(tree.read(path)):
                users.setdefault(name, []).append(path)
        self.nothing([f"{name} is loaded in {', '.join(paths)}: one file for each library"
                      for name, paths in users.items() if len(paths) > 1])


if __name__ == "__main__":
    unittest.main()
