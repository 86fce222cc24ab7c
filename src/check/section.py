#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the sections of baton-findings(7) into C, so that `baton check --explain` has them.

usage: section.py PAGE.scd SECTIONS.c
"""

import re
import sys

SECTION = re.compile(r"^## ([a-z0-9-]+)\n(.*?)(?=^##? |\Z)", re.MULTILINE | re.DOTALL)


def plain(text):
    """scdoc's text without its marks: *strong*, _underlined_, "\\" before what is meant as it is."""
    text = re.sub(r"(?<![\\\w*])\*([^*\n]+)\*(?!\w)", r"\1", text)
    text = re.sub(r"(?<![\\\w])_([^_\n]+)_(?!\w)", r"\1", text)
    text = re.sub(r"^```\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\\(.)", r"\1", text).strip("\n")


def literal(text):
    """As C's string literals, a line each."""
    lines = text.replace("\\", "\\\\").replace('"', '\\"').expandtabs(8).split("\n")
    return "\n".join(f'\t\t"{line}\\n"' for line in lines)


def main():
    page, output = sys.argv[1:]
    with open(page, encoding="utf-8") as file:
        found = SECTION.findall(file.read())
    rows = [f'\t{{"{name}",\n{literal(plain(text))}}},\n' for name, text in found]
    with open(output, "w", encoding="utf-8") as file:
        file.write('#include "check/section.h"\n\nconst struct section sections[] = {\n'
                   + "".join(rows) + "};\n"
                   "const size_t section_count = sizeof(sections) / sizeof(sections[0]);\n")


if __name__ == "__main__":
    main()
