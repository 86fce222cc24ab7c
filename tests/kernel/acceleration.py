# SPDX-License-Identifier: GPL-2.0-or-later
"""KVM where it really works, else QEMU's own translator (TCG).

/dev/kvm alone says little: inside a virtual machine it may be there and yet run no stock kernel.
So a stock kernel is started on it once per boot of this machine, and what came of it is kept.
BATON_TEST_ACCEL=kvm or tcg decides without a trial.
"""

import functools
import os
import pathlib
import subprocess
import tempfile

import cache
import kernel
import progress
import qemu

TRIAL_S = 10


@functools.cache
def name():
    """Which accelerator virtual hosts use: "kvm" or "tcg"."""
    forced = os.environ.get("BATON_TEST_ACCEL", "")
    if forced in ("kvm", "tcg"):
        return forced
    if forced:
        raise ValueError(f"BATON_TEST_ACCEL is {forced!r}; it must be kvm or tcg")
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text()
    found = cache.obtain("accel", cache.digest(boot, qemu.version()), _try)
    try:
        return (found / "name").read_text()
    finally:
        found.close()


def identity():
    """What a saved state depends on besides its machine: the accelerator, and KVM's processor."""
    if name() == "tcg":
        return "tcg"
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    return ["kvm", *sorted({line for line in lines if line.startswith(("model name", "flags"))})]


def _try(directory):
    stock = kernel.obtain(kernel.DEFAULT)
    with (progress.part("does KVM run a stock kernel here?"),
          tempfile.TemporaryDirectory() as scratch):
        serial = pathlib.Path(scratch) / "serial"
        command = [qemu.PROGRAM, "-nodefaults", "-no-user-config", "-display", "none",
                   "-M", "q35,kernel-irqchip=split", "-accel", "kvm", "-cpu", "host",
                   "-m", "256M", "-smp", "2", "-no-reboot", "-serial", f"file:{serial}",
                   "-kernel", stock / "vmlinuz", "-append", "console=ttyS0 panic=-1"]
        try:
            # Without a root the kernel panics and, with panic=-1, restarts at once: QEMU ends.
            subprocess.run(command, timeout=TRIAL_S, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            pass
        works = serial.exists() and b"Kernel panic" in serial.read_bytes()
    (directory / "name").write_text("kvm" if works else "tcg")
    stock.close()
