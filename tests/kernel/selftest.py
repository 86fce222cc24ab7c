#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the virtual hosts promise what the kernel tests build on? Nothing of baton takes part here.

    selftest.py [--cold] [--kernel 6.12] [NAME...]

Each function below `CHECKS` is one case; NAME picks those whose name contains it.
"""

import argparse
import os
import pathlib
import select
import subprocess
import sys
import threading
import time
import traceback

import cache
import cargo
import domain
import guest
import kernel
import picture
import qemu
import vhost
from machine import Machine
from rig import CARD, DRIVERS, SECOND

HOME = [DRIVERS[address] for address in CARD]
# What stands for the text mode of a VGA, in Linux 6.1 and in 6.12.
TEXT_FRAMEBUFFERS = (["platform-framebuffer.0"], ["vga-framebuffer.0"])
TWIN = "0000:03:00.0"


def equal(found, wanted, what=""):
    """Fail unless both are the same."""
    if found != wanted:
        raise AssertionError(f"{what}: {found!r} is not {wanted!r}")


def refused(number, call, *arguments):
    """Fail unless a call fails with this errno."""
    try:
        call(*arguments)
    except OSError as error:
        equal(error.errno, number, "errno")
    else:
        raise AssertionError(f"{call.__name__}{arguments} worked")


def cards(host):
    """The first card is three functions in one group with drivers; the second stands alone."""
    equal([host.driver(address) for address in CARD], HOME, "drivers of the card")
    equal(host.group(CARD[0]), list(CARD), "group of the card")
    equal(host.read(f"/sys/bus/pci/devices/{CARD[0]}/boot_vga"), "1", "boot_vga")
    equal(host.driver(SECOND), "bochs-drm", "driver of the second card")
    equal(host.group(SECOND), [SECOND], "group of the second card")
    equal(host.read(f"/sys/bus/pci/devices/{SECOND}/class"), "0x038000", "class of the second card")


def mini_has_its_cards(options):
    """Groups, drivers, kernel."""
    with vhost.start(Machine("mini", options.kernel)) as host:
        cards(host)
        release = host.run("uname", "-r", check=True).stdout
        equal(release.startswith(options.kernel + "."), True, f"kernel {release}")


def mini_does_what_the_agent_is_asked(options):
    """Commands, signals, files, errors, many at once, and a start that takes no time."""
    begun = time.monotonic()
    with vhost.start(Machine("mini", options.kernel)) as host:
        print(f"  started within {time.monotonic() - begun:.2f} s")
        result = host.run("sh", "-c", "cat; echo err >&2; exit 7", text="in\n")
        equal((result.status, result.stdout, result.stderr, result.held),
              (7, "in\n", "err\n", False))
        result = host.run("sh", "-c", "sleep 300 & echo out")
        equal((result.stdout, result.held), ("out\n", True), "a child that holds the output")
        sleeper = host.start("sh", "-c", "echo up; sleep 300")
        sleeper.wait_for("up")
        equal(host.run("true").status, 0, "while another runs")
        sleeper.kill()
        equal(sleeper.wait().status, -9, "after kill -9")
        refused(2, host.run, "/no/such/program")
        refused(2, host.get, "/no/such/file")
        refused(21, host.put, "/tmp", b"")
        data = os.urandom(3_000_000)
        host.put("/tmp/a/b", data, 0o751)
        equal(host.get("/tmp/a/b"), data, "3 MB there and back")
        equal(host.run("stat", "-c", "%a", "/tmp/a/b").stdout, "751\n", "mode")
        in_parallel(host)


def in_parallel(host):
    """Several threads use one agent."""
    outputs = {}

    def ask(number):
        outputs[number] = host.run("seq", str(number), str(number + 3000)).stdout
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, output in outputs.items():
        equal(output, "".join(f"{i}\n" for i in range(number, number + 3001)), f"thread {number}")


def mini_carries_programs_with_their_libraries(options):
    """A program of this machine, and one that it would dlopen, run from a saved state."""
    goods = cargo.Cargo()
    goods.program(sys.executable if pathlib.Path(sys.executable).is_file() else "/usr/bin/env",
                  "/usr/bin/carried", loads=("libkmod.so.2", "libsystemd.so.0"))
    goods.file("/etc/carried", "yes\n")
    goods.command("cp", "/etc/carried", "/run/done")
    for _ in range(2):
        with vhost.start(Machine("mini", options.kernel), goods) as host:
            equal(host.run("carried", "--version").status, 0, "carried --version")
            equal(host.read("/run/done"), "yes", "what a command of the cargo left")
            equal(host.missing(["/etc/carried", "/etc/nothing"]), ["/etc/nothing"], "missing")
            host.put("/etc/carried", "changed\n")   # the second time it must be as the first


def mini_without_drm_has_a_text_console(options):
    """No driver on the VGA, whose text mode is the console."""
    with vhost.start(Machine("mini", options.kernel, bochs=False)) as host:
        equal([host.driver(address) for address in CARD], [None, *HOME[1:]], "drivers")
        equal(framebuffers(host) in TEXT_FRAMEBUFFERS, True, f"{framebuffers(host)}")
        equal(host.read("/sys/class/vtconsole/vtcon0/name"), "(S) VGA+", "console")


def mini_without_drm_has_a_firmware_framebuffer(options):
    """The same where the firmware is UEFI: the console is drawn into the framebuffer it left."""
    with vhost.start(Machine("mini", options.kernel, bochs=False, uefi=True)) as host:
        equal([host.driver(address) for address in CARD], [None, *HOME[1:]], "drivers")
        equal(framebuffers(host), ["efi-framebuffer.0"], "firmware framebuffers")
        names = host.shell("cat /sys/class/vtconsole/*/name").stdout.splitlines()
        equal("(M) frame buffer device" in names, True, f"consoles {names}")


def framebuffers(host):
    """The platform devices that stand for what the firmware left."""
    return host.shell("ls /sys/bus/platform/devices | grep framebuffer").stdout.split()


def mini_with_a_twin_has_two_equal_cards(options):
    """The third card cannot be told from the second but by its address."""
    with vhost.start(Machine("mini", options.kernel, twin=True)) as host:
        texts = [host.shell(f"cd /sys/bus/pci/devices/{address}; cat vendor device class "
                            "subsystem_vendor subsystem_device revision").stdout
                 for address in (SECOND, TWIN)]
        equal(texts[0], texts[1], "numbers")
        equal(host.driver(TWIN), "bochs-drm", "driver")


def mini_without_an_iommu_has_no_groups(options):
    """And everything else."""
    with vhost.start(Machine("mini", options.kernel, iommu=False)) as host:
        equal([host.driver(address) for address in CARD], HOME, "drivers")
        equal(host.group(CARD[0]), None, "group")


def mini_takes_what_is_plugged_in(options):
    """A disk, and a card that shares its group with another disk."""
    with vhost.start(Machine("mini", options.kernel)) as host:
        slot = host.plug("nvme")
        equal(host.driver(f"{slot}.0"), "nvme", "driver of the disk")
        host.shell("until [ -b /dev/nvme0n1 ]; do sleep 0.1; done", check=True)
        slot = host.plug("gpu+nvme")
        equal(host.group(f"{slot}.0"), [f"{slot}.0", f"{slot}.1"], "group")
        equal([host.driver(f"{slot}.0"), host.driver(f"{slot}.1")], ["bochs-drm", "nvme"],
              "drivers")
        slot = host.plug("edu")
        equal(host.driver(f"{slot}.0"), None, "driver of edu")


def mini_binds_vfio_and_shows_it(options):
    """Real vfio-pci takes the card; its driver gets it back and shows a console as before."""
    script = f"""
        modprobe vfio-pci
        cd /sys/bus/pci/devices
        for address in {' '.join(CARD)}; do
            echo $address >$address/driver/unbind
            echo vfio-pci >$address/driver_override
            echo $address >/sys/bus/pci/drivers/vfio-pci/bind
        done"""
    with vhost.start(Machine("mini", options.kernel)) as host:
        host.shell("printf 'on the console\\n' >/dev/tty0", check=True)
        before = host.wait_screen(lambda shot: shot.colours() > 1)
        host.shell(script, check=True)
        equal([host.driver(address) for address in CARD], ["vfio-pci"] * 3, "drivers")
        equal(host.run("test", "-c", "/dev/vfio/vfio").status, 0, "/dev/vfio/vfio")
        host.shell(f"cd /sys/bus/pci/devices/{CARD[0]}; echo $(basename $PWD) >driver/unbind; "
                   "echo >driver_override; echo $(basename $PWD) >/sys/bus/pci/drivers_probe",
                   check=True)
        equal(host.driver(CARD[0]), "bochs-drm", "driver at home again")
        after = host.screen()
        equal((after.width, after.height), (before.width, before.height), "size of the console")


def mini_restarts_and_switches_itself_off(options):
    """Power events reach the test."""
    with vhost.start(Machine("mini", options.kernel)) as host:
        host.shell("echo here >/run/here", check=True)
        host.reboot()
        equal(host.missing(["/run/here"]), ["/run/here"], "what a restart forgets")
        host.start("poweroff", "-f")
        host.wait_poweroff()


def a_failed_boot_is_told_at_once(options):
    """A kernel that panics is no time-out."""
    class Broken(Machine):
        """A host whose kernel finds no first process."""

        def cmdline(self):
            return super().cmdline() + " rdinit=/no/such/init"
    begun = time.monotonic()
    try:
        vhost.boot(Broken("mini", options.kernel)).close()
    except qemu.QemuError as error:
        equal("Kernel panic" in str(error), True, str(error)[-500:])
    else:
        raise AssertionError("it booted")
    equal(time.monotonic() - begun < vhost.BOOT_S["mini"] / 2, True, "told at once")


def a_host_ends_with_its_test(options):
    """kill -9 of the test leaves no QEMU."""
    program = ("import sys, time; sys.path.insert(0, sys.argv[1]); import vhost; "
               "from machine import Machine; host = vhost.start(Machine('mini', sys.argv[2])); "
               "print(host.qemu.process.pid, flush=True); time.sleep(600)")
    here = str(pathlib.Path(__file__).resolve().parent)
    with subprocess.Popen([sys.executable, "-c", program, here, options.kernel], text=True,
                          stdout=subprocess.PIPE) as test:
        pid = int(test.stdout.readline())
        equal(pathlib.Path(f"/proc/{pid}").exists(), True, "QEMU runs")
        gone = os.pidfd_open(pid)
        test.kill()
    equal(bool(select.select([gone], [], [], 10)[0]), True, "QEMU ended within 10 s")
    os.close(gone)


def full_has_its_cards_and_its_login_screen(options):
    """systemd, libvirt confined by AppArmor, the display manager on the card."""
    begun = time.monotonic()
    with vhost.start(Machine("full", options.kernel)) as host:
        print(f"  started within {time.monotonic() - begun:.2f} s")
        cards(host)
        equal(host.run("systemctl", "is-system-running").stdout, "running\n", "the system")
        profile = host.shell("cat /proc/$(pgrep -x libvirtd)/attr/current").stdout
        equal(profile, "libvirtd (enforce)\n", "libvirtd's AppArmor profile")
        equal(host.run("virsh", "list", "--name", check=True).stdout.strip(), "", "guests")
        seat = host.shell("loginctl --no-legend list-sessions").stdout
        equal("lightdm" in seat and "seat0" in seat, True, f"sessions: {seat}")
        shown = host.wait_login()
        equal(picture.differing(shown, host.screen(), [vhost.LOGIN_CLOCK]), 0, "a still picture")


def full_gives_the_card_to_a_guest_and_back(options):
    """libvirt alone, with three managed hostdevs and the display manager stopped by hand."""
    goods = cargo.Cargo()
    with guest.obtain() as tiny:
        goods.copy(tiny / "tiny.elf", domain.KERNEL)
    with vhost.start(Machine("full", options.kernel), goods) as host:
        login = host.wait_login()
        host.run("systemctl", "stop", "lightdm", check=True)
        host.put("/root/guest.xml", domain.xml("a guest", CARD, number=4711))
        host.run("virsh", "create", "/root/guest.xml", check=True, deadline_s=300)
        host.shell(f"until grep -q READY {domain.SERIAL}; do sleep 0.2; done", check=True)
        equal([host.driver(address) for address in CARD], ["vfio-pci"] * 3, "drivers")
        seen = host.read(domain.SERIAL)
        for ids in ("1234:1111 class 030000", "8086:2668 class 040300", "1b36:000d class 0c0330"):
            equal(ids in seen, True, f"{ids} in what the guest sees:\n{seen}")
        equal("NUMBER 4711" in seen, True, f"the number in\n{seen}")
        there = host.screen()
        equal(picture.differing(login, there) > 10000, True, "the picture is another")
        host.run("virsh", "destroy", "a guest", check=True)
        equal([host.driver(address) for address in CARD], HOME, "drivers at home again")
        host.run("systemctl", "start", "lightdm", check=True)
        host.wait_same(login, [vhost.LOGIN_CLOCK])


def full_without_drm_has_a_text_console(options):
    """No driver, no DRM node, no X: the machine is up all the same."""
    with vhost.start(Machine("full", options.kernel, bochs=False)) as host:
        equal(host.driver(CARD[0]), None, "driver")
        equal(framebuffers(host) in TEXT_FRAMEBUFFERS, True, f"{framebuffers(host)}")
        equal(host.run("systemctl", "is-active", "display-manager").stdout, "inactive\n", "login")


CHECKS = [check for name, check in list(globals().items())
          if name.startswith(("mini_", "full_", "a_"))]


def main(arguments):
    """Run what is asked for; the last line counts."""
    parser = argparse.ArgumentParser(prog="selftest.py", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--cold", action="store_true", help="make everything anew")
    parser.add_argument("--kernel", default=kernel.DEFAULT, choices=sorted(kernel.SERIES))
    options = parser.parse_args(arguments)
    if options.cold:
        cache.make_cold()
    failed = []
    checks = [check for check in CHECKS
              if not options.names or any(name in check.__name__ for name in options.names)]
    for check in checks:
        begun = time.monotonic()
        try:
            check(options)
        except Exception:
            traceback.print_exc()
            failed.append(check.__name__)
        verdict = "FAILED" if check.__name__ in failed else "ok"
        print(f"{check.__name__}: {verdict}, {time.monotonic() - begun:.1f} s", flush=True)
    print(f"{len(checks) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
