# SPDX-License-Identifier: GPL-2.0-or-later
"""The guests of virtual hosts: small machines that show what they see on the card they are given."""

import pathlib
import subprocess
import tempfile

import cache
import initramfs
import kernel
import progress
from guest import font, vmlinux

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


# How the Linux guest starts quickly where every instruction is translated twice: without what nobody
# asked for (tests of all ciphers, certificates, types for BPF, tracing, security modules) and without
# what would look for a second time at what is known.
LINUX_OPTIONS = (
    "quiet fbcon=font:TER16x32 video=1024x768 "
    "cryptomgr.notests init_on_alloc=0 rodata=off mitigations=off lsm=capability audit=0 "
    "tsc=reliable lpj=4000000 "
    "initcall_blacklist=load_system_certificate_list,cubictcp_register,bpf_rstat_kfunc_init,"
    "init_kprobe_trace,init_trace_printk_function_export,init_blk_tracer,init_graph_tracefs")

# The card's driver, and what makes a press of the power button readable.
_LINUX_MODULES = ("bochs", "button", "evdev")


def obtain_linux(series=kernel.DEFAULT):
    """Return a Thing with `vmlinux` and `initrd`: what linux/init.c says."""
    stock = kernel.obtain(series)
    key = cache.digest("linux guest 2", stock.path.name, _LINUX_MODULES, HERE / "linux/init.c",
                       HERE / "vmlinux.py", HERE / "__init__.py", HERE.parent / "initramfs.py")

    def make(directory):
        with progress.part(f"Linux guest: making it of Linux {kernel.release(stock)}"):
            image = (stock / "vmlinuz").read_bytes()
            (directory / "vmlinux").write_bytes(vmlinux.extract(image))
            with tempfile.TemporaryDirectory() as scratch:
                _write_initrd(directory / "initrd", stock, pathlib.Path(scratch))
    try:
        return cache.obtain(f"guest-{series}", key, make)
    finally:
        stock.close()


def _write_initrd(path, stock, scratch):
    archive = initramfs.Archive()
    subprocess.run(["gcc", "-std=gnu17", "-Os", "-Wall", "-Wextra", "-Werror", "-static", "-s",
                    "-o", scratch / "init", HERE / "linux/init.c"], check=True)
    archive.copy(scratch / "init", "init")
    for index, module in enumerate(_in_order(stock)):
        # The guest loads them one after the other. To check a signature and to read types for BPF
        # takes longer there than all that the modules do; what objcopy writes has neither.
        lean = scratch / "module"
        subprocess.run(["objcopy", "--strip-debug", "--remove-section=.BTF", module, lean],
                       check=True)
        archive.copy(lean, f"modules/{index:02}-{module.name}")
    for name in ("dev", "sys"):
        archive.directory(name)
    archive.character("dev/console", 5, 1)
    archive.write(path)


def _in_order(stock):
    """The files of the modules, what they depend on before them."""
    tree = stock / "tree/lib/modules" / kernel.release(stock)
    files = []
    for line in (tree / "modules.dep").read_text().splitlines():
        file, _, needs = line.partition(":")
        if pathlib.PurePosixPath(file).name.split(".")[0] in _LINUX_MODULES:
            # modules.dep names first what must be there last.
            files += [need for need in (*reversed(needs.split()), file) if need not in files]
    return [tree / file for file in files]
