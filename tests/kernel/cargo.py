# SPDX-License-Identifier: GPL-2.0-or-later
"""What a test brings into a virtual host: files, programs with their libraries, commands.

A saved state with a cargo in it is kept under a hash of the cargo, so trials of the same build
start where everything is installed already.
"""

import pathlib
import re
import subprocess

import cache


class Cargo:
    """Files and commands, in order."""

    def __init__(self):
        self._files = {}        # path in the host -> (bytes, mode)
        self._libraries = {}    # the same, for what the host may have already
        self._commands = []

    def file(self, path, data, mode=0o644):
        """Bring a file with these bytes (or this text)."""
        self._files[path] = (data.encode() if isinstance(data, str) else data, mode)

    def copy(self, source, path):
        """Bring a file of this machine to a path there."""
        source = pathlib.Path(source)
        self.file(path, source.read_bytes(), 0o755 if source.stat().st_mode & 0o111 else 0o644)

    def program(self, source, path, loads=()):
        """Bring a program, with the libraries it is linked with, and those that it dlopens.

        loads: names as given to dlopen. Libraries that the host has are left as they are.
        """
        self.copy(source, path)
        for library in linked(source):
            self._library(library)
        for name in loads:
            found = _locate(name)
            for library in (found, *linked(found)):
                self._library(library)

    def _library(self, path):
        self._libraries[path] = (pathlib.Path(path).read_bytes(), 0o755)

    def command(self, *words):
        """Have a command done there, after all files are in place; it must succeed."""
        self._commands.append(words)

    def key(self):
        """A hash of it all."""
        return cache.digest(self._files, self._libraries, self._commands)

    def unload(self, host):
        """Put everything into a running virtual host."""
        for path in host.missing(list(self._libraries)):
            host.put(path, *self._libraries[path])
        for path, (data, mode) in self._files.items():
            host.put(path, data, mode)
        for words in self._commands:
            host.run(*words, check=True)


def linked(program):
    """The shared objects that a program of this machine loads at its start, as absolute paths."""
    listing = subprocess.run(["ldd", program], text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    if "not found" in listing.stdout:
        raise FileNotFoundError(f"{program} lacks libraries:\n{listing.stdout}")
    return re.findall(r"(/\S+) \(0x", listing.stdout) if listing.returncode == 0 else []


def _locate(name):
    """The path of a shared object of this machine, by the name that dlopen takes."""
    listing = subprocess.run(["/sbin/ldconfig", "-p"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    found = re.search(rf"^\s+{re.escape(name)} \(libc6,x86-64\) => (\S+)$", listing, re.MULTILINE)
    if not found:
        raise FileNotFoundError(f"there is no library {name} on this machine")
    return found.group(1)
