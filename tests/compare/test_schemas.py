# SPDX-License-Identifier: GPL-2.0-or-later
"""What baton prints with --json on every machine, against the schemas in docs/schema, by a
validator that is not ours (python3-jsonschema).
"""

import copy
import json
import pathlib
import shutil
import subprocess
import unittest

import jsonschema

from captured import PROGRAMS, machines

HERE = pathlib.Path(__file__).parent
SCHEMAS = HERE.parent.parent / "docs/schema"
GUESTS = HERE.parent / "advise/guests"
ROMS = pathlib.Path("/usr/share/seabios")

DOCUMENTS = []  # (schema, what it is, document)


def read(*words):
    """What the program prints, as JSON; whatever it exits with."""
    answer = subprocess.run([*map(str, words)], text=True, stdin=subprocess.DEVNULL, check=False,
                            stdout=subprocess.PIPE, timeout=120)
    return json.loads(answer.stdout)


def add(schema, *words):
    DOCUMENTS.append((schema, " ".join(map(str, words[-5:])), read(*words)))
    return DOCUMENTS[-1][2]


def give_guest(root):
    """A guest of libvirt's that has no card yet; its name."""
    directory = pathlib.Path(root) / "etc/libvirt/qemu"
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copy(GUESTS / "fresh.xml", directory)
    return "fresh"


def assign(root, card):
    """A function of the card that is given to VFIO at boot, and a line that is none."""
    file = pathlib.Path(root) / "etc/baton/assigned"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{card['devices'][0]} 10de:2204 1043:87b3 030000\nbroken\n", encoding="utf-8")


def ask_machine(root):
    """Everything that can be asked of a machine that does not run."""
    baton = PROGRAMS["baton"]
    found = add("list.json", baton, "list", "--json", "--root", root)
    add("list-holders.json", baton, "list", "--holders", "--json", "--root", root)
    add("status.json", baton, "status", "--json", "--root", root)
    add("check.json", baton, "check", "--json", "--root", root)
    add("install-list.json", baton, "install", "--list", "--json", "--root", root)
    if found["cards"]:
        assign(root, found["cards"][0])
    add("boot.json", baton, "boot", "status", "--json", "--root", root)
    for card in found["cards"]:
        add("advise.json", baton, "advise", "--json", "--root", root, give_guest(root),
            card["devices"][0])
        add("plan.json", baton, "plan", "--json", "--root", root, card["devices"][0])


def setUpModule():
    for machine in machines():
        if not machine.is_real:
            ask_machine(machine.root)
    add("list.json", PROGRAMS["baton"], "list", "--json")
    add("install.json", PROGRAMS["baton"], "install", "--dry-run", "--json", "libvirt")
    add("install.json", PROGRAMS["baton"], "uninstall", "--dry-run", "--json")
    add("run.json", PROGRAMS["baton"], "start", "--json", "nobody")
    add("run.json", PROGRAMS["run-report"])
    for rom in [*ROMS.glob("vgabios*.bin"), pathlib.Path(__file__)]:
        add("rom.json", PROGRAMS["baton"], "rom", "check", "--json", rom)


def validator(name):
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    resolver = jsonschema.RefResolver(f"{SCHEMAS.as_uri()}/", schema)
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def objects(value, path=()):
    """Every object in a document, with its path, in which all items of an array are one."""
    if isinstance(value, dict):
        yield path, value
        for key, each in value.items():
            yield from objects(each, (*path, key))
    for each in value if isinstance(value, list) else ():
        yield from objects(each, path)


def kinds(document):
    """One object of each kind: with the same keys at the same place."""
    return {(path, frozenset(each)): each for path, each in objects(document)}.values()


class Schemas(unittest.TestCase):
    def test_each_is_a_schema(self):
        files = sorted(SCHEMAS.glob("*.json"))
        self.assertTrue(files)
        for file in files:
            jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text("utf-8")))

    def test_each_but_the_common_one_is_of_some_output(self):
        used = {schema for schema, _, _ in DOCUMENTS} | {"common.json"}
        self.assertEqual(used, {file.name for file in SCHEMAS.glob("*.json")})

    def test_what_is_printed_is_as_its_schema_says(self):
        validators = {schema: validator(schema) for schema, _, _ in DOCUMENTS}
        self.assertGreater(len(DOCUMENTS), 10 if PROGRAMS["few"] else 100)
        for schema, what, document in DOCUMENTS:
            with self.subTest(what=what):
                wrong = [f"{list(error.absolute_path)}: {error.message[:400]}"
                         for error in validators[schema].iter_errors(document)]
                self.assertEqual(wrong, [])

    def test_what_a_schema_does_not_know_is_refused_everywhere(self):
        """So a new key cannot stay without words about it."""
        for schema in sorted({schema for schema, _, _ in DOCUMENTS}):
            check = validator(schema)
            # The richest of a kind has nearly all of its objects.
            document = max((each for other, _, each in DOCUMENTS if other == schema),
                           key=lambda each: len(json.dumps(each)) if schema != "list.json" else
                           str(each).count("DELL U2720Q"))
            document = copy.deepcopy(document)
            for each in kinds(document):
                each["new"] = 1
                self.assertFalse(check.is_valid(document), f"{schema}: {each}")
                del each["new"]
            self.assertTrue(check.is_valid(document))

    def test_what_lacks_something_is_refused(self):
        for schema in sorted({schema for schema, _, _ in DOCUMENTS}):
            check = validator(schema)
            document = next(each for other, _, each in DOCUMENTS if other == schema)
            for key in document:
                lacking = {name: value for name, value in document.items() if name != key}
                self.assertFalse(check.is_valid(lacking), f"{schema} without {key}")
                self.assertFalse(check.is_valid(document | {key: 1.5}), f"{schema}, {key}: 1.5")
