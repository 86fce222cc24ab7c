# SPDX-License-Identifier: GPL-2.0-or-later
"""Saved states: virtual hosts that are up and ready, kept on disk.

A state is three files: `ram`, the host's memory as it was; `state`, its devices, as QEMU's
migration writes them; and for a host with a disk `disk`, what was written to it since its image was
made. The RAM is not in the stream (QEMU's capability x-ignore-shared): a host that goes on from a
state maps the file privately, so it starts at once, however large it is, and all hosts that run
share the pages that they only read.
"""

import pathlib
import subprocess

import acceleration
import cache
import image
import machine as hardware
import progress
import qemu
import vhost

HERE = pathlib.Path(__file__).resolve().parent


def obtain(machine, cargo=None):
    """Return the Thing with the state of a machine that is ready, with a cargo if one is given."""
    ready = _ready(machine)
    if cargo is None:
        return ready
    key = cache.digest("cargo 1", ready.path.name, cargo.key(), HERE / "state.py")
    try:
        return cache.obtain(f"{_name(machine)}-installed", key,
                            lambda directory: _install(machine, ready, cargo, directory))
    finally:
        ready.close()


def _name(machine):
    return f"state-{machine.title}-{acceleration.name()}"


def _ready(machine):
    boots = image.obtain(machine)
    key = cache.digest("ready 1", boots.key, machine, machine.cmdline(),
                       machine.arguments(acceleration.name()), acceleration.identity(),
                       qemu.version(), HERE / "state.py", HERE / "vhost.py",
                       vhost.WAIT_READY if machine.kind == "full" else None,
                       pathlib.Path(hardware.UEFI) if machine.uefi else None)
    boots.close()

    def make(directory):
        title = f"{machine.title} host: booting it ({acceleration.name()}) and saving its state"
        with progress.part(title):
            vhost.boot(machine, directory).save()
    return cache.obtain(f"{_name(machine)}-ready", key, make)


def _install(machine, ready, cargo, directory):
    with progress.part(f"{machine.title} host: saving a state with what is to be tested"):
        subprocess.run(["cp", "--sparse=always", "--reflink=auto", ready / "ram",
                        directory / "ram"], check=True)
        with vhost.VirtualHost(machine, ready, directory) as host:
            cargo.unload(host)
            host.run("sync", check=True)
            host.save()
