# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of a card at the start of a machine, by the kernel's own words alone.

The kernel of a bench's machine tells of each probe of a device (initcall_debug, really_probe_debug in
drivers/base/dd.c), also of one that was undone since, or that failed.
"""

import re

_PROBE = re.compile(r"probe of (\S+) returned (-?\d+) after")


def log(host):
    """What the kernel has written since its start."""
    return host.run("dmesg", check=True).stdout


def probes(host, address):
    """What the probes of a PCI function have returned, in their order: 0 for a driver that has it."""
    return [int(found[2]) for found in _PROBE.finditer(log(host)) if found[1] == address]


def check_given(host, address):
    """vfio-pci has the function, and no driver ever touched it but this one."""
    assert host.driver(address) == "vfio-pci", \
        f"{address} is with {host.driver(address)}:\n{_about(host, address)}"
    assert probes(host, address) == [0], \
        f"{address} was probed more than once:\n{_about(host, address)}"


def check_host(host, address, driver="bochs-drm"):
    """The host's driver has the function, nothing kept any from it, and it has drawn on it."""
    assert host.driver(address) == driver, \
        f"{address} is with {host.driver(address)}:\n{_about(host, address)}"
    assert probes(host, address) == [0], f"not at once:\n{_about(host, address)}"
    override = host.read(f"/sys/bus/pci/devices/{address}/driver_override")
    assert override == "(null)", f"{address} has the override {override}"
    assert f"for {address} on minor" in log(host), f"no display:\n{_about(host, address)}"


def _about(host, address):
    return "\n".join(line for line in log(host).splitlines() if address in line or "baton" in line)
