#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`baton rom` on ROMs that are whole, broken and real, against what compose.py reads in them.

    verdicts.py BATON

The broken ones are whole ones with some bytes changed, or cut off; always the same ones. The real
ones are those that Debian has for QEMU's devices.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import compose

REAL = ("/usr/share/seabios", "/usr/lib/ipxe/qemu")
TRIALS = 60

BATON = ""


def ask(*words):
    """Exit code, what is printed, and what is said of what went wrong."""
    answer = subprocess.run([BATON, "rom", *map(str, words)], text=True, stdin=subprocess.DEVNULL,
                            capture_output=True, timeout=60, check=False)
    return answer.returncode, answer.stdout, answer.stderr


def broken(seed):
    """A whole ROM to which something has happened."""
    dice = random.Random(seed)
    data = bytearray(compose.whole())
    # What says where and how long an image is stands in few bytes: most changes are to hit them.
    places = [*range(0x1a), *range(0x40, 0x58), *range(0x400, 0x41a), *range(0x440, 0x458)]
    for _ in range(dice.choice((1, 1, 2, 4))):
        data[dice.choice(places)] = dice.choice((0, 1, 2, 3, 4, 0x80, 0xff, dice.randrange(256)))
    if dice.random() < 0.3:
        del data[dice.randrange(len(data)):]
    if dice.random() < 0.3:
        data[:0] = bytes(dice.randrange(256) for _ in range(dice.choice((1, 512, 1536))))
    return bytes(data)


class Verdicts(unittest.TestCase):
    """Each in a directory of its own."""

    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.path = pathlib.Path(kept.name)
        self.file = self.path / "card.rom"

    def same(self, data, what):
        """Does baton say what another reader says?"""
        self.file.write_bytes(data)
        code, printed, said = ask("check", "--json", self.file)
        reader = compose.Reader(data)
        report = json.loads(printed)
        self.assertEqual(report["verdict"], reader.verdict, what)
        self.assertEqual({fault["id"] for fault in report["faults"]}, reader.faults, what)
        self.assertEqual([(image["offset"], image["size"], image["code"])
                          for image in report["images"]], reader.images, what)
        self.assertEqual((code, said), (0 if reader.verdict == "good" else 1, ""), what)
        return reader.verdict

    def test_whole_and_broken_ones_are_told_apart(self):
        """And there are enough of each kind for that to mean something."""
        seen = [self.same(broken(seed), f"seed {seed}") for seed in range(TRIALS)]
        self.assertEqual(self.same(compose.whole(), "whole"), "good")
        for verdict in ("good", "mendable", "broken"):
            self.assertGreater(seen.count(verdict), 2, verdict)

    def test_real_ones_are_good(self):
        """Those of QEMU's own PCI devices; the others have no structure."""
        files = [path for place in REAL for path in sorted(pathlib.Path(place).glob("*"))
                 if path.name.startswith(("efi-", "pxe-"))
                 or path.stem in ("vgabios-cirrus", "vgabios-stdvga", "vgabios-virtio")]
        self.assertGreater(len(files), 5)
        for path in files:
            self.assertEqual(self.same(path.read_bytes(), path), "good", path)

    def test_a_header_is_cut_off_and_nothing_else(self):
        """What stands behind the last image is the card's own driver's."""
        behind = b"more, for the card's own driver"
        self.file.write_bytes(b"NVGI" + bytes(1532) + compose.whole() + behind)
        code, printed, _ = ask("check", self.file)
        self.assertEqual(code, 1)
        self.assertIn("mendable: a header", printed)
        fresh = self.path / "fresh.rom"
        code, printed, _ = ask("mend", self.file, fresh)
        self.assertEqual((code, printed.splitlines()[0]), (0, f"{fresh}: good, 2 images"))
        self.assertEqual(fresh.read_bytes(), compose.whole() + behind)

    def test_nothing_is_written_over(self):
        """Neither is a broken ROM made to look whole."""
        fresh = self.path / "fresh.rom"
        fresh.write_bytes(b"precious")
        self.file.write_bytes(compose.whole())
        code, _, said = ask("mend", self.file, fresh)
        self.assertEqual(code, 1)
        self.assertIn("remove it, or choose another name", said)
        self.assertEqual(fresh.read_bytes(), b"precious")
        self.file.write_bytes(compose.whole()[:700])
        code, _, said = ask("mend", self.file, self.path / "another.rom")
        self.assertEqual(code, 3)
        self.assertIn("cannot be mended", said)
        self.assertFalse((self.path / "another.rom").exists())

    def test_what_is_no_rom_file_is_said_so(self):
        """Not there, a directory, far too large, words that mean nothing."""
        large = self.path / "large.rom"
        with open(large, "wb") as stream:
            stream.truncate((16 << 20) + 1)
        for words, part in (
                (("check", self.path / "nowhere"), "No such file"),
                (("check", self.path), "Is a directory"),
                (("check", large), "none is larger than 16 MiB"),
                (("check",), "baton rom check FILE"),
                (("dump", "0000:01:00.0"), "baton rom dump CARD|ADDRESS FILE"),
                (("flash", "a", "b"), "dumped, checked and mended")):
            code, _, said = ask(*words)
            self.assertEqual(code, 2, words)
            self.assertIn(part, said)


if __name__ == "__main__":
    BATON = sys.argv.pop(1)
    unittest.main()
