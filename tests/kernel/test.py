# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel tests' own tools: what judges pictures is not content with just any, and the cache makes
what is not there, once."""

import contextlib
import os
import shutil
import struct
import tempfile
import unittest
import unittest.mock
import zlib

import cache
import number
import picture

WIDTH, HEIGHT = 1024, 768
BLACK = (bytes(3 * WIDTH),) * HEIGHT


def shot(rows):
    return picture.Picture(WIDTH, HEIGHT, tuple(rows))


def drawn(value, top=448):
    rows = list(BLACK)
    lines = list(number.rows(value, WIDTH))
    rows[top:top + len(lines)] = lines
    return rows


def png(rows):
    def chunk(kind, body):
        return (struct.pack(">I", len(body)) + kind + body
                + struct.pack(">I", zlib.crc32(kind + body)))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
            + chunk(b"IEND", b""))


class Number(unittest.TestCase):
    def test_the_number_is_found_wherever_its_line_is(self):
        for value in (602527, 134890):
            for top in (0, 448, HEIGHT - 5 * number.DOT):
                self.assertTrue(number.is_shown(shot(drawn(value, top)), value), (value, top))

    def test_a_black_picture_shows_no_number(self):
        self.assertFalse(number.is_shown(shot(BLACK), 602527))

    def test_another_number_is_not_this_one(self):
        for other in (602528, 502527, 60252, 6025271):
            self.assertFalse(number.is_shown(shot(drawn(other)), 602527), other)

    def test_one_wrong_pixel_is_noticed(self):
        rows = drawn(602527)
        rows[500] = rows[500][:300] + b"\x01" + rows[500][301:]
        self.assertFalse(number.is_shown(shot(rows), 602527))

    def test_no_two_digits_look_alike(self):
        self.assertEqual(len(set(number.DIGITS.values())), 10)


class Picture(unittest.TestCase):
    def test_a_file_is_read_as_it_was_drawn(self):
        self.assertEqual(picture.parse(png(drawn(602527))), shot(drawn(602527)))

    def test_pixels_that_differ_are_counted_but_for_those_ignored(self):
        rows = list(BLACK)
        rows[10] = b"\xff" * 30 + rows[10][30:]
        one, other = shot(BLACK), shot(rows)
        self.assertEqual(picture.differing(one, one), 0)
        self.assertEqual(picture.differing(one, other), 10)
        self.assertEqual(picture.differing(one, other, [picture.Box(0, 10, 4, 11)]), 6)
        small = picture.Picture(1, 1, (b"\0\0\0",))
        self.assertEqual(picture.differing(one, small), WIDTH * HEIGHT)


class Cache(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(unittest.mock.patch.dict(os.environ, XDG_CACHE_HOME=folder))
        self.made = []

    def obtain(self, key="0" * 16):
        with cache.obtain("thing", key, self.made.append) as thing:
            return thing.path

    def test_a_thing_is_made_once(self):
        self.assertEqual(self.obtain(), self.obtain())
        self.assertEqual(len(self.made), 1)

    def test_what_another_process_took_away_is_made_again(self):
        shutil.rmtree(self.obtain())
        self.assertTrue(self.obtain().is_dir())
        self.assertEqual(len(self.made), 2)

    def test_what_nobody_used_lately_goes(self):
        paths = [self.obtain(f"{key:016x}") for key in range(cache.SPARE_COUNT + 2)]
        self.assertEqual([path.is_dir() for path in paths].count(False), 1)

    def test_what_is_in_use_stays(self):
        with contextlib.ExitStack() as used:
            paths = [used.enter_context(cache.obtain("thing", f"{key:016x}", self.made.append)).path
                     for key in range(cache.SPARE_COUNT + 3)]
            self.assertTrue(all(path.is_dir() for path in paths))


if __name__ == "__main__":
    unittest.main()
