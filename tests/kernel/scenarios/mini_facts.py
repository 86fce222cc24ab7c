# SPDX-License-Identifier: GPL-2.0-or-later
"""Facts that no plan on this hardware has a step of, taken there and back (take.c). Driver, override,
service and the loading of VFIO's modules are taken by every other scenario."""

from machine import Machine
from rig import CARD, DRIVERS, SECOND, Before, cargo, drivers
from scenario import check

MINI = Machine("mini")
UEFI = Machine("mini", bochs=False, uefi=True)
FBCON = "frame%20buffer%20device"
EFI = "efi-framebuffer"


def _take(host, *step):
    """Take a step, written as in a plan."""
    host.run("take", " ".join(step), check=True)


def _console(host, name):
    """Is a driver of consoles bound? None: there is no such driver."""
    shown = host.shell("cd /sys/class/vtconsole; for each in *; do "
                       "echo $(cat $each/bind) $(cat $each/name); done", check=True).stdout
    bound = [line[0] for line in shown.splitlines() if line.endswith(f") {name}")]
    return bound[0] == "1" if bound else None


@check(MINI, cargo)
def a_module_goes_with_the_driver_of_its_devices_and_comes_back(host):
    before = Before(host)
    for module, devices in (("snd_hda_intel", CARD[1:2]), ("xhci_pci", CARD[2:]),
                            ("bochs", (CARD[0], SECOND))):
        _take(host, "module", module, "loaded", "-")
        assert set(drivers(host, devices).values()) == {None}, module
        assert host.missing([f"/sys/module/{module}"]), module
        _take(host, "module", module, "-", "loaded")
        assert drivers(host, devices) == {device: DRIVERS[device] for device in devices}, module
        before.check(host)


@check(MINI, cargo)
def a_module_in_use_is_not_unloaded(host):
    before = Before(host)
    holder = host.start("sh", "-c", "exec 3</dev/snd/controlC0; echo open; exec tail -f /dev/null")
    holder.wait_for("open")
    result = host.run("take", "module snd_hda_intel loaded -")
    assert result.status == 1 and "cannot be unloaded" in result.stderr, result
    assert host.driver(CARD[1]) == DRIVERS[CARD[1]]
    holder.kill()
    holder.wait()
    before.check(host)


def _console_goes_and_comes(host):
    before = Before(host)
    _take(host, "console", FBCON, "bound", "-")
    assert _console(host, "frame buffer device") is False
    assert _console(host, "dummy device") is True
    _take(host, "console", FBCON, "-", "bound")
    before.check(host)


@check(MINI, cargo)
def a_console_that_replaced_a_text_mode_is_unbound_and_bound_again(host):
    # The driver took the firmware's text mode away, and with it the one system driver of consoles:
    # the kernel finds none to bind from (drivers/tty/vt/vt.c vt_bind).
    _console_goes_and_comes(host)


@check(UEFI, cargo)
def a_console_is_unbound_and_bound_again(host):
    _console_goes_and_comes(host)


@check(UEFI, cargo)
def a_firmware_framebuffer_gives_up_its_driver_and_gets_it_again(host):
    before = Before(host)
    _take(host, "framebuffer", f"{EFI}.0", EFI, "-")
    assert host.missing([f"/sys/bus/platform/drivers/{EFI}/{EFI}.0"])
    assert _console(host, "frame buffer device") is None
    _take(host, "framebuffer", f"{EFI}.0", "-", EFI)
    before.check(host)


@check(UEFI, cargo)
def what_is_not_there_and_what_is_otherwise_is_no_step(host):
    before = Before(host)
    for step, saying in (("framebuffer vesa-framebuffer.0 vesa-framebuffer -", "no platform device"),
                         ("console VGA+ bound -", "no console driver"),
                         (f"console {FBCON} - bound", "is bound before it"),
                         ("module bochs loaded -", "is - before it")):
        result = host.run("take", step)
        assert result.status == 1 and saying in result.stderr, result
    before.check(host)
