# SPDX-License-Identifier: GPL-2.0-or-later
"""Drivers that do not let go: modules for the virtual hosts' kernels, and what is done with them.

stubborn.c is bad in every way that its parameters name; nvidia*.c are as much of NVIDIA's modules as
a hand-over meets. They are built here, against the headers of the virtual host's kernel, and loaded
there alone.
"""

import pathlib
import shutil
import subprocess
import tempfile

import cache
import kernel
import progress

HERE = pathlib.Path(__file__).resolve().parent

# The compiler need not be the very one that built the kernel; nobody here makes types for BPF.
_SETTINGS = ("CC=gcc", "CONFIG_DEBUG_INFO_BTF_MODULES=")


def obtain(series):
    """Return a Thing with the modules, NAME.ko, for a kernel series."""
    sources = sorted(path for path in HERE.iterdir() if path.suffix in (".c", ".h", ""))
    sources = [path for path in sources if path.is_file()]
    headers = kernel.obtain_headers(series)
    key = cache.digest("stubborn 1", headers.path.name, HERE / "__init__.py",
                       [(path.name, path) for path in sources])

    def make(directory):
        with progress.part(f"stubborn drivers for Linux {series}: building them"):
            _build(headers / "build", sources, directory)
    try:
        return cache.obtain(f"stubborn-{series}", key, make)
    finally:
        headers.close()


def _build(headers, sources, directory):
    with tempfile.TemporaryDirectory() as scratch:
        for path in sources:
            shutil.copy(path, scratch)
        done = subprocess.run(["make", "-s", "-C", headers, f"M={scratch}", *_SETTINGS, "modules"],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise RuntimeError(f"the stubborn drivers do not build:\n{done.stdout}")
        for module in pathlib.Path(scratch).glob("*.ko"):
            subprocess.run(["strip", "--strip-debug", "-o", directory / module.name, module],
                           check=True)


def bring(host):
    """Have the host's modprobe know the modules."""
    thing = obtain(host.machine.kernel)
    try:
        for module in sorted(thing.path.glob("*.ko")):
            host.put(f"{_place(host)}/{module.name}", module.read_bytes())
    finally:
        thing.close()
    host.run("depmod", check=True)


def _place(host):
    return f"/lib/modules/{host.run('uname', '-r', check=True).stdout.strip()}/updates"


def behave(host, **parameters):
    """Set parameters of stubborn.c: behave(host, keeps=True)."""
    for name, value in parameters.items():
        host.shell(f"echo {'Y' if value else 'N'} >/sys/module/stubborn/parameters/{name}",
                   check=True)


def insert(host):
    """Load stubborn.c in a host whose modprobe cannot be told of it."""
    thing = obtain(host.machine.kernel)
    try:
        host.put("/tmp/stubborn.ko", (thing / "stubborn.ko").read_bytes())
    finally:
        thing.close()
    host.run("insmod", "/tmp/stubborn.ko", check=True)
