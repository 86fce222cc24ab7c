# SPDX-License-Identifier: GPL-2.0-or-later
"""Expansion ROMs composed from the specifications (PCI Firmware 3.3, 5.1; UEFI, 14.4.2), and what is
in one read by other means than baton's: with struct, front to back."""

import struct

BLOCK = 512
STRUCTURE = 0x40
LAST = 0x80
X86_64 = 0x8664
BIOS, EFI = 0, 3
IMAGES_MAX = 32

NOTES = {"efi-machine", "no-efi", "no-bios"}


def image(code, last, blocks=2, vendor=0x10de, device=0x2484):
    """One image, filled with something that is no signature."""
    data = bytearray(b"\x5a" * (blocks * BLOCK))
    struct.pack_into("<H", data, 0, 0xaa55)
    struct.pack_into("<H", data, 0x18, STRUCTURE)
    struct.pack_into("<4sHHHHB3sHHBBHH", data, STRUCTURE, b"PCIR", vendor, device, 0, 0x1c, 3,
                     b"\0\0\3", blocks, 1, code, LAST if last else 0, 0, 0)
    if code == EFI:
        struct.pack_into("<IHH", data, 4, 0x0ef1, 11, X86_64)
        struct.pack_into("<H", data, 0x16, 0x60)
    if code == BIOS:
        data[2] = blocks
        data[0x3f] = 0
        data[0x3f] = -sum(data) & 0xff
    return bytes(data)


def whole():
    """What most cards have: a BIOS and an EFI driver."""
    return image(BIOS, False) + image(EFI, True, blocks=3)


class Reader:
    """Walks through the images and collects the ids of faults."""

    def __init__(self, data):
        self.faults = set()
        self.images = []
        self.start = 0
        if not data or (len(set(data)) == 1 and data[0] in (0, 0xff)):
            self.faults.add("empty")
            return
        self.start = self.find(data)
        if self.start is None:
            self.start = 0
            self.faults.add("no-image")
            return
        if self.start:
            self.faults.add("header")
        self.walk(data[self.start:])
        if self.images:
            codes = {code for _, _, code in self.images}
            self.faults |= {"no-efi"} if EFI not in codes else set()
            self.faults |= {"no-bios"} if BIOS not in codes else set()

    @staticmethod
    def structure(data, at):
        """The PCIR structure of the image there; None: it has none; "cut": the file ends before."""
        where = at + struct.unpack_from("<H", data, at + 0x18)[0]
        found = data[where:where + 0x18]
        if len(found) < 0x18:
            return "cut"
        return found if found[:4] == b"PCIR" else None

    def find(self, data):
        """Where the first image is."""
        at = data.find(b"\x55\xaa")
        while at != -1 and at + 0x1a <= len(data):
            if at == 0 or isinstance(self.structure(data, at), bytes):
                return at
            at = data.find(b"\x55\xaa", at + 1)
        return None

    def walk(self, data):
        """From image to image."""
        at = 0
        while True:
            if len(self.images) == IMAGES_MAX:
                self.faults.add("too-many")
                return
            if data[at:at + 2] != b"\x55\xaa" or at + 0x1a > len(data):
                self.faults.add("cut" if at >= len(data) else "no-end")
                return
            found = self.structure(data, at)
            if not isinstance(found, bytes):
                self.faults.add("cut" if found else "no-structure")
                return
            size, code, indicator = struct.unpack_from("<H2xBB", found, 0x10)
            size *= BLOCK
            if size == 0:
                self.faults.add("no-size")
                return
            self.images.append((self.start + at, size, code))
            here = data[at:at + size]
            if len(here) < size:
                self.faults.add("cut")
            elif code == BIOS:
                self.bios(here)
            if code == EFI:
                self.efi(here, size)
            if len(here) < size or indicator & LAST:
                return
            at += size

    def bios(self, here):
        """What a machine without EFI looks at."""
        own = here[2] * BLOCK
        if own == 0 or own > len(here):
            self.faults.add("bios-size")
        elif sum(here[:own]) & 0xff:
            self.faults.add("checksum")

    def efi(self, here, size):
        """And one with it."""
        signature, _, machine = struct.unpack_from("<IHH", here, 4)
        if signature != 0x0ef1:
            self.faults.add("efi-signature")
            return
        if machine != X86_64:
            self.faults.add("efi-machine")
        if struct.unpack_from("<H", here, 0x16)[0] >= size:
            self.faults.add("efi-start")

    @property
    def verdict(self):
        """As baton calls it."""
        bad = self.faults - NOTES
        return "good" if not bad else "mendable" if bad == {"header"} else "broken"
