#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page says the same as the JSON, of every machine; it is whole, loads nothing, and tells no
secrets. The drawing is whole too.

usage: page.py UNFOLD BATON
"""

import functools
import html.parser
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).parent
MACHINES = sorted((HERE.parent / "machines").glob("*.umockdev"))
VOID = {"meta", "br", "hr", "img", "input", "link"}
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&"


@functools.cache
def unfold(machine, *words):
    """What baton prints of a machine, which is a file."""
    return subprocess.run([sys.argv[1], str(machine), "", sys.argv[2], *words], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=60,
                          check=True).stdout


class Page(html.parser.HTMLParser):
    """What a page has in it."""

    def __init__(self, text):
        super().__init__()
        self.open, self.wrong, self.tags = [], [], set()
        self.links, self.ids, self.devices, self.cards = [], [], {}, {}
        self.sentence, self.text = None, []
        self.feed(text)
        self.close()
        self.wrong += [f"{name} stays open" for name in self.open]

    def handle_starttag(self, name, given):
        attributes = dict(given)
        self.tags.add(name)
        if len(attributes) != len(given):
            self.wrong.append(f"{name} has an attribute twice")
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [value for key, value in given if key in {"href", "src", "action", "data"}]
        self.wrong += [f"{key} in {name}" for key in attributes if key.startswith("on")]
        if "data-device" in attributes:
            self.devices[attributes["data-device"]] = attributes["data-group"]
        if "data-card" in attributes:
            self.cards[attributes["data-card"]] = [attributes["data-verdict"], ""]
        if attributes.get("class") == "verdict":
            self.sentence = list(self.cards)[-1]
        if name not in VOID:
            self.open.append(name)

    def handle_startendtag(self, name, given):
        self.tags.add(name)

    def handle_endtag(self, name):
        self.sentence = None
        if not self.open or self.open.pop() != name:
            self.wrong.append(f"</{name}> closes something else")

    def handle_data(self, data):
        self.text.append(data)
        if self.sentence:
            self.cards[self.sentence][1] += data


def hostile(machine):
    """The machine with names that would be HTML, if nobody took care."""
    text = machine.read_text()
    text = re.sub(r"^(F: /proc/\d+/comm\n\| ).*$", rf"\1{HOSTILE[:15]}", text, flags=re.MULTILINE)
    return re.sub(r"^(A: (?:product|model|manufacturer|label)=).*$", rf"\1{HOSTILE}", text,
                  flags=re.MULTILINE)


def told(text, secret):
    """As a word of its own: a serial number may be short."""
    return re.search(rf"(?<![\w:.]){re.escape(secret)}(?![\w:])", text)


class Pages(unittest.TestCase):
    """Each of every machine."""

    def test_the_page_says_what_the_json_says(self):
        for machine in MACHINES:
            page = Page(unfold(machine, "report", "--root", "{}"))
            listed = json.loads(unfold(machine, "list", "--json", "--root", "{}"))
            groups = {device["address"]: "" if device["group"] is None else str(device["group"])
                      for device in listed["devices"]}
            cards = {card["devices"][0]: [card["verdict"], card["sentence"]]
                     for card in listed["cards"]}
            self.assertEqual(page.devices, groups, machine.stem)
            self.assertEqual(page.cards, cards, machine.stem)

    def test_the_page_is_whole_and_loads_nothing(self):
        for machine in MACHINES:
            page = Page(unfold(machine, "report", "--root", "{}"))
            self.assertEqual(page.wrong, [], machine.stem)
            self.assertEqual(page.tags & {"script", "img", "iframe", "link", "object"}, set())
            self.assertEqual(len(page.ids), len(set(page.ids)), machine.stem)
            self.assertTrue(page.links)
            self.assertEqual({link.removeprefix("#") for link in page.links} - set(page.ids), set())

    def test_hostile_names_are_only_names(self):
        for machine in MACHINES:
            with tempfile.NamedTemporaryFile(suffix=".umockdev", mode="w") as file:
                file.write(hostile(machine))
                file.flush()
                page = Page(unfold(file.name, "report", "--root", "{}"))
                drawing = unfold(file.name, "report", "--svg", "--root", "{}")
            self.assertEqual(page.wrong, [], machine.stem)
            self.assertNotIn("script", page.tags)
            elements = xml.etree.ElementTree.fromstring(drawing).iter(SVG + "script")
            self.assertEqual(list(elements), [])

    def test_a_hostile_name_is_shown_as_it_is(self):
        machine = next(file for file in MACHINES if file.stem == "amd-desktop")
        with tempfile.NamedTemporaryFile(suffix=".umockdev", mode="w") as file:
            file.write(hostile(machine))
            file.flush()
            page = Page(unfold(file.name, "report", "--root", "{}"))
        self.assertIn(HOSTILE, "".join(page.text))

    def test_the_drawing_has_every_card_with_a_picture(self):
        for machine in MACHINES:
            drawing = xml.etree.ElementTree.fromstring(
                unfold(machine, "report", "--svg", "--root", "{}"))
            listed = json.loads(unfold(machine, "list", "--json", "--root", "{}"))
            pictures = {device["address"] for device in listed["devices"]
                        if device["class"].startswith("03")}
            text = "\n".join(drawing.itertext())
            for card in listed["cards"]:
                if pictures & set(card["devices"]):
                    self.assertIn(card["devices"][0], text, machine.stem)

    def test_secrets_are_told_only_if_asked_for(self):
        count = 0
        for machine in MACHINES:
            listed = json.loads(unfold(machine, "list", "--json", "--root", "{}"))
            secrets = {thing[key] for device in listed["devices"]
                       for thing in device["attached"]
                       for key in ("serial", "hardware_address", "internet_address")
                       if thing.get(key)}
            page = unfold(machine, "report", "--root", "{}")
            asked = unfold(machine, "report", "--serials", "--root", "{}")
            self.assertEqual({secret for secret in secrets if told(page, secret)}, set())
            count += len({secret for secret in secrets if told(asked, secret)})
        self.assertGreater(count, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
