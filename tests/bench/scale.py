#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`baton list` beside `lspci -nnk` on one tree that both read, with 256 to 4096 devices in it.

    scale.py UNFOLD BATON MODULES [ROUNDS]       all sizes; MODULES: a kernel's lib/modules/RELEASE
    scale.py --below ROOT BATON MODULES ROUNDS   one tree, unfolded, in a mount namespace of its own

lspci takes another place for sysfs with -O sysfs.path=, but a kernel's modules only from where they
are: it runs on an overlay of this machine that has them there. Both get the same list of names and
the same modules. Processor time with that of their children, alternating, as medians.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MACHINE = HERE.parent / "machines" / "gpu-server.py"
NAMES = ("/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids")
SIZES = (256, 1024, 4096)


def cost(command):
    """Milliseconds of processor time, and how many lines it prints that are not indented."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        printed = process.stdout.read().decode()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} fails with {process.returncode}")
    return (used.ru_utime + used.ru_stime) * 1e3, printed


def copy_modules(modules, place):
    """What depmod made, without the modules."""
    os.makedirs(place, exist_ok=True)
    for name in pathlib.Path(modules).glob("modules.*"):
        shutil.copy(name, place)


def overlay(scratch, modules):
    """This machine with those modules as its own; nobody outside of the namespace sees it."""
    def mount(*words):
        subprocess.run(["mount", *words], check=True)

    mount("-t", "tmpfs", "scratch", scratch)
    upper, work, merged = (f"{scratch}/{name}" for name in ("upper", "work", "merged"))
    for directory in (upper, work, merged):
        os.mkdir(directory)
    copy_modules(modules, f"{upper}/usr/lib/modules/{os.uname().release}")
    mount("-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={upper},workdir={work}", merged)
    for directory in ("dev", "proc", "sys"):
        mount("--rbind", f"/{directory}", f"{merged}/{directory}")
    return merged


def compare(root, baton, modules, rounds):
    """Medians of baton and of lspci, in milliseconds, for the devices that both list."""
    names = next(name for name in NAMES if os.path.exists(name))
    os.makedirs(f"{root}/usr/share/misc", exist_ok=True)
    shutil.copy(names, f"{root}/usr/share/misc/pci.ids")
    release = pathlib.Path(f"{root}/proc/sys/kernel/osrelease").read_text().strip()
    copy_modules(modules, f"{root}/lib/modules/{release}")
    scratch = tempfile.mkdtemp()
    merged = overlay(scratch, modules)
    commands = ([baton, "list", "--root", root],
                ["chroot", merged, "lspci", "-D", "-nnk", "-O", f"sysfs.path={root}/sys/bus/pci"])
    times = ([], [])
    devices = os.listdir(f"{root}/sys/bus/pci/devices")
    for _ in range(rounds):
        for spent, command in zip(times, commands):
            milliseconds, printed = cost(command)
            spent.append(milliseconds)
            for device in devices:
                if device not in printed:
                    raise RuntimeError(f"{command[0]} does not list {device}")
    subprocess.run(["umount", "-R", scratch], check=True)
    os.rmdir(scratch)
    return (len(devices), *(statistics.median(spent) for spent in times))


def main(arguments):
    """Measures and prints."""
    if arguments[0] == "--below":
        print(*compare(*arguments[1:4], int(arguments[4])))
        return 0
    unfold, baton, modules, *rounds = arguments
    print("list of all devices with drivers and names, processor time, one tree")
    print(f"{'devices':>8}{'baton list':>14}{'lspci -nnk':>14}{'ratio':>8}{'a device':>12}")
    for size in SIZES:
        with tempfile.NamedTemporaryFile(suffix=".umockdev") as file:
            subprocess.run([sys.executable, MACHINE, str(size)], stdout=file, check=True)
            words = [unfold, file.name, "", "unshare", "-m", sys.executable, __file__, "--below",
                     "{}", baton, modules, *(rounds or ["5"])]
            printed = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout
        devices, ours, theirs = (float(word) for word in printed.split())
        print(f"{devices:8.0f}{ours:11.1f} ms{theirs:11.1f} ms{ours / theirs:8.2f}"
              f"{1e3 * ours / devices:9.0f} us")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
