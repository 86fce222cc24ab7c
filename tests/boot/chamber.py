# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine that stands still: its root in a disk image, mounted where nobody else sees it.

Commands run in it natively, as after a chroot, in namespaces of its own: its mounts, its processes
and its network are nobody else's, and all of it is gone with the process that opened it. What
the kernel shows in /sys and /proc is what is given: that of a virtual host which was started from the
image.
"""

import os
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DEADLINE_S = 600
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                "TERM": "linux"}
_NAMESPACES = ("--mount", "--pid", "--uts", "--ipc", "--net")


class Failed(AssertionError):
    """A command ended otherwise than it should."""


class Result:
    """How a command ended; status is minus the signal if one ended it."""

    def __init__(self, words, status, output, complaints):
        self.words = words
        self.status = status
        self.stdout = output
        self.stderr = complaints

    def __repr__(self):
        return (f"{self.words} ended with {self.status}\nstdout: {self.stdout.strip()}\n"
                f"stderr: {self.stderr.strip()}")


class Chamber:
    """An open one; end it with close(), or use it in a `with`."""

    def __init__(self, images, shown=None):
        """images: a directory with `root.img` and `efi.img`, which are changed. shown: a directory
        with the `sys` and `proc` to be shown; None: nothing is."""
        self._folder = tempfile.TemporaryDirectory(prefix="baton-chamber-")
        place = pathlib.Path(self._folder.name)
        if shown:
            (place / "shown").symlink_to(shown)
        else:
            (place / "shown/sys").mkdir(parents=True)
            (place / "shown/proc").mkdir()
        flags = [f"--{word}" for word in ("fork", "kill-child")]
        self._keeper = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", *_NAMESPACES, *flags,
             HERE / "inside", images / "root.img", place, images / "efi.img"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self._keeper.stdout.readline() != "ready\n":
            problem = self._keeper.stderr.read()
            self.close()
            raise RuntimeError(f"the root in {images} cannot be mounted: {problem.strip()}")
        children = pathlib.Path(f"/proc/{self._keeper.pid}/task/{self._keeper.pid}/children")
        self._inside = children.read_text().split()[0]
        self._root = place / "root"
        # The same, as everybody sees it.
        self.root = pathlib.Path(f"/proc/{self._inside}/root{self._root}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Take all down; what is in the image then is whole."""
        self._keeper.stdin.close()
        try:
            self._keeper.wait(60)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()
        for stream in (self._keeper.stdout, self._keeper.stderr):
            stream.close()
        self._folder.cleanup()

    def start(self, *words, **options):
        """Start a command; returns a subprocess.Popen, which tells of it only when it has ended."""
        command = ["nsenter", "--target", self._inside, *_NAMESPACES, "chroot", self._root,
                   *map(str, words)]
        return subprocess.Popen(command, text=True, env=_ENVIRONMENT,
                                **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                                   "stderr": subprocess.PIPE, **options})

    def run(self, *words, code=0, deadline_s=DEADLINE_S):
        """Do a command, which must end with this exit code (None: with any); returns a Result."""
        with self.start(*words) as process:
            try:
                output, complaints = process.communicate(timeout=deadline_s)
            except BaseException:
                process.kill()
                raise
        status = process.returncode
        # What is killed tells nsenter, which does the same to itself.
        result = Result(words, status, output, complaints)
        if code is not None and status != code:
            raise Failed(repr(result))
        return result

    def shell(self, script, *words, **options):
        """Do a shell script; see run()."""
        return self.run("sh", "-c", script, "sh", *words, **options)

    def write(self, path, text):
        """Write a file as a whole, its parents made."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def read(self, path):
        """The text of a file."""
        return (self.root / path.lstrip("/")).read_text()

    def is_there(self, path):
        """Is there something of this name?"""
        return os.path.lexists(self.root / path.lstrip("/"))
