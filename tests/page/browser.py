#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page in a real browser: no complaint on its console, nothing wider than a phone, everything
that can be followed is reached by the keyboard, and the contrast of every word is 4.5 or more, in
light and in dark.

usage: browser.py UNFOLD BATON [DIRECTORY for screenshots]

Needs chromium and chromium-driver; ./check --long runs it.
"""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request

HERE = pathlib.Path(__file__).parent
MACHINES = ("amd-desktop", "sata-in-group", "no-iommu", "proxmox-server")
WIDTHS = (390, 1280)

# The least contrast of any text against what is painted below it, as WCAG 2 computes it.
CONTRAST = """
const number = text => text.match(/[0-9.]+/g).map(Number);
const linear = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = c => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
const ground = node => {
  for (; node; node = node.parentElement) {
    const c = number(getComputedStyle(node).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
};
const below = text => {
  const box = text.getBBox(), x = box.x + 1, y = box.y + box.height / 2;
  let found = null;
  for (const rect of text.ownerSVGElement.querySelectorAll('rect')) {
    const r = rect.getBBox();
    if (x >= r.x && x <= r.x + r.width && y >= r.y && y <= r.y + r.height) found = rect;
  }
  return number(getComputedStyle(found).fill);
};
let least = [99, ''];
const judge = (node, ink, paper) => {
  const a = light(ink), b = light(paper);
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (contrast < least[0]) least = [contrast, node.textContent.slice(0, 60)];
};
for (const node of document.querySelectorAll('body *')) {
  if (node.closest('svg')) continue;
  const own = [...node.childNodes].some(n => n.nodeType == 3 && n.data.trim());
  if (own) judge(node, number(getComputedStyle(node).color), ground(node));
}
for (const text of document.querySelectorAll('svg text'))
  judge(text, number(getComputedStyle(text).fill), below(text));
return least;
"""

SPILLED = """
return [...document.querySelectorAll('svg text')].filter(text => {
  const box = text.getBBox();
  return box.x + box.width > text.ownerSVGElement.viewBox.baseVal.width - 8;
}).map(text => text.textContent);
"""


class Driver:
    """A browser, by WebDriver."""

    def __init__(self, scratch):
        self.process = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                        text=True)
        for line in self.process.stdout:
            if "successfully on port " in line:
                self.base = f"http://127.0.0.1:{line.rsplit('port ', 1)[1].strip().rstrip('.')}"
                break
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                            "--disable-background-networking", "--hide-scrollbars",
                            f"--user-data-dir={scratch}/profile"]}
        answer = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.base += f"/session/{answer['sessionId']}"

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def devtools(self, command, **parameters):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def run(self, script):
        return self.ask("POST", "/execute/sync", {"script": script, "args": []})

    def close(self):
        self.ask("DELETE", "")
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Browser(unittest.TestCase):
    """What people see."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.driver = Driver(cls.scratch.name)
        for machine in MACHINES:
            with open(f"{cls.scratch.name}/{machine}.html", "w", encoding="utf-8") as file:
                subprocess.run([sys.argv[1], machine, "", sys.argv[2], "report", "--root", "{}"],
                               check=True, stdin=subprocess.DEVNULL, stdout=file)

    @classmethod
    def tearDownClass(cls):
        cls.driver.close()
        cls.scratch.cleanup()

    def show(self, machine, width, scheme):
        self.driver.devtools("Emulation.setDeviceMetricsOverride", width=width, height=900,
                             deviceScaleFactor=1, mobile=width < 500)
        self.driver.devtools("Emulation.setEmulatedMedia",
                             features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.driver.ask("POST", "/url", {"url": f"file://{self.scratch.name}/{machine}.html"})

    def picture(self, name):
        if len(sys.argv) > 3:
            shot = self.driver.devtools("Page.captureScreenshot", captureBeyondViewport=True)
            (pathlib.Path(sys.argv[3]) / name).write_bytes(base64.b64decode(shot["data"]))

    def test_every_page(self):
        for machine in MACHINES:
            for width in WIDTHS:
                for scheme in ("light", "dark"):
                    with self.subTest(machine=machine, width=width, scheme=scheme):
                        self.show(machine, width, scheme)
                        self.judge(width)
                        self.picture(f"{machine}-{width}-{scheme}.png")

    def judge(self, width):
        contrast, text = self.driver.run(CONTRAST)
        self.assertGreaterEqual(contrast, 4.5, text)
        self.assertEqual(self.driver.run(SPILLED), [])
        self.assertLessEqual(self.driver.run("return document.documentElement.scrollWidth"), width)
        links = self.driver.run("return document.querySelectorAll('a, summary').length")
        self.assertEqual(self.follow(), links)
        self.assertEqual(self.driver.ask("POST", "/se/log", {"type": "browser"}), [])

    def follow(self):
        """How many things the tabulator reaches, each with something around it that is seen."""
        reached = set()
        while True:
            for kind in ("keyDown", "keyUp"):
                self.driver.devtools("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab",
                                     windowsVirtualKeyCode=9)
            place, outline = self.driver.run(
                "const a = document.activeElement; return [[...document.querySelectorAll("
                "'a, summary')].indexOf(a), getComputedStyle(a).outlineStyle]")
            if place < 0 or place in reached:
                return len(reached)
            self.assertNotEqual(outline, "none")
            reached.add(place)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
