# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows every rule something wrong and something right: no rule is one that cannot fail."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import layering
import lazy
import style
import symbols
import words

# rule, path, a text that it has to refuse, a text that it has to let pass
PLANTED = [
    (layering.includes, "src/plan/a.c", '#include "linux/linux.h"\n', '#include "host/host.h"\n'),
    (layering.includes, "src/base/a.c", '#include "host/host.h"\n', '#include <errno.h>\n'),
    (layering.includes, "src/run/a.c", '#include "host/display/drm.h"\n', '#include "host/host.h"\n'),
    (layering.includes, "src/front/a.c", '#include "linux/linux.h"\n', '#include "handover.h"\n'),
    (layering.includes, "src/linux/a.c", '#include "inventory/detail.h"\n', '#include "host/host.h"\n'),
    (layering.includes, "src/host/a.c", '#include "drm.h"\n', '#include "host/display/drm.h"\n'),
    (layering.includes, "src/host/a.c", '#include "../base/text.h"\n', '#include "base/text.h"\n'),
    (layering.includes, "src/front/a.c", '#include "base/create.h"\n', '#include "base/file.h"\n'),
    (layering.includes, "src/linux/a.c", '#include "request/request.h"\n', '#include "run/ops.h"\n'),
    (layering.own_header_first, "src/plan/step.c", '#include <errno.h>\n#include "plan/step.h"\n',
     '#include "plan/step.h"\n#include <errno.h>\n'),
    (layering.include_directories, "src/plan/meson.build", "include_directories('.')\n",
     "include_directories: src\n"),
    (words.licence, "src/a.c", "int x;\n", "// SPDX-License-Identifier: GPL-2.0-or-later\n"),
    (words.licence, "a", "#!/bin/sh\n", "text\n"),
    (words.left_open, "a.c", "/* TODO: more */\n", "/* to do this, do that */\n"),
    (words.left_open, "a.py", "# FIXME\n", "# fixed\n"),
    (words.somebodys_paths, "a.md", "see /home/me/x\n", "see ~/.cache and $HOME/x\n"),
    (words.registries, "a.sh", "curl http://deb.debian.org/debian\n", "apt-get update\n"),
    (words.registries, "a.py", "URL = 'https://pypi.org/simple'\n", "import json\n"),
    (words.blanks, "a.md", "line \n", "line\n"),
    (words.blanks, "a.md", "no end", "end\n"),
    (words.width, "a.py", "x" * 111 + "\n", "x" * 110 + "\n"),
    (style.no_goto, "a.c", "goto out;\n", '/* goto */ "goto out;"\n'),
    (style.no_shell, "a.c", 'system("ls");\n', "follow_subsystem(x); lib->system(x);\n"),
    (style.no_shell, "a.c", 'popen ("ls", "r");\n', "// popen(x)\n"),
    (style.exit_only_in_main, "src/front/a.c", "exit(1);\n", "_exit(1);\n"),
    (style.exit_only_in_main, "src/front/a.c", "abort();\n", "assert(x);\n"),
    (style.no_sleep, "src/linux/a.c", "usleep(10);\n", "poll(&fd, 1, timeout_ms);\n"),
    (style.no_typedef, "src/plan/a.h", "typedef struct a a;\n", "struct a { int b; };\n"),
    (style.readers_only_read, "src/host/a.c", "openat(d, p, O_RDWR);\n", "openat(d, p, O_RDONLY);\n"),
    (style.closed_on_exec, "src/linux/a.c", "fd = open(p, O_RDONLY);\n",
     "fd = open(p, O_RDONLY |\n\tO_CLOEXEC);\nplatform->open(x);\n"),
]


class Rules(unittest.TestCase):
    def test_every_rule(self):
        for rule, path, wrong, right in PLANTED:
            with self.subTest(rule=rule.__name__, wrong=wrong):
                self.assertNotEqual(rule(path, wrong), [])
                self.assertEqual(rule(path, right), [])

    def test_sonames(self):
        self.assertEqual(style.sonames('load("libkmod.so.2")'), {'"libkmod.so.2"'})

    def test_linked_libraries(self):
        printed = " 0x01 (NEEDED)  Shared library: [libsystemd.so.0]\n" \
                  " 0x01 (NEEDED)  Shared library: [libc.so.6]\n"
        self.assertEqual(lazy.too_many(lazy.needed(printed)), ["libsystemd.so"])


class Compiled(unittest.TestCase):
    """A program of two layers, made for this: what each function reaches has to be seen."""

    HOST = """
        #include <unistd.h>
        int look_up(int x) { return x + 1; }
        int read_it(int fd) { char c; return (int)read(fd, &c, 1); }
        static int write_it(int fd) { return (int)write(fd, "x", 1); }
        int (*const table[])(int) = {read_it, write_it};
    """
    PURE = "int look_up(int); int plan_a(int x) { return look_up(x); }"
    DIRECT = "int unlink(const char *); int plan_b(int x) { return unlink(\"x\") + x; }"
    BY_HOST = "int read_it(int); int plan_c(int x) { return read_it(x); }"
    BY_TABLE = "extern int (*const table[])(int); int plan_d(int x) { return table[x](x); }"

    def archive(self, layer, code):
        folder = pathlib.Path(self.folder.name)
        source, part = folder / f"{layer}.c", folder / f"{layer}.c.o"
        path = folder / f"lib{layer}.a"
        source.write_text(code)
        subprocess.run([*os.environ.get("CC", "cc").split(), "-O2", "-fPIC", "-ffunction-sections",
                        "-fdata-sections", "-c", source, "-o", part], check=True)
        path.unlink(missing_ok=True)
        subprocess.run(["ar", "rcs", path, part], check=True)
        return symbols.Archive(layer, path)

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.host = self.archive("host", self.HOST)

    def reached(self, code):
        plan = self.archive("plan", code)
        program = symbols.Program({"host": self.host, "plan": plan})
        return symbols.not_allowed(program.reach(plan.code()), symbols.PURE)

    def test_what_a_function_reaches(self):
        self.assertEqual(self.reached(self.PURE), [])
        self.assertIn("unlink", self.reached(self.DIRECT)[0])
        self.assertIn("read", self.reached(self.BY_HOST)[0])
        self.assertIn("write", " ".join(self.reached(self.BY_TABLE)))


if __name__ == "__main__":
    unittest.main()
