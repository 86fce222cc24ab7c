# SPDX-License-Identifier: GPL-2.0-or-later
"""libvirt domains for the guests that run inside the full host.

A guest there runs under TCG whatever the host runs under. It has no graphics but the cards it is
given, and its serial port goes to a file.
"""

from xml.sax.saxutils import escape, quoteattr

# Where a cargo puts the guests, and where their serial port ends up. (The helper that writes the
# AppArmor profile of a guest refuses files of the system, such as those below /usr/lib.)
KERNEL = "/var/lib/libvirt/images/tiny.elf"
LINUX = "/var/lib/libvirt/images/vmlinux"
LINUX_INITRD = "/var/lib/libvirt/images/linux-initrd"
SERIAL = "/var/log/libvirt/qemu/serial.log"


def xml(name, devices=(), *, managed=True, exit="wait", number=None, kernel=KERNEL, initrd=None,
        memory_mib=None, disk=None, uuid=None, more=""):
    """The XML of a domain.

    devices: addresses of PCI functions to hand over, as 0000:01:00.0; managed: who binds them.
    exit, number: for the guest's command line (guest/README.md).
    disk: the path of a raw disk; one that does not exist makes the start fail after `prepare`.
    more: elements to put among the devices.
    """
    cmdline = f"exit={exit}"
    if number is not None:
        cmdline += f" number={number}"
    if initrd:
        cmdline = f"console=ttyS0 console=tty0 {cmdline}"
    boot = [f"<kernel>{escape(kernel)}</kernel>"]
    boot += [f"<initrd>{escape(initrd)}</initrd>"] if initrd else []
    boot += [f"<cmdline>{escape(cmdline)}</cmdline>"]
    parts = [_hostdev(address, managed) for address in devices]
    parts += [_disk(disk)] if disk else []
    return f"""<domain type='qemu'>
  <name>{escape(name)}</name>
  {f"<uuid>{uuid}</uuid>" if uuid else ""}
  <memory unit='MiB'>{memory_mib or (192 if initrd else 32)}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    {"".join(boot)}
  </os>
  <features><acpi/><apic/></features>
  <on_reboot>restart</on_reboot>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    {"".join(parts)}
    <serial type='file'><source path={quoteattr(SERIAL)}/></serial>
    <memballoon model='none'/>
    {more}
  </devices>
</domain>
"""


def _hostdev(address, managed):
    domain, bus, rest = address.split(":")
    slot, function = rest.split(".")
    return (f"<hostdev mode='subsystem' type='pci' managed='{'yes' if managed else 'no'}'>"
            f"<source><address domain='0x{domain}' bus='0x{bus}' slot='0x{slot}' "
            f"function='0x{function}'/></source></hostdev>")


def _disk(path):
    return (f"<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
            f"<source file={quoteattr(path)}/><target dev='vda' bus='virtio'/></disk>")
