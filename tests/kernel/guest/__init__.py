# SPDX-License-Identifier: GPL-2.0-or-later
"""The guests of virtual hosts: small machines that show what they see on the card they are given."""

import pathlib
import subprocess
import tempfile

import cache
import progress
from guest import font

HERE = pathlib.Path(__file__).resolve().parent

_FLAGS = ("-std=gnu17", "-m32", "-march=i686", "-Os", "-Wall", "-Wextra", "-Werror",
          "-ffreestanding", "-fno-pic", "-fno-stack-protector", "-fno-asynchronous-unwind-tables",
          "-fcf-protection=none", "-mno-sse", "-mno-mmx", "-mno-80387")
_LINKING = ("-m32", "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none")


def obtain():
    """Return a Thing with `tiny.elf`: what tiny/guest.c says, for `qemu -kernel`."""
    sources = sorted((HERE / "tiny").iterdir())
    key = cache.digest("tiny 1", [(path.name, path) for path in sources], HERE / "font.py",
                       HERE / "__init__.py", font.identity())

    def make(directory):
        with progress.part("tiny guest: building it"):
            _build(directory, sources)
    return cache.obtain("tiny", key, make)


def _build(directory, sources):
    code = [path for path in sources if path.suffix in (".c", ".S")]
    with tempfile.TemporaryDirectory() as scratch:
        table = pathlib.Path(scratch) / "font.c"
        table.write_text(font.source(pathlib.Path(scratch)))
        subprocess.run(["gcc", *_FLAGS, *_LINKING, f"-I{HERE / 'tiny'}", "-T",
                        HERE / "tiny/tiny.ld", "-o", directory / "tiny.elf", *code, table],
                       check=True)
