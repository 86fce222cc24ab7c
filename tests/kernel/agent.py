# SPDX-License-Identifier: GPL-2.0-or-later
"""The test's end of the agent's protocol (agent/agent.c): commands and files in a virtual host.

May be used from several threads at once.
"""

import itertools
import os
import pathlib
import queue
import signal as signals
import struct
import subprocess
import threading

(_HELLO, _RUN, _SIGNAL, _PUT, _DATA, _GET, _STDOUT, _STDERR, _EXIT, _DONE, _FAILED) = range(1, 12)
_HEADER = struct.Struct("<III")
_CHUNK = 1 << 15
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                "TERM": "linux"}
# Only what hangs takes this long, however busy the machine is.
DEADLINE_S = 240
SOURCES = sorted((pathlib.Path(__file__).resolve().parent / "agent").iterdir())


class Gone(ConnectionError):
    """The virtual host ended or started anew while an answer was awaited."""


class Result:
    """How a command ended.

    status: the exit status, or minus the signal that ended it, as in subprocess.
    held: some process still had the command's stdout or stderr open when it ended.
    """

    def __init__(self, words, status, held, stdout, stderr):
        self.words = words
        self.status = status
        self.held = held
        self.stdout = stdout.decode(errors="replace")
        self.stderr = stderr.decode(errors="replace")

    def __repr__(self):
        return (f"{self.words} ended with {self.status}\nstdout: {self.stdout.strip()}\n"
                f"stderr: {self.stderr.strip()}")


class Failed(Exception):
    """A command that was to succeed did not; `result` has its output."""

    def __init__(self, result):
        super().__init__(repr(result))
        self.result = result


class Command:
    """A command that was started."""

    def __init__(self, agent, words, ident, answers):
        self.words = words
        self._agent = agent
        self._ident = ident
        self._answers = answers
        self._result = None
        self._stdout = b""
        self._stderr = b""

    def _take(self, deadline_s):
        kind, payload = self._agent.answer(self._answers, deadline_s, self.words)
        if kind == _STDOUT:
            self._stdout += payload
        elif kind == _STDERR:
            self._stderr += payload
        else:
            self._agent.forget(self._ident)
            status, held = struct.unpack("<II", payload)
            self._result = Result(self.words, os.waitstatus_to_exitcode(status), bool(held),
                                  self._stdout, self._stderr)

    def wait(self, deadline_s=DEADLINE_S):
        """Wait for the command's end and return its Result; TimeoutError leaves it running."""
        while self._result is None:
            self._take(deadline_s)
        return self._result

    def wait_for(self, text, deadline_s=DEADLINE_S):
        """Wait until the command has written this text to stdout; Failed if it ends before."""
        while text.encode() not in self._stdout:
            if self._result is not None:
                raise Failed(self._result)
            self._take(deadline_s)

    @property
    def said(self):
        """What the command has written to stdout, as far as it was waited for."""
        return self._stdout.decode(errors="replace")

    def signal(self, number, group=False):
        """Send a signal to the command, or to its whole process group."""
        self._agent.request(_SIGNAL, struct.pack("<III", self._ident, number, group))

    def kill(self, group=False):
        """kill -9."""
        self.signal(signals.SIGKILL, group)


class Agent:
    """A connection to an agent over a connected socket."""

    def __init__(self, socket):
        self._socket = socket
        self._sending = threading.Lock()
        self._putting = threading.Lock()
        self._idents = itertools.count(1)
        self._answers = {}
        self._alive = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _receive(self, length):
        data = bytearray()
        while len(data) < length:
            chunk = self._socket.recv(length - len(data))
            if not chunk:
                raise Gone("the virtual host closed its port")
            data += chunk
        return bytes(data)

    def _read(self):
        try:
            while True:
                length, ident, kind = _HEADER.unpack(self._receive(_HEADER.size))
                payload = self._receive(length)
                if (answers := self._answers.get(ident)) is not None:
                    answers.put((kind, payload))
        except OSError:
            self._alive = False
            self.lose()

    def lose(self):
        """Whatever is awaited will not come: the virtual host starts anew, or is gone."""
        for answers in list(self._answers.values()):
            answers.put((None, b""))

    def _open(self):
        ident = next(self._idents)
        self._answers[ident] = queue.SimpleQueue()
        if not self._alive:
            self._answers[ident].put((None, b""))
        return ident, self._answers[ident]

    def forget(self, ident):
        """No more answers to this request are of interest."""
        self._answers.pop(ident, None)

    def _send(self, kind, ident, payload=b""):
        try:
            with self._sending:
                self._socket.sendall(_HEADER.pack(len(payload), ident, kind) + payload)
        except OSError as error:
            raise Gone("the virtual host closed its port") from error

    def answer(self, answers, deadline_s, what):
        """Wait for the next answer; OSError if it is a failure in the virtual host."""
        try:
            kind, payload = answers.get(timeout=deadline_s)
        except queue.Empty:
            raise TimeoutError(f"no answer from the virtual host in {deadline_s} s: "
                               f"{what}") from None
        if kind is None:
            raise Gone(f"the virtual host ended or started anew: {what}")
        if kind == _FAILED:
            number = struct.unpack("<I", payload)[0]
            raise OSError(number, os.strerror(number), str(what))
        return kind, payload

    def request(self, kind, payload, more=(), deadline_s=DEADLINE_S, what=None):
        """Send a request, with what follows it, and collect the data up to its end."""
        ident, answers = self._open()
        try:
            self._send(kind, ident, payload)
            for chunk in more:
                self._send(_DATA, ident, chunk)
            data = bytearray()
            while True:
                got, payload = self.answer(answers, deadline_s, what)
                if got != _STDOUT:
                    return bytes(data) if got == _DONE else payload
                data += payload
        finally:
            self.forget(ident)

    def hello(self, deadline_s):
        """Wait until the agent answers."""
        nonce = os.urandom(8)
        if self.request(_HELLO, nonce, deadline_s=deadline_s, what="hello") != nonce:
            raise Gone("the agent answered somebody else")

    def start(self, words, cwd="/", env=None, stdin="/dev/null"):
        """Start a command; stdin is a path in the virtual host. Returns a Command."""
        environment = {**_ENVIRONMENT, **(env or {})}
        texts = [cwd, stdin, str(len(words)), *words,
                 *(f"{name}={value}" for name, value in environment.items())]
        payload = b"".join(os.fsencode(text) + b"\0" for text in texts)
        ident, answers = self._open()
        self._send(_RUN, ident, payload)
        return Command(self, list(words), ident, answers)

    def put(self, path, data, mode=0o644):
        """Write a file as a whole (a new one takes the old one's place), its parents made."""
        chunks = [data[at:at + _CHUNK] for at in range(0, len(data), _CHUNK)]
        with self._putting:
            self.request(_PUT, struct.pack("<I", mode) + os.fsencode(path) + b"\0", [*chunks, b""],
                         what=f"put {path}")

    def get(self, path):
        """The bytes of a file, as far as it can be read."""
        return self.request(_GET, os.fsencode(path) + b"\0", what=f"get {path}")


def build(directory):
    """Compile the agent; returns its path."""
    program = directory / "agent"
    subprocess.run(["gcc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-static",
                    "-o", program, *(path for path in SOURCES if path.suffix == ".c")], check=True)
    return program
