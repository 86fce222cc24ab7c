#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a server with eight GPUs as text, in the format of README.md: composed, not recorded.

Two Xeons, eight H100 on an HGX board with four NVSwitches, each GPU behind a switch of its own with
an InfiniBand card and a disk, whose ports are groups of their own: more than two hundred groups.
Addresses of GPUs and NVSwitches are those that public listings of such machines show, ids those of
pci.ids. Ubuntu's kernel, NVIDIA's driver 580, no display manager; the console is on the board's
ASPEED. Two trainings run on the second half of the GPUs, the Fabric Manager on the switches.

A repository is no place for ten thousand lines that a hundred can make. With an argument, a machine
with so many devices, to measure with: more complexes of GPU, network and disk.
"""

import struct
import sys

KERNEL = "6.8.0-60-generic"
RELEASE = "580.126.18"
GPUS = (0x1B, 0x43, 0x52, 0x61, 0x9D, 0xC3, 0xD1, 0xDF)  # their buses
SPARE_ROOTS = (0x26, 0x6A, 0x80, 0xA7, 0xE7)
VIRTUAL_FUNCTIONS = 8
IN_COMPLEX, OTHERS = 21, 57  # devices: in a complex, and besides

HOST, PORT, VGA, ACCELERATOR = 0x088000, 0x060400, 0x030000, 0x030200
SWITCH, NVME, INFINIBAND, ETHERNET = 0x068000, 0x010802, 0x020700, 0x020000


def config(vendor, device, kind):
    """The first 64 bytes, which everybody may read."""
    head = struct.pack("<HHHHBBBBBBBB", vendor, device, 0x0407, 0x0010, 0, kind & 255,
                       kind >> 8 & 255, kind >> 16, 0, 0, int(kind == PORT), 0)
    return head + bytes(64 - len(head))


class Server:
    """The lines, and a number for whatever is numbered."""

    def __init__(self, domain, whole=False):
        self.lines = []
        self.domain = domain
        self.whole = whole  # with what others than baton read, to compare with them
        self.groups = 0
        self.disks = []

    def block(self, *lines):
        self.lines.extend(("", *lines))

    def file(self, path, *lines):
        self.block(f"F: {path}", *(f"| {line}" for line in lines))

    def function(self, parent, address, ids, kind, driver="", **attributes):
        """A PCI function below the path of its bridge; returns its own path."""
        vendor, device = ids
        bus = int(address.split(":")[0], 16)
        parent = parent or f"/devices/pci{self.domain}:{bus:02x}"
        path = f"{parent}/{self.domain}:{address}"
        up = "../" * path.count("/")
        lines = [f"P: {path}"]
        if driver:
            lines.append(f"E: DRIVER={driver}")
        lines += [f"E: PCI_SLOT_NAME={self.domain}:{address}", "E: SUBSYSTEM=pci"]
        values = {
            "vendor": f"0x{vendor:04x}", "device": f"0x{device:04x}",
            "subsystem_vendor": f"0x{vendor:04x}", "subsystem_device": "0x0000",
            "revision": "0x00", "class": f"0x{kind:06x}",
            "modalias": f"pci:v{vendor:08X}d{device:08X}sv{vendor:08X}sd00000000"
                        f"bc{kind >> 16:02X}sc{kind >> 8 & 255:02X}i{kind & 255:02X}",
            "driver_override": "(null)", "numa_node": "0" if bus < 0x80 else "1",
            "power_state": "D0",
        }
        if kind == PORT:
            values["reset_method"] = "pm"
        values.update(attributes)
        lines += [f"A: {key}={value}" for key, value in values.items()]
        if self.whole:
            lines += ["A: irq=0", "A: resource=" + 13 * f"0x{0:016x} 0x{0:016x} 0x{0:016x}\\n",
                      "H: config=" + config(vendor, device, kind).hex()]
        if driver:
            lines.append(f"L: driver={up}bus/pci/drivers/{driver}")
        lines.append(f"L: iommu_group={up}kernel/iommu_groups/{self.groups}")
        self.groups += 1
        self.block(*lines)
        return path

    def port(self, parent, address, ids, below):
        return self.function(parent, address, ids, PORT, "pcieport",
                             secondary_bus_number=str(below))

    def node(self, path, name, major, minor, subsystem):
        self.block(f"P: {path}", f"N: {name}", f"E: DEVNAME=/dev/{name}", f"E: MAJOR={major}",
                   f"E: MINOR={minor}", f"E: SUBSYSTEM={subsystem}")

    def root(self, bus):
        """What every root bus of these processors begins with."""
        for number, device in enumerate((0x09A2, 0x09A4, 0x09A3, 0x0998)):
            self.function("", f"{bus:02x}:00.{number}", (0x8086, device), HOST)

    def disk(self, parent, bus, device):
        number = len(self.disks)
        name = f"nvme{number}n1"
        path = self.function(parent, f"{bus:02x}:00.0", (0x144D, device), NVME, "nvme",
                             reset_method="flr bus")
        path = f"{path}/nvme/nvme{number}"
        self.node(path, f"nvme{number}", 240, number, "nvme")
        self.node(f"{path}/{name}", name, 259, 4 * number, "block")
        self.disks.append(f"{path}/{name}")
        return f"{path}/{name}"

    def network(self, parent, bus):
        """An InfiniBand card with virtual functions."""
        names = [f"{bus:02x}:{number // 8:02x}.{number % 8}"
                 for number in range(VIRTUAL_FUNCTIONS + 1)]
        self.function(parent, names[0], (0x15B3, 0x1021), INFINIBAND, "mlx5_core",
                      reset_method="flr bus", sriov_totalvfs="16",
                      sriov_numvfs=str(VIRTUAL_FUNCTIONS))
        self.lines += [f"L: virtfn{number}=../{self.domain}:{name}"
                       for number, name in enumerate(names[1:])]
        for name in names[1:]:
            self.function(parent, name, (0x15B3, 0x101E), INFINIBAND, "mlx5_core",
                          reset_method="flr")
            self.lines.append(f"L: physfn=../{self.domain}:{names[0]}")

    def gpu(self, parent, bus, number):
        path = self.function(parent, f"{bus:02x}:00.0", (0x10DE, 0x2330), ACCELERATOR, "nvidia",
                             reset_method="flr bus")
        # The kernel has 64 numbers for each kind, and others for what comes after them.
        card, render = (number + 1, 128 + number) if number < 63 else (1000 + number, 2000 + number)
        self.node(f"{path}/drm/card{number + 1}", f"dri/card{number + 1}", 226, card, "drm")
        self.node(f"{path}/drm/renderD{128 + number}", f"dri/renderD{128 + number}", 226, render,
                  "drm")
        self.file(f"/proc/driver/nvidia/gpus/{self.domain}:{bus:02x}:00.0/information",
                  "Model: \t\t NVIDIA H100 80GB HBM3", f"Device Minor: \t {number}")

    def complex(self, bus, number):
        """A GPU and what stands beside it behind a switch."""
        root = bus - 6
        self.root(root)
        path = self.port("", f"{root:02x}:01.0", (0x8086, 0x352A), root + 1)
        path = self.port(path, f"{root + 1:02x}:00.0", (0x1000, 0xC030), root + 2)
        below = [self.port(path, f"{root + 2:02x}:{slot:02x}.0", (0x1000, 0xC030), root + 3 + slot)
                 for slot in range(4)]
        self.network(below[0], root + 3)
        self.disk(below[1], root + 4, 0xA824)
        self.gpu(below[3], bus, number)


def add_board(server):
    """The first root bus: console, NVSwitches."""
    server.root(0)
    path = server.port("", "00:0f.0", (0x8086, 0x1BBF), 1)
    path = server.function(path, "01:00.0", (0x1A03, 0x1150), PORT, secondary_bus_number="2",
                           reset_method="pm bus")
    path = server.function(path, "02:00.0", (0x1A03, 0x2000), VGA, "ast", boot_vga="1")
    server.node(f"{path}/drm/card0", "dri/card0", 226, 0, "drm")
    server.block(f"P: {path}/drm/card0/card0-VGA-1", "E: SUBSYSTEM=drm", "A: status=disconnected")
    server.node(f"{path}/graphics/fb0", "fb0", 29, 0, "graphics")
    path = server.port("", "00:11.0", (0x8086, 0x1BBF), 5)
    path = server.port(path, "05:00.0", (0x1000, 0xC030), 6)
    for number in range(4):
        below = server.port(path, f"06:0{number}.0", (0x1000, 0xC030), 7 + number)
        server.function(below, f"{7 + number:02x}:00.0", (0x10DE, 0x22A3), SWITCH,
                        "nvidia-nvswitch", reset_method="flr bus")


def add_rest(server):
    """Accelerators of the processors, the disk to boot from, the way to the network."""
    for bus in SPARE_ROOTS:
        server.root(bus)
    for bus in (0x6A, 0xE7):
        for slot in range(1, 5):
            server.function("", f"{bus:02x}:{slot:02x}.0", (0x8086, 0x0B25), HOST, "idxd",
                            reset_method="flr")
            server.function("", f"{bus:02x}:{slot + 4:02x}.0", (0x8086, 0x0CFE), HOST, "idxd",
                            reset_method="flr")
    path = server.port("", "26:01.0", (0x8086, 0x352A), 0x27)
    boot = server.disk(path, 0x27, 0xA80A)
    for part in (1, 2):
        name = f"{boot.rsplit('/', 1)[1]}p{part}"
        server.node(f"{boot}/{name}", name, 259, 200 + part, "block")
    path = server.port("", "26:03.0", (0x8086, 0x352A), 0x28)
    path = server.function(path, "28:00.0", (0x8086, 0x1593), ETHERNET, "ice",
                           reset_method="flr bus")
    server.block(f"P: {path}/net/eno1", "E: SUBSYSTEM=net")


def fill(server, devices):
    """Accelerators, each a group of its own, until there are so many devices."""
    server.domain = "ffff"
    for number in range(devices - server.groups):
        server.function("", f"{number // 8:02x}:00.{number % 8}", (0x8086, 0x0B25), HOST, "idxd",
                        reset_method="flr")


def add_raid(server):
    """The disks beside the GPUs are one array."""
    path = "/devices/virtual/block/md127"
    server.node(path, "md127", 9, 127, "block")
    for disk in server.disks[1:]:
        name = disk.rsplit("/", 1)[1]
        server.block(f"X: /sys{path}/slaves/{name}=../../../../{disk.removeprefix('/devices/')}")
    server.file("/proc/1/mountinfo",
                "29 1 259:202 / / rw,relatime shared:1 - ext4 /dev/root rw",
                "45 29 9:127 / /raid rw,relatime shared:40 - xfs /dev/md127 rw")
    server.file("/proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority")
    server.file("/proc/net/route",
                "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
                "eno1\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0")


def add_modules(server):
    modules = {
        "ast": "-", "gdrdrv": "-", "ice": "-", "idxd": "-", "mlx5_core": "-",
        "nvidia": "nvidia_uvm,gdrdrv,nvidia_modeset,", "nvidia_drm": "-",
        "nvidia_modeset": "nvidia_drm,", "nvidia_uvm": "-", "nvme": "-",
    }
    ours = [name for name in modules if name.startswith("nvidia")]
    server.file("/proc/modules", *(
        f"{name} 16384 {2 * holders.count(',')} {holders} Live 0x0000000000000000"
        f"{' (POE)' if name in ours else ''}" for name, holders in modules.items()))
    server.block(*(f"D: /sys/module/{name}" for name in modules))
    for name in ours:
        server.file(f"/sys/module/{name}/version", RELEASE)
    server.block()
    drivers = {name: name for name in ("ast", "ice", "idxd", "mlx5_core", "nvme", "nvidia")}
    for driver, module in {**drivers, "nvidia-nvswitch": "nvidia"}.items():
        server.lines += [
            f"X: /sys/module/{module}/drivers/pci:{driver}=../../../bus/pci/drivers/{driver}",
            f"X: /sys/bus/pci/drivers/{driver}/module=../../../../module/{module}"]
    server.file(f"/lib/modules/{KERNEL}/modules.alias",
                "alias pci:v000010DEd*sv*sd*bc03sc02i00* nvidia",
                "alias pci:v000010DEd*sv*sd*bc06sc80i00* nvidia",
                "alias pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_core",
                "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci",
                "alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci")


def add_process(server, pid, comm, cgroup, nodes=()):
    server.file(f"/proc/{pid}/stat", f"{pid} ({comm}) S {int(pid > 1)} {pid} {pid} 0 -1 4194560"
                " 0 0 0 0 0 0 0 0 20 0 1 0 " f"{100 * pid}")
    server.file(f"/proc/{pid}/comm", comm)
    server.file(f"/proc/{pid}/cgroup", f"0::/{cgroup}")
    server.block(*(f"X: /proc/{pid}/fd/{fd}=/dev/{name}"
                   for fd, name in enumerate(("null", *nodes))))


def add_system(server, gpus):
    server.file("/proc/sys/kernel/osrelease", KERNEL)
    server.file("/proc/sys/kernel/random/boot_id", "5b6c7d8e-5e1f-4c0a-9d3e-1f2a3b4c5d6e")
    server.file("/proc/devices", "Character devices:", "195 nvidia", "195 nvidiactl",
                "234 nvidia-nvswitch", "510 nvidia-uvm", "", "Block devices:", "259 blkext")
    for number in range(4):
        server.block(f"P: /devices/virtual/iommu/dmar{number}", "E: SUBSYSTEM=iommu")
    for number, name, bound in ((0, "(S) dummy device", 0), (1, "(M) frame buffer device", 1)):
        server.block(f"P: /devices/virtual/vtconsole/vtcon{number}", "E: SUBSYSTEM=vtconsole",
                     f"A: name={name}", f"A: bind={bound}")
    add_process(server, 1, "systemd", "init.scope")
    add_process(server, 2101, "nv-fabricmanage", "system.slice/nvidia-fabricmanager.service",
                ("nvidiactl", *(f"nvidia-nvswitch{number}" for number in range(4))))
    half = range(gpus // 2, gpus)
    for pid, mine in ((5004, half[:2]), (5006, half[2:])):
        add_process(server, pid, "python3", "system.slice/slurmstepd.scope/job_77/step_0",
                    ("nvidiactl", "nvidia-uvm", *(f"nvidia{number}" for number in mine)))


def compose(complexes, devices=0):
    """The lines of a server with so many complexes; beyond eight, in PCI domains of their own.

    devices: so many, of which all that fit are in complexes.
    """
    complexes = complexes or (devices - OTHERS) // IN_COMPLEX
    head = ["# SPDX-License-Identifier: GPL-2.0-or-later",
            "# composed by gpu-server.py: a server with eight GPUs"]
    server = Server("0000", whole=devices > 0)
    add_board(server)
    add_rest(server)
    for number in range(complexes):
        server.domain = f"{number // len(GPUS):04x}"
        server.complex(GPUS[number % len(GPUS)], number)
    fill(server, devices)
    add_raid(server)
    add_modules(server)
    add_system(server, complexes)
    return head + server.lines


if __name__ == "__main__":
    if len(sys.argv) > 1:  # gpu-server.py 4096: a server with so many devices
        print("\n".join(compose(0, int(sys.argv[1]))))
    else:
        print("\n".join(compose(len(GPUS))))
