# SPDX-License-Identifier: GPL-2.0-or-later
"""Things that are long to make and are kept: kernels, images, saved states.

Each thing is a directory `NAME-KEY` below ${XDG_CACHE_HOME:-~/.cache}/baton-tests. KEY is a hash
of everything the thing is made from, so a thing is right if it is there: it is made in a directory
of its own and renamed when it is whole. `NAME-KEY.lock` beside it is held exclusively by who makes
or removes it and shared by who uses it, so two makers do the work once and nothing is taken
away under a user. A running QEMU keeps its files however the directory fares.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil

# How many things of one name stay besides the newest: developers change between trees.
SPARE_COUNT = 2

_fresh = set()
_cold = False


def root():
    """The directory that holds everything, made if it is not there."""
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    path = pathlib.Path(base) / "baton-tests"
    path.mkdir(parents=True, exist_ok=True)
    return path


def make_cold():
    """From now on whatever was not made by this process is made again."""
    global _cold
    _cold = True


def digest(*parts):
    """A short hash of strings, bytes, paths (their content), and lists, tuples, dicts of these."""
    state = hashlib.sha256()
    for part in parts:
        _feed(state, part)
    return state.hexdigest()[:16]


def _feed(state, part):
    if isinstance(part, pathlib.Path):
        state.update(b"path")
        with part.open("rb") as file:
            while chunk := file.read(1 << 20):
                state.update(chunk)
    elif isinstance(part, bytes):
        state.update(b"bytes%d:" % len(part) + part)
    elif isinstance(part, dict):
        _feed(state, sorted(part.items()))
    elif isinstance(part, (list, tuple)):
        state.update(b"list%d:" % len(part))
        for item in part:
            _feed(state, item)
    else:
        _feed(state, repr(part).encode())


class Thing:
    """A thing in the cache that is in use until close()."""

    def __init__(self, path, lock):
        self.path = path
        self._lock = lock

    def __truediv__(self, name):
        return self.path / name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        os.close(self._lock)


def obtain(name, key, make):
    """Return the Thing NAME-KEY; make(directory) fills the directory if it is not there yet."""
    path = root() / f"{name}-{key}"
    lock = _hold(path)
    try:
        if not _is_good(path):
            _build(path, make)
        _fresh.add(path.name)
        os.utime(path)
        fcntl.flock(lock, fcntl.LOCK_SH)
    except BaseException:
        os.close(lock)
        raise
    _prune(name, path)
    return Thing(path, lock)


def _is_good(path):
    """Is it there, and need not be made anew? What was there may be gone: others use the cache."""
    return path.is_dir() and (not _cold or path.name in _fresh)


def _hold(path):
    """Lock a thing's name: shared at once if it is there, else exclusively."""
    while True:
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        wanted = _is_good(path)
        fcntl.flock(lock, fcntl.LOCK_SH if wanted else fcntl.LOCK_EX)
        # Whoever removes a thing removes its lock too: make sure that this one still has a name.
        with contextlib.suppress(FileNotFoundError):
            same = os.path.samestat(os.fstat(lock), os.stat(f"{path}.lock"))
            if same and (not wanted or path.is_dir()):
                return lock
        os.close(lock)


def _build(path, make):
    draft = path.with_name(f"{path.name}.draft")
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir()
    make(draft)
    if path.exists():
        shutil.rmtree(path)
    draft.rename(path)


def _prune(name, newest):
    """Remove the things of this name that nobody used lately; those in use stay."""
    others = [entry for entry in root().glob(f"{name}-*")
              if entry.is_dir() and entry != newest and _is_key(entry.name[len(name) + 1:])]
    others.sort(key=lambda entry: entry.stat().st_mtime, reverse=True)
    for entry in others[SPARE_COUNT:]:
        _remove(entry)


def _is_key(text):
    return len(text.removesuffix(".draft")) == 16 and "-" not in text


def _remove(entry):
    path = entry.with_name(entry.name.removesuffix(".draft"))
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(entry, ignore_errors=True)
        os.unlink(f"{path}.lock")
    except BlockingIOError:
        pass
    finally:
        os.close(lock)
