# SPDX-License-Identifier: GPL-2.0-or-later
"""The hardware of a virtual host, as arguments of QEMU.

The first card is what a graphics card is: three functions in one slot and one IOMMU group below a
root port, the VGA function being the boot VGA. QEMU's monitor knows it as gpu0:

    0000:01:00.0  gpu0        VGA (1234:1111), driver bochs-drm
    0000:01:00.1  gpu0-audio  Intel HDA with one codec, driver snd_hda_intel
    0000:01:00.2  gpu0-usb    xHCI, driver xhci_hcd
    0000:02:00.0  gpu1        a second card, class 0x0380, not the boot VGA
    0000:03:00.0  gpu2        with `twin`: a card like gpu1 in every number

and root ports spare0 … spare2 (buses 04 to 06) are free for what a test plugs in (PLUGS).
"""

import dataclasses

from kernel import DEFAULT

AGENT_PORT = "baton.agent"
UEFI = "/usr/share/ovmf/OVMF.fd"
SPARES = ("spare0", "spare1", "spare2")
SPARE_BUS = 4

# Things to plug into a spare root port of a running host: name -> devices, function 0 last, as the
# slot comes alive with it. None of them can be part of a saved state in every QEMU.
PLUGS = {
    "nvme": [{"driver": "nvme", "serial": "baton-nvme", "drive": True}],
    # One that can have two virtual functions: only on a machine with `functions`.
    "nvme+functions": [{"driver": "nvme", "serial": "baton-functions", "subsys": "subsystem",
                        "sriov__max__vfs": 2, "sriov__vq__flexible": 4,
                        "sriov__vi__flexible": 2, "max__ioqpairs": 6, "msix__qsize": 4}],
    "network": [{"driver": "e1000e"}],
    "edu": [{"driver": "edu"}],
    # A card that shares its group with a disk controller. Linux puts a function that it finds later
    # into the group of its slot only if that function too says that the slot has several.
    "gpu+nvme": [{"driver": "nvme", "serial": "baton-shared", "drive": True, "addr": "0.1",
                  "multifunction": True},
                 {"driver": "secondary-vga", "addr": "0.0", "multifunction": True}],
}


@dataclasses.dataclass(frozen=True)
class Machine:
    """What differs between virtual hosts. Saved states are kept per Machine."""

    kind: str                       # "mini" or "full", or "boot": by its own boot loader
    kernel: str = DEFAULT           # "6.1" or "6.12"
    bochs: bool = True              # False: no DRM driver for the cards
    uefi: bool = False              # True: firmware with a framebuffer (efifb), not VGA's text mode
    twin: bool = False              # a third card with the numbers of the second
    iommu: bool = True              # False: no IOMMU at all
    # True: what "nvme+functions" needs and what cannot be plugged in. (Saved states are kept by
    # what a machine is printed as: this one must not make those of all others anew.)
    functions: bool = dataclasses.field(default=False, repr=False)

    @property
    def memory_mib(self):
        """The size of the RAM."""
        return {"mini": 512, "full": 1536, "boot": 1024}[self.kind]

    @property
    def title(self):
        """A short name that differs between any two machines."""
        extras = ["" if self.bochs else "-nodrm", "-uefi" if self.uefi else "",
                  "-twin" if self.twin else "", "" if self.iommu else "-noiommu",
                  "-functions" if self.functions else ""]
        return f"{self.kind}-{self.kernel}{''.join(extras)}"

    def cmdline(self):
        """The kernel's command line."""
        # On a busy machine the emulated timer may tick too seldom for the kernel's trial of it.
        words = ["console=ttyS0", "quiet", "panic=-1", "no_timer_check", "net.ifnames=0"]
        if self.iommu:
            words += ["intel_iommu=on", "iommu=pt"]
        if not self.bochs:
            words.append("modprobe.blacklist=bochs")
        if self.kind == "full":
            words += ["apparmor=1", "security=apparmor", "systemd.show_status=false"]
        if self.kind == "full" and not self.bochs:
            # X would have nothing to draw on, and lightdm would try again and again.
            words.append("systemd.unit=multi-user.target")
        return " ".join(words)

    def arguments(self, acceleration):
        """QEMU's arguments for processor, memory and devices; disks and sockets are the caller's.

        The RAM is a backend with the id `ram` that the caller gives.
        """
        # With a thread for each processor, QEMU 7.2 loses an interrupt now and then: the APIC takes
        # it for being served (its bit in ISR is set), the processor halts without having seen it,
        # and its timers never end. One thread is as fast where two hosts share two cores.
        processor = {"kvm": ["-accel", "kvm", "-cpu", "host,migratable=on"],
                     "tcg": ["-accel", "tcg,thread=single", "-cpu", "max"]}[acceleration]
        arguments = ["-nodefaults", "-no-user-config", "-display", "none", "-vga", "none",
                     "-M", "q35,kernel-irqchip=split,memory-backend=ram", *processor,
                     "-m", f"{self.memory_mib}M", "-smp", "2"]
        if self.uefi:
            arguments += ["-bios", UEFI]
        if self.iommu:
            arguments += ["-device", "intel-iommu,intremap=on,caching-mode=on"]
        for device in self._devices():
            arguments += ["-device", device]
        return arguments

    def _devices(self):
        devices = [_port("port0", 1), _port("port1", 2), _port("port2", 3)]
        devices += [_port(spare, SPARE_BUS + index) for index, spare in enumerate(SPARES)]
        devices += ["VGA,id=gpu0,bus=port0,addr=0.0,multifunction=on",
                    "intel-hda,id=gpu0-audio,bus=port0,addr=0.1",
                    "hda-output,bus=gpu0-audio.0,audiodev=silence",
                    "qemu-xhci,id=gpu0-usb,bus=port0,addr=0.2",
                    "secondary-vga,id=gpu1,bus=port1"]
        if self.twin:
            devices.append("secondary-vga,id=gpu2,bus=port2")
        if self.functions:
            devices.append("nvme-subsys,id=subsystem,nqn=baton")
        return devices


def _port(ident, bus):
    # The root ports take the slots 0x10 and up of the root bus, in the order of their buses.
    # The reserves are for what is plugged in later.
    return (f"pcie-root-port,id={ident},bus=pcie.0,chassis={bus},slot={bus},addr={0x0f + bus:#x},"
            "mem-reserve=4M,pref64-reserve=64M")
