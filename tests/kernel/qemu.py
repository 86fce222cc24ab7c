# SPDX-License-Identifier: GPL-2.0-or-later
"""A running QEMU: starting it, its monitor (QMP), its end.

QEMU is reached over sockets that it inherits, so there are no paths to collide, and it dies with
the process that started it.
"""

import json
import queue
import socket
import subprocess
import threading

PROGRAM = "qemu-system-x86_64"
DEADLINE_S = 240


class QemuError(RuntimeError):
    """QEMU ended, or refused a command of its monitor."""


class _Launcher(threading.Thread):
    """Starts programs that shall die with this process.

    The kernel ties the parent-death signal to the thread that started a child, so this one thread,
    which never ends, starts them all.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self._orders = queue.SimpleQueue()
        self._lock = threading.Lock()

    def run(self):
        while True:
            reply, arguments, options = self._orders.get()
            try:
                reply.put(subprocess.Popen(arguments, **options))
            except OSError as error:
                reply.put(error)

    def popen(self, arguments, **options):
        """subprocess.Popen, from the thread that does not end."""
        with self._lock:
            if not self.is_alive():
                self.start()
        reply = queue.SimpleQueue()
        self._orders.put((reply, ["setpriv", "--pdeathsig", "KILL", *arguments], options))
        process = reply.get()
        if isinstance(process, OSError):
            raise process
        return process


_launcher = _Launcher()


class Qemu:
    """A QEMU with its monitor.

    directory: where its complaints (qemu.log) and the serial console (serial.log) go.
    """

    def __init__(self, arguments, directory, sockets=(), files=()):
        """sockets: names of chardevs to make; files: descriptors that QEMU inherits."""
        self.directory = directory
        self.sockets = {}
        self._events = []
        self._replies = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._asking = threading.Lock()
        self._closed = False
        theirs = []
        words = []
        for name in ("monitor", *sockets):
            mine, other = socket.socketpair()
            theirs.append(other)
            self.sockets[name] = mine
            words += ["-chardev", f"socket,id={name},fd={other.fileno()}"]
        words += ["-mon", "chardev=monitor,mode=control", "-serial", "file:serial.log"]
        with open(directory / "qemu.log", "ab") as log:
            self.process = _launcher.popen(
                [PROGRAM, *words, *arguments], cwd=directory, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, pass_fds=[*(each.fileno() for each in theirs), *files])
        for each in theirs:
            each.close()
        self._lines = self.sockets.pop("monitor").makefile("rwb", buffering=0)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.command("qmp_capabilities")

    def _read(self):
        try:
            for line in self._lines:
                message = json.loads(line)
                if "event" in message:
                    with self._changed:
                        self._events.append(message)
                        self._changed.notify_all()
                elif "QMP" not in message:
                    self._replies.put(message)
        except OSError:
            pass
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._replies.put({"error": {"desc": f"QEMU ended: {self.complaints()}"}})

    def complaints(self):
        """What QEMU wrote to its standard error."""
        return (self.directory / "qemu.log").read_text(errors="replace").strip()

    def command(self, execute, deadline_s=DEADLINE_S, **arguments):
        """Do a QMP command and return what it returns. Underscores in names become dashes, and two
        of them one."""
        names = {name.rstrip("_").replace("__", "\0").replace("_", "-").replace("\0", "_"): value
                 for name, value in arguments.items()}
        message = {"execute": execute, "arguments": names}
        with self._asking:
            try:
                self._lines.write(json.dumps(message).encode() + b"\n")
                reply = self._replies.get(timeout=deadline_s)
            except OSError:
                raise QemuError(f"{execute}: QEMU ended: {self.complaints()}") from None
            except queue.Empty:
                raise QemuError(f"{execute}: no answer from QEMU in {deadline_s} s") from None
        if "error" in reply:
            raise QemuError(f"{execute}: {reply['error']['desc']}")
        return reply["return"]

    def mark(self):
        """A place in the stream of events, for event()."""
        with self._changed:
            return len(self._events)

    def event(self, names, since, deadline_s=DEADLINE_S, match=lambda data: True):
        """Wait for an event of one of these names after a mark; returns the whole message."""
        def find():
            for message in self._events[since:]:
                if message["event"] in names and match(message.get("data", {})):
                    return message
            return None
        with self._changed:
            self._changed.wait_for(lambda: find() or self._closed, deadline_s)
            message = find()
            if message is None:
                why = "QEMU ended" if self._closed else f"not in {deadline_s} s"
                raise QemuError(f"no event {' or '.join(names)}: {why}")
            return message

    def wait(self, deadline_s=DEADLINE_S):
        """Wait for QEMU's own end."""
        try:
            return self.process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            raise QemuError(f"QEMU did not end in {deadline_s} s") from None

    def close(self):
        """End QEMU, whatever it does. May be called twice."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for each in self.sockets.values():
            each.close()
        self._reader.join()
        self._lines.close()


def version():
    """The version of QEMU, for the keys of saved states."""
    return subprocess.run([PROGRAM, "--version"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()[0]
