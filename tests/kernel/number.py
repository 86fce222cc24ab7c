# SPDX-License-Identifier: GPL-2.0-or-later
"""The number that the Linux guest draws on its card's console, found in a picture of the screen.

guest/linux/init.c draws a digit as three by five dots, two characters of the console's font
(guest.LINUX_OPTIONS: 16 by 32 pixels) to a dot, in bright yellow on black, two blanks before the
number and after each digit.
"""

DOT = 32
COLUMNS, ROWS = 3, 5
MARGIN = DOT
LIT, DARK = b"\xff\xff\x55", b"\x00\x00\x00"
DIGITS = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", " ##", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
}


def rows(number, width):
    """The rows of pixels, as in picture.Picture, of a screen this wide with the number on it."""
    for row in range(ROWS):
        dots = " ".join(DIGITS[digit][row] for digit in str(number))
        drawn = DARK * MARGIN + b"".join((LIT if dot == "#" else DARK) * DOT for dot in dots)
        yield from [drawn + DARK * (width - len(drawn) // 3)] * DOT


def is_shown(shot, number):
    """Is the number somewhere on the screen, every pixel of its lines as it must be?"""
    wanted = tuple(rows(number, shot.width))
    return any(shot.rows[top:top + len(wanted)] == wanted
               for top in range(0, shot.height - len(wanted) + 1, DOT))
