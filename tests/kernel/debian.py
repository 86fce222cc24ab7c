# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's packages, from wherever this machine's apt gets them; nothing is installed here."""

import functools
import os
import pathlib
import re
import shlex
import subprocess

import cache

# What apt's answers depend on.
_APT_STATE = ("/etc/apt", "/etc/apt/sources.list.d", "/etc/apt/preferences.d",
              "/var/lib/apt/lists", "/var/lib/dpkg/status")

# Settings of apt that a download elsewhere needs too: proxies, time-outs, checks switched off.
_CARRIED = re.compile(r'^Acquire::(?!IndexTargets|Changelogs)[^ ]+ "..*";$')


class DebianError(RuntimeError):
    """apt cannot give what is needed; the text says what to do."""


def _output(*command):
    environment = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE,
                          env=environment).stdout


def _remembered(*command):
    """The output of a query to apt. It takes seconds, so it is kept until apt's lists change."""
    stamps = [(path, os.stat(path).st_mtime_ns) for path in _APT_STATE if os.path.exists(path)]

    def make(directory):
        (directory / "output").write_text(_output(*command))
    name = "apt-" + re.sub(r"[^a-z0-9]", "", command[1]) + f"-{cache.digest(command)[:6]}"
    answer = cache.obtain(name, cache.digest(stamps, command), make)
    try:
        return (answer / "output").read_text()
    finally:
        answer.close()


@functools.cache
def versions(names):
    """Map each package of the tuple `names` to the version that apt would install."""
    found = {}
    name = None
    for line in _remembered("apt-cache", "policy", *names).splitlines():
        if not line.startswith(" "):
            name = line.rstrip(":")
        elif line.startswith("  Candidate: "):
            found[name] = line.split()[1]
    missing = [name for name in names if found.get(name, "(none)") == "(none)"]
    if missing:
        raise DebianError(f"apt knows no {', '.join(missing)}; run: apt-get update")
    return found


@functools.cache
def dependency(name, pattern):
    """The first dependency of a package's candidate that matches the pattern in full."""
    version = versions((name,))[name]
    text = _remembered("apt-cache", "show", "--no-all-versions", f"{name}={version}")
    depends = re.search(r"^Depends: (.*)$", text, re.MULTILINE)
    for choice in re.split(r"[,|]", depends.group(1) if depends else ""):
        candidate = choice.split()[0]
        if re.fullmatch(pattern, candidate):
            return candidate
    raise DebianError(f"{name} {version} depends on nothing like {pattern}")


def unpack(name, directory):
    """Download a package and unpack its files below a directory, without installing it."""
    version = versions((name,))[name]
    # apt's own user cannot write here; without a sandbox the download belongs to the caller.
    subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download",
                    f"{name}={version}"], check=True, cwd=directory, stdout=subprocess.DEVNULL)
    for package in pathlib.Path(directory).glob(f"{name}_*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, directory], check=True)
        package.unlink()


def sources():
    """The lines of sources.list for all that is Debian's own among this machine's sources."""
    lines = []
    targets = _output("apt-get", "indextargets", "Created-By: Packages", "Origin: Debian",
                      "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)")
    for target in targets.splitlines():
        line = f"deb {target}"
        if line not in lines:
            lines.append(line)
    if not lines:
        raise DebianError("apt has no lists of Debian's packages; run: apt-get update")
    return lines


def options():
    """Lines of apt.conf: how this machine reaches its archives."""
    lines = _output("apt-config", "dump", "Acquire").splitlines()
    return [line for line in lines if _CARRIED.match(line)]


def bootstrap(directory, packages, *hooks):
    """Make a Debian root with these packages below a directory, by mmdebstrap.

    Each hook is a list of words: a command run when all is installed, the root's path appended.
    """
    # In namespaces of its own: when this process ends, all of it ends, and its mounts are gone.
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork",
               "--kill-child", "mmdebstrap", "--quiet", "--mode=root", "--variant=essential",
               "--format=directory", "--include=" + ",".join(packages),
               "--aptopt=Apt::Install-Recommends false"]
    command += [f"--aptopt={option}" for option in options()]
    # A shell runs a hook, with the root as "$1".
    command += [f'--customize-hook={shlex.join(hook)} "$1"' for hook in hooks]
    suite = sources()[0].split()[2]
    subprocess.run([*command, suite, directory, "-"], check=True, text=True,
                   input="".join(f"{line}\n" for line in sources()))
