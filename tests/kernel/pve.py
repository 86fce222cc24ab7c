# SPDX-License-Identifier: GPL-2.0-or-later
"""The full host as a Proxmox VE: the stand-in of proxmox/, its guests, and what it has seen.

A guest is configured by put(), and runs under TCG as those of domain.py do. Its serial port goes to
SERIAL, where the tiny guest says READY.
"""

import dataclasses
import functools
import json
import pathlib

import domain
import guest
import rig

HERE = pathlib.Path(__file__).resolve().parent
VMID = 100
CONFIG = f"/etc/pve/qemu-server/{VMID}.conf"
RUN = "/run/qemu-server"
PID = f"{RUN}/{VMID}.pid"
LEGACY = f"{RUN}/force-legacy-cleanup"
EARLY = f"{RUN}/stand-in-cleanup-is-early"
EVENTS = "/var/log/proxmox-stand-in"
SNIPPETS = "/var/lib/vz/snippets"
KERNEL = "/var/lib/vz/tiny.elf"
SERIAL = "/run/guest-serial"
HOOK = "local:snippets/baton"


@functools.cache
def installed():
    """The rig's cargo, the stand-in, the tiny guest, and baton where a hookscript stands."""
    goods = rig.cargo.__wrapped__()
    # As in baton.py.
    goods.file("/etc/baton/baton.conf", "[timeouts]\nhome = 1\n")
    for name in ("qm", "qmeventd"):
        goods.program(rig.build() / f"tests/kernel/proxmox/{name}", f"/usr/sbin/{name}")
    units = HERE / "proxmox/root"
    for path in sorted(units.rglob("*.service")):
        goods.copy(path, f"/{path.relative_to(units)}")
    tiny = guest.obtain()
    goods.copy(tiny / "tiny.elf", KERNEL)
    tiny.close()
    goods.command("mkdir", "-p", SNIPPETS, "/etc/pve/nodes/full/qemu-server",
                  RUN, "/run/lock/qemu-server")
    goods.command("ln", "-s", "nodes/full", "/etc/pve/local")
    goods.command("ln", "-s", "nodes/full/qemu-server", "/etc/pve/qemu-server")
    goods.command("ln", "-s", "/usr/sbin/baton-proxmox-hook", f"{SNIPPETS}/baton")
    goods.command("systemctl", "daemon-reload")
    goods.command("systemctl", "enable", "--now", "qmeventd.service", "pve-guests.service")
    # The first guest brings its slice into being, which then stays.
    goods.command("systemctl", "start", "qemu.slice")
    return goods


def put(host, hostpci="01:00,rombar=0", *, legacy=False, append="exit=wait", hook=HOOK, **keys):
    """Configure the guest, forget what was seen before, and choose the mechanism of post-stop.

    hostpci: hostpci0; None: no card. append: the guest's command line (guest/README.md).
    """
    lines = {"name": "tiny", "memory": domain.TINY_MIB, "hostpci0": hostpci, "hookscript": hook,
             "args": f"-kernel {KERNEL} -append '{append}' -serial file:{SERIAL}", **keys}
    host.put(CONFIG, "".join(f"{key}: {value}\n" for key, value in lines.items() if value))
    host.shell(f"mkdir -p {RUN}; rm -f {EVENTS} {SERIAL} {LEGACY} {EARLY}", check=True)
    if legacy:
        host.shell(f"touch {LEGACY}", check=True)


@dataclasses.dataclass(frozen=True)
class Seen:
    """What the stand-in has done since put()."""

    events: tuple       # "pre-start begins", "pre-start ended 0", "QEMU runs" …

    @property
    def phases(self):
        """The phases that the hook was called for, in order."""
        return [event.split()[0] for event in self.events if event.endswith(" begins")]

    @property
    def over(self):
        """The exit codes of the calls that are over, in order."""
        return [int(event.split()[-1]) for event in self.events if " ended " in event]

    @property
    def bound(self):
        """What the hook has left to Proxmox VE to bind."""
        return [event for event in self.events if event.startswith("Proxmox VE binds")]


def seen(host):
    """What it has done so far."""
    lines = host.shell(f"cat {EVENTS} 2>/dev/null").stdout.splitlines()
    return Seen(tuple(line.split(maxsplit=2)[2] for line in lines))


@dataclasses.dataclass(frozen=True)
class Home:
    """How the card came home, as the system journal tells it."""

    who: str            # "hook", "guard", or both if they shared the work
    quiet_s: float      # from the guest's end until something was done
    seconds: float      # from the guest's end until the last step


def end_us(host):
    """When a task last saw its guest's QEMU end, in microseconds."""
    last = host.shell(f"grep 'QEMU ended' {EVENTS} | tail -1", check=True).stdout
    return int(float(last.split()[0]) * 1e6)


def home(host, ended_us, boot=0):
    """Who brought the card home after a moment of the host's clock, and how long it took; None:
    nobody had to. boot: -1 looks at the one before this."""
    lines = host.shell(f"journalctl --sync; journalctl -b {boot} --no-pager -o json "
                       "SYSLOG_IDENTIFIER=baton BATON_RESULT=undone",
                       check=True).stdout.splitlines()
    entries = [entry for entry in map(json.loads, lines)
               if int(entry["__REALTIME_TIMESTAMP"]) > ended_us]
    if not entries:
        return None
    first, last = entries[0], entries[-1]
    begun_us = int(first["__REALTIME_TIMESTAMP"]) - int(first["BATON_DURATION_US"])
    guard = {entry.get("_SYSTEMD_UNIT", "").startswith("baton-guard") for entry in entries}
    return Home(" and ".join({True: "guard", False: "hook"}[each] for each in sorted(guard)),
                max(begun_us - ended_us, 0) / 1e6,
                (int(last["__REALTIME_TIMESTAMP"]) - ended_us) / 1e6)
