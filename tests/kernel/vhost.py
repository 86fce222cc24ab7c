# SPDX-License-Identifier: GPL-2.0-or-later
"""Virtual hosts: whole Linux machines with graphics cards to hand over.

    with vhost.start(Machine("mini")) as host:
        print(host.run("lspci").stdout)

start() goes on from a saved state, in a fraction of a second, and boot() boots. Whatever happens
inside is thrown away at the end; neither the images nor the saved states change.
"""

import pathlib
import shutil
import subprocess
import tempfile
import time

import acceleration
import agent
import image
import machine as hardware
import picture
import qemu
from agent import Failed

# Only what hangs takes this long, however busy the machine is.
BOOT_S = {"mini": 600, "full": 1800, "boot": 1800}
READY_S = 600

WAIT_READY = pathlib.Path(__file__).resolve().parent / "full/wait-ready"

# The login screen (full/root/etc/lightdm): its colour, and where its clock stands.
LOGIN_BACKGROUND = (0x2d, 0x5f, 0x73)
LOGIN_CLOCK = picture.Box(540, 0, 740, 24)


def boot(machine, directory=None):
    """Boot a virtual host and wait until it is ready: the mini host for commands, the full host
    with its login screen up."""
    host = VirtualHost(machine, directory=directory)
    try:
        host.wait_ready()
    except BaseException:
        host.close()
        raise
    return host


def start(machine, cargo=None):
    """A virtual host that goes on from the saved state "ready", or, with a Cargo, from one in
    which the cargo is in place. The states are made if they are not there yet."""
    import state  # it makes states by this module
    saved = state.obtain(machine, cargo)
    try:
        return VirtualHost(machine, saved)
    finally:
        saved.close()


class VirtualHost:
    """A running virtual host; end it with close(), or use it in a `with`."""

    def __init__(self, machine, saved=None, directory=None, boots=None):
        """saved: a Thing made by state.py, to go on from; None boots: what image.py has for this
        machine, or the `boots` given, which are as image.Boot is.

        directory: keep RAM and disk there as the files of a state to be saved, not throw them away;
        with `saved`, a copy of its RAM must be there already.
        """
        self.machine = machine
        self._draft = directory
        self._plugged = 0
        self._folder = tempfile.TemporaryDirectory(prefix="baton-vhost-")
        self.directory = pathlib.Path(self._folder.name)
        boots = boots or image.obtain(machine)
        try:
            self._launch(boots, saved)
        except BaseException:
            self._folder.cleanup()
            raise
        finally:
            boots.close()
        try:
            self.agent = agent.Agent(self.qemu.sockets["agent"])
            if saved:
                self._resume(saved)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- start and end ----

    def _launch(self, boots, saved):
        arguments = self.machine.arguments(acceleration.name())
        arguments += ["-audiodev", "none,id=silence", "-device", "virtio-serial-pci,id=ports",
                      "-device", f"virtserialport,name={hardware.AGENT_PORT},chardev=agent",
                      "-device", "virtio-rng-pci", *boots.arguments(self.machine)]
        arguments += self._memory(saved)
        for index, disk in enumerate(self._disks(boots, saved)):
            arguments += ["-drive", f"if=none,id=disk{index},{disk}",
                          "-device", f"virtio-blk-pci,drive=disk{index}"]
        # A kernel that dies while it boots ends QEMU at once; later a host may restart.
        arguments += ["-incoming", "defer"] if saved else ["-action", "reboot=shutdown"]
        self.qemu = qemu.Qemu(arguments, self.directory, sockets=("agent",))

    def _memory(self, saved):
        size = f"{self.machine.memory_mib}M"
        if self._draft:
            backend = f"memory-backend-file,size={size},mem-path={self._draft / 'ram'},share=on"
        elif saved:
            # A private mapping: pages are read from the state, and copied when written.
            backend = f"memory-backend-file,size={size},mem-path={saved / 'ram'},share=off"
        else:
            backend = f"memory-backend-ram,size={size}"
        return ["-object", f"{backend},id=ram"]

    def _disks(self, boots, saved):
        """The values of -drive: what is written goes to a draft to be kept or is thrown away."""
        if boots.root is None:
            return []
        root = saved / "disk" if saved else boots.root
        kept = "format=qcow2" if saved else "format=raw"
        if self._draft:
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", kept.split("=")[1],
                            "-b", root, self._draft / "disk"], check=True)
            first = f"file={self._draft / 'disk'},format=qcow2"
        else:
            first = f"file={root},{kept},snapshot=on"
        return [first, *(f"file={path},format=raw,readonly=on" for path in boots.others)]

    def _resume(self, saved):
        self._share_memory()
        mark = self.qemu.mark()
        self.qemu.command("migrate-incoming", uri=f"exec:cat {saved / 'state'}")
        done = self.qemu.event(["MIGRATION"], mark, READY_S,
                               lambda data: data["status"] in ("completed", "failed"))
        if done["data"]["status"] == "failed":
            raise qemu.QemuError(f"the saved state does not load: {self.qemu.complaints()}")
        self.qemu.command("cont")
        self.agent.hello(READY_S)

    def _share_memory(self):
        """The RAM is in its file already: states hold only the devices."""
        self.qemu.command("migrate-set-capabilities", capabilities=[
            {"capability": "x-ignore-shared", "state": True},
            {"capability": "events", "state": True}])

    def save(self):
        """End the host and leave its state in the directory given at its start."""
        self.qemu.command("stop")
        self._share_memory()
        mark = self.qemu.mark()
        self.qemu.command("migrate", uri=f"exec:cat >{self._draft / 'state'}")
        done = self.qemu.event(["MIGRATION"], mark, READY_S,
                               lambda data: data["status"] in ("completed", "failed"))
        if done["data"]["status"] == "failed":
            raise qemu.QemuError(f"the state cannot be saved: {self.qemu.complaints()}")
        self.qemu.command("quit")
        self.qemu.wait()
        self.close()

    def close(self):
        """End the host as if its plug were pulled."""
        if hasattr(self, "qemu"):
            self.qemu.close()
        self._folder.cleanup()

    def wait_ready(self):
        """Wait until a host that boots is ready."""
        try:
            self.agent.hello(BOOT_S[self.machine.kind])
        except (TimeoutError, agent.Gone) as error:
            raise qemu.QemuError(f"the {self.machine.title} host does not come up: {error}\n"
                                 f"{self.qemu.complaints()}\n{self.console()[-2000:]}") from error
        self.qemu.command("set-action", reboot="reset")
        if self.machine.kind == "full":
            self.shell(WAIT_READY.read_text(), check=True, deadline_s=BOOT_S["full"])
            if self.machine.bochs:
                self.wait_login(BOOT_S["full"])

    def wait_poweroff(self, deadline_s=READY_S):
        """Wait until the host has switched itself off."""
        self.qemu.wait(deadline_s)

    def reboot(self, deadline_s=READY_S):
        """Have the host restart as its administrator would, and wait until it is ready again."""
        mark = self.qemu.mark()
        # The mini host's first process is a script that knows nothing of signals.
        self.start("reboot", *(["-f"] if self.machine.kind == "mini" else []))
        self.qemu.event(["RESET"], mark, deadline_s)
        self.agent.lose()
        self.wait_ready()

    # ---- commands and files ----

    def start(self, *words, **options):
        """Start a command; see agent.Agent.start and agent.Command."""
        return self.agent.start(list(map(str, words)), **options)

    def run(self, *words, check=False, deadline_s=agent.DEADLINE_S, text=None, **options):
        """Do a command and return its agent.Result; check: Failed is raised unless it is 0.

        text: what the command reads on stdin.
        """
        if text is not None:
            options["stdin"] = f"/run/stdin-{time.monotonic_ns()}"
            self.put(options["stdin"], text)
        result = self.start(*words, **options).wait(deadline_s)
        if text is not None:
            self.run("rm", options["stdin"])
        if check and result.status != 0:
            raise Failed(result)
        return result

    def shell(self, script, **options):
        """Do a shell script; see run()."""
        return self.run("sh", "-c", script, **options)

    def put(self, path, data, mode=0o644):
        """Write a file (bytes or text) in the host."""
        self.agent.put(path, data.encode() if isinstance(data, str) else data, mode)

    def get(self, path):
        """The bytes of a file in the host."""
        return self.agent.get(path)

    def read(self, path):
        """The text of a file in the host, such as an attribute in /sys, without its newline."""
        return self.get(path).decode(errors="replace").removesuffix("\n")

    def missing(self, paths):
        """Those of the paths that do not exist in the host."""
        if not paths:
            return []
        script = 'for path; do [ -e "$path" ] || echo "$path"; done'
        return self.run("sh", "-c", script, "sh", *paths, check=True).stdout.splitlines()

    def driver(self, address):
        """The name of the driver of a PCI function, None if it has none."""
        script = 'cd "/sys/bus/pci/devices/$0" && [ ! -e driver ] || basename "$(readlink driver)"'
        return self.run("sh", "-c", script, address, check=True).stdout.strip() or None

    def group(self, address):
        """The IOMMU group of a PCI function as a list of addresses, None if it has none."""
        script = 'cd "/sys/bus/pci/devices/$0" && [ ! -e iommu_group ] || ls iommu_group/devices'
        return self.run("sh", "-c", script, address, check=True).stdout.split() or None

    # ---- hardware ----

    def screen(self, card="gpu0"):
        """What the monitor at a card shows, as a picture.Picture."""
        path = self.directory / "screen.png"
        self.qemu.command("screendump", filename=str(path), device=card, format="png")
        return picture.read(path)

    def screenshot(self, path, card="gpu0"):
        """Write what the monitor at a card shows to a PNG file."""
        self.qemu.command("screendump", filename=str(pathlib.Path(path).resolve()), device=card,
                          format="png")

    def wait_screen(self, condition, deadline_s=READY_S, card="gpu0"):
        """Wait until condition(picture) holds for what a card shows, and return that picture."""
        deadline = time.monotonic() + deadline_s
        while not condition(shown := self.screen(card)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{card} did not show what was awaited within {deadline_s} s")
            time.sleep(0.2)
        return shown

    def wait_login(self, deadline_s=READY_S):
        """Wait until the full host's login screen is drawn, and return it as a picture."""
        shown = []

        def drawn(shot):
            shown.append(shot)
            corner = shot.pixel(8, shot.height - 8)
            centre = shot.pixel(shot.width // 2, shot.height // 2)
            return (corner == LOGIN_BACKGROUND and centre != corner and len(shown) > 4
                    and shown[-4].rows == shown[-1].rows)
        return self.wait_screen(drawn, deadline_s)

    def wait_same(self, wanted, ignored=(), deadline_s=READY_S, card="gpu0"):
        """Wait until a card shows this picture again, boxes aside (see picture.differing)."""
        return self.wait_screen(lambda shot: picture.differing(wanted, shot, ignored) == 0,
                                deadline_s, card)

    def plug(self, name):
        """Plug one of hardware.PLUGS into the next free port; returns its slot, as 0000:04:00."""
        port = hardware.SPARES[self._plugged]
        slot = f"0000:{hardware.SPARE_BUS + self._plugged:02x}:00"
        self._plugged += 1
        for number, template in enumerate(hardware.PLUGS[name]):
            device = {"bus": port, "id": f"{port}-{number}", **template}
            if device.pop("drive", False):
                device["drive"] = self._blank_drive(f"{port}-{number}-disk")
            self.qemu.command("device_add", **device)
        count = len(hardware.PLUGS[name])
        script = ('until [ "$(ls -d /sys/bus/pci/devices/$0.* 2>/dev/null | wc -l)" = $1 ]; do '
                  'sleep 0.1; done')
        self.run("sh", "-c", script, slot, str(count), check=True)
        if self.machine.kind == "mini":
            self.shell(f"cat /sys/bus/pci/devices/{slot}.*/modalias | xargs modprobe -q -a -b")
        return slot

    def _blank_drive(self, name, size=64 << 20):
        path = self.directory / name
        with open(path, "wb") as file:
            file.truncate(size)
        self.qemu.command("blockdev-add", driver="file", node_name=name, filename=str(path))
        return name

    def console(self):
        """What the kernel has written to the serial console so far."""
        return (self.directory / "serial.log").read_text(errors="replace")

    def complaints(self):
        """What QEMU has said, and how it ended if it has."""
        status = self.qemu.process.poll()
        return self.qemu.complaints() + ("" if status is None else f"\nended with {status}")

    def keep_logs(self, path):
        """Copy the logs of QEMU and of the serial console to a directory."""
        for name in ("qemu.log", "serial.log"):
            shutil.copy(self.directory / name, path)
