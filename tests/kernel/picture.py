# SPDX-License-Identifier: GPL-2.0-or-later
"""Screenshots as pixels: reading PNG files, comparing two pictures.

Reads what QEMU writes: 8 bits per sample, RGB or RGBA, not interlaced (PNG specification, 3rd
edition, sections 5 and 9).
"""

import dataclasses
import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SAMPLES = {2: 3, 6: 4}     # colour type -> samples per pixel


@dataclasses.dataclass(frozen=True)
class Box:
    """A rectangle of pixels, right and bottom excluded."""

    left: int
    top: int
    right: int
    bottom: int


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture: rows of three bytes per pixel."""

    width: int
    height: int
    rows: tuple

    def colours(self):
        """How many different colours there are."""
        return len({row[at:at + 3] for row in set(self.rows) for at in range(0, len(row), 3)})

    def pixel(self, x, y):
        """The colour of one pixel as (red, green, blue)."""
        return tuple(self.rows[y][3 * x:3 * x + 3])


def read(path):
    """Read a PNG file; ValueError if it is none that this reader knows."""
    with open(path, "rb") as file:
        return parse(file.read())


def parse(data):
    """Read the bytes of a PNG file."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("not a PNG file")
    header, packed = None, b""
    at = len(_SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + length]
        if zlib.crc32(kind + body) != struct.unpack_from(">I", data, at + 8 + length)[0]:
            raise ValueError("a PNG chunk has a wrong checksum")
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        at += length + 12
    width, height, depth, colour, *methods = header
    if depth != 8 or colour not in _SAMPLES or any(methods):
        raise ValueError("a kind of PNG that QEMU does not write")
    return _unfilter(width, height, _SAMPLES[colour], zlib.decompress(packed))


def _unfilter(width, height, samples, data):
    stride = width * samples
    above = bytearray(stride)
    rows = []
    for y in range(height):
        start = y * (stride + 1)
        row = bytearray(data[start + 1:start + 1 + stride])
        _FILTERS[data[start]](row, above, samples)
        rows.append(_drop_alpha(row, samples))
        above = row
    return Picture(width, height, tuple(rows))


def _drop_alpha(row, samples):
    if samples == 3:
        return bytes(row)
    kept = bytearray(len(row) // 4 * 3)
    for sample in range(3):
        kept[sample::3] = row[sample::4]
    return bytes(kept)


def _none(row, above, step):
    pass


def _sub(row, above, step):
    for at in range(step, len(row)):
        row[at] = (row[at] + row[at - step]) & 255


def _up(row, above, step):
    row[:] = bytes((a + b) & 255 for a, b in zip(row, above))


def _average(row, above, step):
    for at in range(len(row)):
        left = row[at - step] if at >= step else 0
        row[at] = (row[at] + (left + above[at]) // 2) & 255


def _paeth(row, above, step):
    for at in range(len(row)):
        left, corner = (row[at - step], above[at - step]) if at >= step else (0, 0)
        guess = left + above[at] - corner
        errors = abs(guess - left), abs(guess - above[at]), abs(guess - corner)
        best = (left, above[at], corner)[errors.index(min(errors))]
        row[at] = (row[at] + best) & 255


_FILTERS = {0: _none, 1: _sub, 2: _up, 3: _average, 4: _paeth}


def differing(one, other, ignored=()):
    """How many pixels differ, boxes in `ignored` aside; of pictures of unequal size, all do."""
    if (one.width, one.height) != (other.width, other.height):
        return max(one.width * one.height, other.width * other.height)
    count = 0
    for y, (mine, theirs) in enumerate(zip(one.rows, other.rows)):
        if mine == theirs:
            continue
        hidden = [box for box in ignored if box.top <= y < box.bottom]
        for x in range(one.width):
            if mine[3 * x:3 * x + 3] != theirs[3 * x:3 * x + 3]:
                count += not any(box.left <= x < box.right for box in hidden)
    return count
