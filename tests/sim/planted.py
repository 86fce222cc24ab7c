#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plants bugs, one at a time, and expects the simulation to notice.

Each file in bugs/ is a patch for a wrong engine. The sources that it touches are copied, patched,
compiled, and linked with everything else into the simulation's tests; one of these must fail, the
quick ones first, and say what is wrong: to be ended by a signal says nothing. A bug that survives,
and a patch that no longer applies, fail this test. A fast run only looks whether all patches apply.
"""

import argparse
import concurrent.futures
import itertools
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIMIT_S = 300
FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-O1", f"-I{ROOT / 'src'}", f"-I{HERE}"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cc", nargs="+", required=True, help="the compiler")
    parser.add_argument("--wrap", nargs="+", required=True, help="functions that memory.c wraps")
    parser.add_argument("--common", nargs="+", required=True, help="sources of all suites")
    parser.add_argument("--suite", nargs="+", action="append", required=True,
                        help="a suite's name and the sources that only it has")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--bugs", nargs="+", help="names, or parts of names; default: all")
    return parser.parse_args()


def plant(patch, folder):
    """Makes patched copies of the sources that the patch touches, and returns their names."""
    text = patch.read_text()
    names = re.findall(r"^\+\+\+ b/(\S+)", text, re.MULTILINE)
    for name in names:
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    subprocess.run(["patch", "--batch", "--forward", "--no-backup-if-mismatch", "-p1", "-i", patch],
                   cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return names


def try_patch(patch):
    """Does it still apply? Returns (well, what to print)."""
    try:
        with tempfile.TemporaryDirectory(prefix="baton-bug-") as name:
            plant(patch, pathlib.Path(name))
    except subprocess.CalledProcessError as error:
        return False, f"NOT PLANTED  {patch.stem}:\n{error.stdout.decode(errors='replace')}"
    return True, f"applies  {patch.stem}"


def compile_one(options, source, folder):
    name = "-".join(source.with_suffix(".o").parts[-3:])
    subprocess.run([*options.cc, *FLAGS, "-c", source, "-o", folder / name],
                   check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return folder / name


def compile_all(options, folder):
    """Returns the objects by source: of everything that is not patched, made once."""
    sources = [ROOT / "src" / name for name in ("asked.c", "guard.c", "handover.c", "stay.c",
                                                "stayer.c", "turn.c",
                                                "request/policy.c", "request/request.c")]
    for layer in ("base", "host", "plan", "run"):
        sources += sorted((ROOT / "src" / layer).rglob("*.c"))
    sources += [pathlib.Path(name).resolve() for name in options.common]
    for suite in options.suite:
        sources += [pathlib.Path(name).resolve() for name in suite[1:]]
    sources = list(dict.fromkeys(sources))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        objects = pool.map(lambda source: compile_one(options, source, folder), sources)
        return dict(zip(sources, objects))


def link(options, suite, objects, program):
    """The suite's program: its own sources and all that is common, patched or not."""
    own = {pathlib.Path(name).resolve() for name in suite[1:]}
    others = {pathlib.Path(name).resolve() for each in options.suite for name in each[1:]} - own
    chosen = [made for source, made in objects.items() if source not in others]
    wraps = [f"-Wl,--wrap={name}" for name in options.wrap]
    subprocess.run([*options.cc, "-o", program, *chosen, *wraps], check=True,
                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Speechless(Exception):
    """A suite broke off instead of saying what is wrong."""


def judge(program, length):
    """Runs one suite on the wrong engine; returns what it said first, None if it saw nothing."""
    name = program.name
    run = subprocess.run([program, "--first"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True, errors="replace", timeout=LIMIT_S, check=False,
                         env=os.environ | {"BATON_TESTS": length})
    if run.returncode == 0:
        return None
    if run.returncode < 0:
        raise Speechless(f"{name} was ended by signal {-run.returncode}\n{run.stdout[-1000:]}")
    lines = run.stdout.splitlines()
    first = [i for i, line in enumerate(lines) if line.startswith("FAILED")]
    said = " ".join(line.strip() for line in lines[first[0]:first[0] + 2]) if first else "failed"
    return f"{name}: {said[len('FAILED '):] if first else said}"


def try_bug(patch, options, objects):
    """Returns (found, what to print)."""
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="baton-bug-") as name:
            folder = pathlib.Path(name)
            wrong = dict(objects)
            for path in plant(patch, folder):
                wrong[ROOT / path] = compile_one(options, folder / path, folder)
            for suite in options.suite:
                link(options, suite, wrong, folder / suite[0])
            for length, suite in itertools.product(("fast", "check"), options.suite):
                said = judge(folder / suite[0], length)
                if said:
                    took = time.monotonic() - started
                    return True, f"noticed  {patch.stem} ({took:.1f} s)\n    {said[:300]}"
    except subprocess.CalledProcessError as error:
        output = (error.stdout or b"").decode(errors="replace")
        return False, f"NOT PLANTED  {patch.stem}: {error.cmd[0]} failed\n{output}"
    except Speechless as error:
        return False, f"SPEECHLESS  {patch.stem}: {error}"
    except subprocess.TimeoutExpired:
        return False, f"ENDLESS  {patch.stem}: no verdict in {LIMIT_S} s"
    why = patch.read_text().splitlines()[0]
    return False, f"SURVIVED  {patch.stem}: {why}"


def choose(options):
    """The bugs to plant."""
    patches = sorted((HERE / "bugs").glob("*.patch"))
    return [patch for patch in patches
            if not options.bugs or any(bug in patch.stem for bug in options.bugs)]


def try_bugs(options, patches):
    """Yields (found, what to print) of each."""
    with (tempfile.TemporaryDirectory(prefix="baton-planted-") as folder,
          concurrent.futures.ThreadPoolExecutor(options.jobs) as pool):
        objects = compile_all(options, pathlib.Path(folder))
        yield from pool.map(lambda patch: try_bug(patch, options, objects), patches)


def main():
    options = arguments()
    patches = choose(options)
    good = 0
    if not patches:
        sys.exit("no bugs to plant")
    fast = os.environ.get("BATON_TESTS") == "fast" and not options.bugs
    for found, text in map(try_patch, patches) if fast else try_bugs(options, patches):
        good += found
        print(text, flush=True)
    print(f"{good} passed, {len(patches) - good} failed")
    sys.exit(good != len(patches))


if __name__ == "__main__":
    main()
