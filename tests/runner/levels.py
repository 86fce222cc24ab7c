# SPDX-License-Identifier: GPL-2.0-or-later
"""The levels of ./check, in their order."""

import os
import shutil

from level import Level, MesonLevel

# The sanitizers make the planted bugs' many runs of whole suites many times as long, and a planted
# bug is one of the engine, not of memory.
SANITIZED = ("unit", "plans", "sim", "fuzz", "tidy")
PLAIN = ("planted", "compare")
FAST = SANITIZED + ("planted",)  # comparing takes long
# With the sanitizers the simulation tries only what a fast check does: it is run without them too.
BOTH = ("sim",)
DEV, CLANG, RELEASE, FUZZING = "build/dev", "build/clang", "build/release", "build/fuzzing"
NEW_KERNEL = "6.12"
SANITIZERS = {
    "ASAN_OPTIONS": "abort_on_error=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "halt_on_error=1:abort_on_error=1:print_stacktrace=1",
}
CORES = os.cpu_count() or 1


def _build(name, folder, *options, compiler=None):
    """Sets a build up if it is not there, and builds it with warnings as errors."""
    compiler = f"CC={compiler} " if compiler else ""
    setup = f"{compiler}meson setup {' '.join(options)} {folder}"
    script = f"""
        if ! [ -f {folder}/build.ninja ]; then
            setup=$({setup} 2>&1) || {{ printf '%s\\n' "$setup"; exit 1; }}
        fi
        ninja -C {folder}
    """
    return Level(name, ["bash", "-c", script], cores=CORES)


def _length(length):
    """How tests know how long they may take."""
    return {"BATON_TESTS": length} | ({"BATON_LONG": "1"} if length == "long" else {})


def _lint():
    return [
        Level("format", ["tools/format", "--check"]),
        Level("spelling", ["codespell"]),
        Level("shell", ["tools/lint-shell"]),
        Level("python", ["tools/lint-python"]),
    ]


def _release():
    return _build("build release", RELEASE, "--werror", "-Dtests=enabled")


def fast():
    """No virtual hosts, no sanitizers, no programs of others to compare with, and only what has
    changed is linted."""
    return _lint() + [
        _release(),
        MesonLevel.make(RELEASE, FAST, needs=("build release",), cores=CORES,
                        environment=_length("fast")),
        Level("clang-tidy changed", ["tools/lint", "--changed"], cores=CORES),
    ]


def _all_but_hosts(length):
    return _lint() + [
        _build("build dev", DEV, "--native-file", "build-dev.ini"),
        _release(),
        _build("build clang", CLANG, "--native-file", "build-dev.ini", compiler="clang"),
        MesonLevel.make(DEV, SANITIZED, name="tests sanitized", needs=("build dev",), cores=CORES,
                        limit_s=2400, titles=dict.fromkeys(BOTH, "{} sanitized"),
                        environment=SANITIZERS | _length(length)),
        MesonLevel.make(RELEASE, PLAIN + BOTH, needs=("build release",),
                        cores=CORES, limit_s=2400, environment=_length(length)),
        Level("install", ["tests/tidy/install", RELEASE], needs=("build release",)),
        Level("clang-tidy", ["tools/lint"], cores=CORES, limit_s=1800),
    ]


def _hosts(*options, name="kernel", limit_s=2400):
    return Level(name, ["tests/kernel/run", *options], needs=("build release",), cores=CORES,
                 limit_s=limit_s)


def _boot(*options, limit_s=900):
    """What the boot tools of Debian write is started."""
    return Level("boot", ["tests/boot/run", *options], needs=("build release",), cores=CORES,
                 limit_s=limit_s)


def _selftest(*words, limit_s=1800):
    """Do the virtual hosts promise what the scenarios build on? After these: what is to be made
    cold is made by then."""
    return Level("virtual hosts", ["tests/kernel/selftest.py", *words], needs=("build release",),
                 cores=CORES, limit_s=limit_s)


def _browser():
    """The report's page in a real browser: big to install, so in the long check alone."""
    return Level("page in a browser",
                 ["tests/page/browser.py", f"{RELEASE}/tests/plans/unfold", f"{RELEASE}/src/baton"],
                 needs=("build release",), cores=CORES)


def usual(cold):
    cold = ["--cold"] * cold
    return _all_but_hosts("check") + [_hosts(*cold), _boot(*cold), _selftest("has_its_cards")]


def long(cold):
    """All there is, also against a newer kernel, and a search for new inputs."""
    options = ["--long"] + ["--cold"] * cold
    return _all_but_hosts("long") + [
        _build("build fuzzing", FUZZING, "--native-file", "build-dev.ini", "-Dfuzzing=true",
               compiler="clang"),
        Level("fuzz new inputs", ["tools/fuzz", FUZZING], needs=("build fuzzing",),
              cores=CORES, environment=SANITIZERS),
        _browser(),
        _hosts(*options, limit_s=7200),
        _hosts(*options, "--kernel", NEW_KERNEL, name=f"kernel {NEW_KERNEL}", limit_s=7200),
        _boot(*options, limit_s=5400),
        _selftest(),
    ]


def forget():
    """Removes what earlier runs built."""
    for folder in (DEV, CLANG, RELEASE, FUZZING, "build/lint"):
        shutil.rmtree(folder, ignore_errors=True)
