# SPDX-License-Identifier: GPL-2.0-or-later
"""What the program says of its commands and options stands in the manual and in the completions,
and nothing else does. The same for the configuration's keys and baton.conf(5).

usage: table.py BATON
"""

import re
import subprocess
import sys
import unittest

import tree

MANUAL = "man/baton.8.scd"
CONFIGURATION = "man/baton.conf.5.scd"
KEYS = "src/request/configuration_key.c"
LONG_OPTION = re.compile(r"--[a-z][a-z-]*")
OPTION_LINE = re.compile(r"^  (?:-\w, )?(--[a-z-]+)(?: [A-Z]+)?  +\S")
SYNOPSIS = re.compile(r"^\*([a-z][a-z-]*)\*(.*)$", re.MULTILINE)
EVERYWHERE = {"--help"}
BARE = {"--help", "--version"}


def run(*command):
    """What a command prints, whatever it thinks of it."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=True).stdout


def program_commands(help_text):
    """{command: its arguments} from `baton --help`."""
    table = re.compile(r"^  ([a-z][a-z-]*) +(\S+(?: \S+)*?)?  +\S", re.MULTILINE)
    return {name: arguments for name, arguments in table.findall(help_text) if name != "baton"}


def program_options(help_text):
    """The long options in `baton COMMAND --help`."""
    return {match[1] for match in map(OPTION_LINE.match, help_text.splitlines()) if match}


def section(manual, title):
    """The text of one section of a manual."""
    found = re.search(rf"^# {re.escape(title)}\n(.*?)(?=^# |\Z)", manual, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def manual_commands(manual):
    """{command: (its arguments, its long options)} from the manual's section COMMANDS."""
    found = {}
    for name, rest in SYNOPSIS.findall(section(manual, "COMMANDS")):
        rest = rest.replace("*", "").replace("_", "")
        arguments = re.sub(r"\[-[^]]*\]", "", rest).strip()
        found[name] = (arguments, set(LONG_OPTION.findall(rest)) | EVERYWHERE)
    return found


def manual_options(manual):
    """The long options that the manual explains."""
    heads = re.findall(r"^\*-.*$", section(manual, "OPTIONS"), re.MULTILINE)
    return set(LONG_OPTION.findall(" ".join(heads)))


def program_keys(source):
    """{(section, key)} from the table of keys."""
    return {(name.lower(), key) for name, key in re.findall(r'\{SECTION_(\w+), "([\w-]+)"', source)}


def manual_keys(manual):
    found = set()
    for name in re.findall(r"^# SECTION \[(\w+)", manual, re.MULTILINE):
        text = re.search(rf"^# SECTION \[{name}.*?(?=^# |\Z)", manual, re.MULTILINE | re.DOTALL)[0]
        found |= {(name, key) for key in re.findall(r"^\*([\w-]+) =\*", text, re.MULTILINE)}
    return found


def bash_offers(words):
    """What bash's completion offers for the last of these words."""
    line = " ".join(["baton", *words])
    script = f"""
        source {tree.TOP}/completions/baton
        COMP_LINE={line!r}; COMP_POINT={len(line)}; COMP_WORDS=({line}{'' if words[-1] else ' ""'})
        COMP_CWORD={len(words)}
        _baton
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return set(run("bash", "-c", script).split())


def fish_offers(words):
    line = " ".join(["baton", *words])
    script = f"source {tree.TOP}/completions/baton.fish; complete -C {line!r}"
    return {found.split("\t")[0] for found in run("fish", "--no-config", "-c", script).splitlines()}


def zsh_offers(words):
    """zsh's own functions stand aside for ones that print what they are told."""
    script = f"""
        compdef() {{ : }}
        _describe() {{ print -rl -- "${{(@)${{(@P)2}}%%:*}}" }}
        _arguments() {{ print -rl -- "$@" }}
        words=(baton {' '.join(repr(word) for word in words)}); CURRENT={len(words) + 1}
        source {tree.TOP}/completions/_baton
    """
    printed = run("zsh", "-f", "-c", script)
    if words[-1].startswith("-"):
        return set(LONG_OPTION.findall(re.sub(r"\[.*\]", "", printed)))
    return {line for line in printed.splitlines() if re.fullmatch(r"[a-z-]+", line)}


SHELLS = {"bash": bash_offers, "fish": fish_offers, "zsh": zsh_offers}


class Table(tree.Rules):
    @classmethod
    def setUpClass(cls):
        cls.commands = program_commands(run(BATON, "--help"))
        cls.options = {name: program_options(run(BATON, name, "--help")) for name in cls.commands}
        cls.manual = tree.read(MANUAL)

    def test_something_is_seen(self):
        self.assertIn("plan", self.commands)
        self.assertIn("--json", self.options["plan"])
        for name, options in self.options.items():
            self.assertLessEqual(EVERYWHERE, options, name)

    def test_manual_has_the_commands(self):
        self.assertEqual(manual_commands(self.manual),
                         {name: (arguments, self.options[name])
                          for name, arguments in self.commands.items()})

    def test_manual_explains_the_options(self):
        self.assertEqual(manual_options(self.manual), set().union(BARE, *self.options.values()))

    def test_completions_offer_the_commands(self):
        for shell, offers in SHELLS.items():
            with self.subTest(shell=shell):
                self.assertEqual(offers([""]), set(self.commands) | (offers([""]) & BARE))
                self.assertEqual({word for word in offers(["-"]) if word.startswith("--")}, BARE)

    def test_completions_offer_the_options(self):
        for shell, offers in SHELLS.items():
            for name, options in self.options.items():
                with self.subTest(shell=shell, command=name):
                    offered = {word for word in offers([name, "--"]) if word.startswith("--")}
                    self.assertEqual(offered, options)

    def test_completions_offer_whole_addresses(self):
        """Also in the middle of one, where bash has split it at the colon."""
        addresses = bash_offers(["plan", ""])
        self.assertEqual(addresses, fish_offers(["plan", ""]))
        for address in addresses:
            tail = address[address.rfind(":", 0, 6) + 1:]
            self.assertIn(tail, bash_offers(["plan", address[:6]]))

    def test_manual_has_the_keys(self):
        keys = program_keys(tree.read(KEYS))
        self.assertIn(("timeouts", "lock"), keys)
        self.assertEqual(manual_keys(tree.read(CONFIGURATION)), keys)


if __name__ == "__main__":
    BATON = sys.argv.pop(1)
    unittest.main()
