# SPDX-License-Identifier: GPL-2.0-or-later
"""What a device is told besides its driver: taken there and back (take.c), and in a hand-over.

No device of QEMU's has a resizable BAR.
"""

from machine import Machine
from rig import CARD, Before, baton, cargo, detach, reattach, refused
from scenario import check

MINI = Machine("mini")


def _attribute(host, address, name):
    return host.shell(f"cat /sys/bus/pci/devices/{address}/{name}", check=True).stdout.strip()


def _power(host, address):
    return _attribute(host, address, "power/control"), _attribute(host, address, "d3cold_allowed")


def _take(host, *step):
    return host.run("take", " ".join(step), check=True)


def _configure(host, *lines):
    host.shell("mkdir -p /etc/baton", check=True)
    host.put("/etc/baton/baton.conf", "".join(f"{line}\n" for line in lines).encode())


@check(MINI, cargo)
def a_card_that_may_sleep_is_awake_while_it_is_away_and_may_sleep_afterwards(host):
    before = Before(host)
    asleep, awake = CARD[2], CARD[1]
    _take(host, "power", asleep, "on", "auto")
    try:
        plan = baton(host, "plan", "01:00").stdout.splitlines()
        assert plan.count(f"power {asleep} auto on") == 2, plan
        assert not [line for line in plan if line.startswith(f"power {awake}")], plan
        detach(host, "01:00")
        assert _attribute(host, asleep, "power/control") == "on"
        assert _attribute(host, asleep, "power/runtime_status") == "active"
        # The kernel's rule that makes the second step: vfio-pci lets it sleep by itself.
        assert _attribute(host, awake, "power/control") == "auto"
        reattach(host, "01:00")
        assert _attribute(host, asleep, "power/control") == "auto"
        assert _attribute(host, awake, "power/control") == "on"
    finally:
        _take(host, "power", asleep, "auto", "on")
    before.check(host)


@check(Machine("mini", functions=True), cargo, alone=True)
def a_device_with_everything_goes_without_its_virtual_functions_and_they_alone(host):
    device = f"{host.plug('nvme+functions')}.0"
    functions = [f"{device[:-1]}{number}" for number in (1, 2)]
    host.shell(f"until [ -e /sys/bus/pci/devices/{device}/nvme/nvme0 ]; do sleep 0.1; done",
               check=True)
    _take(host, "d3cold", device, "allowed", "-")
    assert _attribute(host, device, "d3cold_allowed") == "0"
    _take(host, "d3cold", device, "-", "allowed")
    methods = _attribute(host, device, "reset_method").split()
    _take(host, "reset-method", device, "%20".join(methods), methods[-1])
    assert _attribute(host, device, "reset_method") == methods[-1]
    _take(host, "reset-method", device, methods[-1], "%20".join(methods))
    _take(host, "vf-count", device, "0", "2")
    assert not host.missing([f"/sys/bus/pci/devices/{address}" for address in functions])
    # They have no queues of their own, so that their driver gives them up after a while.
    for address in functions:
        host.shell(f"until [ ! -e /sys/bus/pci/devices/{address}/driver ]; do sleep 0.1; done",
                   check=True)

    refused(host, device, saying="has 2 virtual functions", remedy="virtual-functions = remove")
    before = Before(host)
    _configure(host, "[policy]", "virtual-functions = remove", "[card disk]",
               f"address = {device}", f"reset-method = {methods[-1]}")
    _take(host, "power", device, "on", "auto")
    detach(host, "disk")
    assert _power(host, device) == ("on", "0")
    assert _attribute(host, device, "reset_method") == methods[-1]
    assert host.missing([f"/sys/bus/pci/devices/{address}" for address in functions])
    reattach(host, "disk")
    assert _power(host, device) == ("auto", "1")
    _take(host, "power", device, "auto", "on")
    before.check(host)

    detach(host, functions[0])
    assert host.driver(functions[0]) == "vfio-pci" and host.driver(device) == "nvme"
    refused(host, device, saying=f"{functions[0]} is a virtual function of {device} and with",
            remedy="stop that guest")
    reattach(host, functions[0])
    before.check(host)
