# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel itself out of a bzImage, as an ELF file that QEMU starts directly.

To unpack itself is most of what a stock kernel does at its start where every instruction is
translated twice. QEMU starts an ELF file with a PVH note at its entry point (hw/i386/x86.c), so it
is unpacked here, once. Formats: Documentation/x86/boot.rst, elf(5).
"""

import lzma
import struct

_XZ = b"\xfd7zXZ\x00"
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_LOAD, _NOTE = 1, 4
_PAGE = 1 << 12


def extract(image):
    """The ELF file in the bytes of a bzImage that is packed with xz."""
    if image[0x202:0x206] != b"HdrS":
        raise ValueError("not a bzImage")
    setup_sectors = image[0x1f1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    payload = image[start:start + length]
    if not payload.startswith(_XZ):
        raise ValueError("the kernel is packed otherwise than with xz")
    # The unpacked size follows the stream.
    return _trim(lzma.LZMADecompressor().decompress(payload))


def _trim(elf):
    """The same kernel without sections, and without the zeros at the end of each segment."""
    header = list(_HEADER.unpack_from(elf))
    at, size, count = header[5], header[9], header[10]
    segments = [list(_SEGMENT.unpack_from(elf, at + size * index)) for index in range(count)]
    data = bytearray(_HEADER.size + _SEGMENT.size * count)
    moved = {}
    for segment in segments:
        if segment[0] != _LOAD:
            continue
        begin, length = segment[2], segment[5]
        content = elf[begin:begin + length].rstrip(b"\0")
        data += bytes(-len(data) % _PAGE)
        moved[begin, length] = len(data)
        segment[2], segment[5] = len(data), len(content)
        data += content
    for segment in segments:
        if segment[0] != _LOAD:
            segment[2] = _place(moved, segment[2])
    header[5:7] = _HEADER.size, 0
    header[11:14] = 0, 0, 0
    data[:_HEADER.size] = _HEADER.pack(*header)
    for index, segment in enumerate(segments):
        _SEGMENT.pack_into(data, _HEADER.size + _SEGMENT.size * index, *segment)
    return bytes(data)


def _place(moved, offset):
    """Where in the new file something is that was within a segment of the old one."""
    for (begin, length), place in moved.items():
        if begin <= offset < begin + length:
            return offset - begin + place
    raise ValueError("a note of the kernel is in no segment")
