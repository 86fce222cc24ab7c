# SPDX-License-Identifier: GPL-2.0-or-later
"""libvirt domains for the guests that run inside the full host.

A guest there runs under TCG whatever the host runs under. It has no graphics but the cards it is
given, no network and no USB; what its serial port sends goes to a file, and a key, for a guest that
waits for one, comes by `virsh send-key`.
"""

from xml.sax.saxutils import escape, quoteattr

import guest

# Where a cargo puts the guests, and where their serial port ends up. (The helper that writes the
# AppArmor profile of a guest refuses files of the system, such as those below /usr/lib.)
KERNEL = "/var/lib/libvirt/images/tiny.elf"
LINUX = "/var/lib/libvirt/images/vmlinux"
LINUX_INITRD = "/var/lib/libvirt/images/linux-initrd"
SERIAL = "/var/log/libvirt/qemu/serial.log"

# All of a guest's RAM is pinned for its devices, so more takes longer.
TINY_MIB = 32
_LINUX_MIB = 128


def xml(name, devices=(), *, managed=True, exit="wait", number=None, linux=False, memory_mib=None,
        disk=None, uuid=None, more=""):
    """The XML of a domain.

    devices: addresses of PCI functions to hand over, as 0000:01:00.0; those of one slot share a slot
    in the guest too. managed: who binds them.
    exit, number: for the guest's command line (guest/README.md); exit is the tiny guest's alone.
    linux: the Linux guest, in place of the tiny one.
    disk: the path of a raw disk; one that does not exist makes the start fail after `prepare`.
    more: elements to put among the devices.
    """
    parts = _cards(devices, managed)
    parts += [_disk(disk)] if disk else []
    return f"""<domain type='qemu'>
  <name>{escape(name)}</name>
  {f"<uuid>{uuid}</uuid>" if uuid else ""}
  <memory unit='MiB'>{memory_mib or (_LINUX_MIB if linux else TINY_MIB)}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    {_boot(linux, exit, number)}
  </os>
  <features><acpi/><apic/></features>
  <on_reboot>destroy</on_reboot>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='usb' model='none'/>
    {"".join(parts)}
    <serial type='file'><source path={quoteattr(SERIAL)}/></serial>
    <memballoon model='none'/>
    {more}
  </devices>
</domain>
"""


def _boot(linux, exit, number):
    words = guest.LINUX_OPTIONS.split() if linux else [f"exit={exit}"]
    words += [f"number={number}"] if number is not None else []
    initrd = f"<initrd>{LINUX_INITRD}</initrd>" if linux else ""
    return (f"<kernel>{LINUX if linux else KERNEL}</kernel>{initrd}"
            f"<cmdline>{escape(' '.join(words))}</cmdline>")


def _cards(devices, managed):
    """The elements for these functions: a root port for each slot of the host that they are from."""
    slots = {}
    for address in devices:
        slots.setdefault(address.split(".")[0], []).append(address)
    parts = ["<controller type='pci' index='0' model='pcie-root'/>"]
    for bus, addresses in enumerate(slots.values(), start=1):
        parts.append(f"<controller type='pci' index='{bus}' model='pcie-root-port'/>")
        parts += [_hostdev(address, managed, _place(bus, number, len(addresses)))
                  for number, address in enumerate(addresses)]
    return parts


def _place(bus, function, count):
    several = " multifunction='on'" if function == 0 and count > 1 else ""
    return (f"<address type='pci' domain='0x0000' bus='0x{bus:02x}' slot='0x00' "
            f"function='0x{function}'{several}/>")


def _hostdev(address, managed, place):
    domain, bus, rest = address.split(":")
    slot, function = rest.split(".")
    # Firmware would look for a video BIOS, which cannot work without the ports of VGA.
    return (f"<hostdev mode='subsystem' type='pci' managed='{'yes' if managed else 'no'}'>"
            f"<source><address domain='0x{domain}' bus='0x{bus}' slot='0x{slot}' "
            f"function='0x{function}'/></source><rom bar='off'/>{place}</hostdev>")


def _disk(path):
    return (f"<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
            f"<source file={quoteattr(path)}/><target dev='vda' bus='virtio'/></disk>")
