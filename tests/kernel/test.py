# SPDX-License-Identifier: GPL-2.0-or-later
"""What judges pictures of a card's screen is not content with just any."""

import struct
import unittest
import zlib

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


if __name__ == "__main__":
    unittest.main()
