# SPDX-License-Identifier: GPL-2.0-or-later
"""A console font of Debian's as a table in C (tiny/font.h).

Format: PC Screen Font, version 1 or 2, with its Unicode table (psfgettable(1) of kbd, and
Documentation of the kernel's include/uapi/linux/kd.h); only fonts of 8 by 16 dots are of use.
"""

import gzip
import struct

import debian

PACKAGE = "psf-unifont"     # 28 KB
_PATH = "usr/share/consolefonts/Unifont-APL8x16.psf.gz"
_WIDTH, _HEIGHT = 8, 16
_FIRST, _LAST = 0x20, 0x7e


def identity():
    """What the table depends on besides this file."""
    return debian.versions((PACKAGE,))


def source(directory):
    """The text of font.c; the package is unpacked in a directory of scratch."""
    debian.unpack(PACKAGE, directory)
    glyphs = _glyphs(gzip.decompress((directory / _PATH).read_bytes()))
    rows = []
    for code in range(_FIRST, _LAST + 1):
        if code not in glyphs:
            raise ValueError(f"the font of {PACKAGE} has no character {chr(code)!r}")
        rows.append("\t{" + ", ".join(f"0x{byte:02x}" for byte in glyphs[code]) + "},\n")
    return ('#include "font.h"\n\nconst uint8_t font[FONT_LAST - FONT_FIRST + 1][FONT_HEIGHT] = {\n'
            + "".join(rows) + "};\n")


def _glyphs(data):
    """Map code points to the rows of their glyphs."""
    if data[:2] == b"\x36\x04":
        mode, height = data[2], data[3]
        start, count, size, width = 4, 512 if mode & 1 else 256, height, 8
        table = _table_1(data[start + count * size:]) if mode & 6 else None
    elif data[:4] == b"\x72\xb5\x4a\x86":
        _, start, flags, count, size, height, width = struct.unpack_from("<7I", data, 4)
        table = _table_2(data[start + count * size:]) if flags & 1 else None
    else:
        raise ValueError("not a PC Screen Font")
    if (width, height, size) != (_WIDTH, _HEIGHT, _HEIGHT):
        raise ValueError(f"the font's characters have {width} by {height} dots")
    if table is None:
        table = {code: code for code in range(count)}
    return {code: data[start + size * index:start + size * (index + 1)]
            for code, index in table.items()}


def _table_1(data):
    """The table of version 1: units of 16 bits, 0xffff ends a glyph, 0xfffe begins sequences."""
    table, index, single = {}, 0, True
    for (unit,) in struct.iter_unpack("<H", data[:len(data) // 2 * 2]):
        if unit == 0xffff:
            index, single = index + 1, True
        elif unit == 0xfffe:
            single = False
        elif single:
            table.setdefault(unit, index)
    return table


def _table_2(data):
    """The table of version 2: UTF-8, 0xff ends a glyph, 0xfe begins sequences."""
    table = {}
    for index, entry in enumerate(data.split(b"\xff")):
        for character in entry.split(b"\xfe")[0].decode():
            table.setdefault(ord(character), index)
    return table
