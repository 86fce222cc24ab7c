// SPDX-License-Identifier: GPL-2.0-or-later
#include "check-trials.h"

#include "base/macros.h"

#define COMMAND_LINE(words) "F: /proc/cmdline\n| quiet " words "\n"
#define PCI                 "/sys/bus/pci/devices/"
#define INTEL               "F: /proc/cpuinfo\n| vendor_id\t: GenuineIntel\n"
#define TABLES              "F: /sys/firmware/acpi/tables/FACP\n| FACP\n"
#define LIBVIRT             "D: /etc/libvirt\n"
#define DOOR                "X: /etc/libvirt/hooks/qemu.d/baton=/usr/sbin/baton-libvirt-hook\n"
#define PROGRAM             "F: /usr/sbin/baton-libvirt-hook\n| program\n"
#define HOOK                "/etc/libvirt/hooks/qemu"
#define PROXMOX             "D: /etc/pve/qemu-server\nD: /var/lib/vz\nX: /etc/pve/local=nodes/pve1\n"
#define SCRIPT              "/var/lib/vz/snippets/mine"
#define ENFORCES            LIBVIRT DOOR PROGRAM "F: /sys/fs/selinux/enforce\n| 1\n"
#define GUEST                                                                                      \
	"F: /etc/libvirt/qemu/win11.xml\n"                                                         \
	"| <domain type='kvm'><name>win11</name>\n"                                                \
	"| <uuid>0c3f0d4e-6a0b-4a52-9d7e-3b0f0f5a1c11</uuid><devices>\n"                           \
	"| <hostdev mode='subsystem' type='pci'><source>\n"                                        \
	"| <address domain='0' bus='10' slot='0' function='0'/></source></hostdev>\n"              \
	"| </devices></domain>\n"
#define NODE   "/sys/devices/system/node/node0/"
#define MEMORY "F: /proc/meminfo\n| MemTotal: 4194304 kB\n| MemAvailable: 1048576 kB\n"
#define PAGES(free)                                                                                \
	"F: " NODE "hugepages/hugepages-2048kB/nr_hugepages\n| 4096\n"                             \
	"F: " NODE "hugepages/hugepages-2048kB/free_hugepages\n| " free "\n"
/* Four GiB, and a picture that is seen there. */
#define DOMAIN(display, more)                                                                      \
	"F: /etc/libvirt/qemu/win11.xml\n"                                                         \
	"| <domain type='kvm'><name>win11</name>\n"                                                \
	"| <uuid>0c3f0d4e-6a0b-4a52-9d7e-3b0f0f5a1c11</uuid>\n"                                    \
	"| <memory unit='KiB'>4194304</memory><vcpu>4</vcpu>" more "\n"                            \
	"| <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><devices>\n"                \
	"| <graphics type='" display "'/><hostdev mode='subsystem' type='pci'><source>\n"          \
	"| <address domain='0' bus='10' slot='0' function='0'/></source></hostdev>\n"              \
	"| </devices></domain>\n"
#define SESSION                                                                                    \
	"F: /run/systemd/sessions/2\n"                                                             \
	"| UID=1000\n| USER=alice\n| CLASS=user\n| SCOPE=session-2.scope\n| LEADER=900\n"          \
	"F: /sys/class/net/enp4s0/ifindex\n| 2\n"                                                  \
	"F: /run/NetworkManager/devices/2\n| [device]\n| connection-uuid=0a-1b\n"

const struct trial trials[] = {
	{"iommu-off", "no-iommu", .sound = "nvidia-single"},
	{"iommu-off-firmware", "no-iommu", .broken = TABLES INTEL},
	{"iommu-off-kernel", "no-iommu",
		.broken = INTEL "F: /sys/firmware/acpi/tables/DMAR\n| DMAR\n"},
	{"card-without-group", "laptop-two-gpus", .removed = PCI "0000:00:02.0/iommu_group"},
	{"unsafe-interrupts", "nvidia-single",
		.broken =
			"F: /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts\n| Y\n"},
	{"acs-override", "nvidia-single",
		.broken = COMMAND_LINE("pcie_acs_override=downstream,multifunction")},
	{"amd-iommu-on", "nvidia-single", .broken = COMMAND_LINE("amd_iommu=on")},
	{"group-shared", "sata-in-group", .sound = "nvidia-single"},
	{"group-bridge-driver", "bridge-in-group",
		.broken = "X: " PCI "0000:00:01.0/driver=../../../bus/pci/drivers/strange\n",
		.removed = PCI "0000:00:01.0/driver"},
	{"group-direct-region", "nvidia-single",
		.broken = "F: /sys/kernel/iommu_groups/14/reserved_regions\n"
			  "| 0x00000000000a0000 0x00000000000bffff direct\n"},
	{"boot-vfio-modprobe", "nvidia-single",
		.broken = "F: /etc/modprobe.d/vfio.conf\n| options vfio-pci ids=10de:1e84\n"},
	{"boot-vfio-argument", "nvidia-single", .broken = COMMAND_LINE("vfio-pci.ids=10de:1e84")},
	{"boot-vfio-udev", "nvidia-single",
		.broken = "F: /etc/udev/rules.d/10-vfio.rules\n"
			  "| SUBSYSTEM==\"pci\", ATTR{vendor}==\"0x10de\", "
			  "ATTR{driver_override}=\"vfio-pci\"\n"},
	{"boot-vfio-driverctl", "nvidia-single",
		.broken = "F: /etc/driverctl.d/0000:0a:00.0\n| vfio-pci\n"},
	{"boot-vfio-unit", "nvidia-single",
		.broken =
			"F: /etc/systemd/system/bind.service\n| [Service]\n"
			"| ExecStart=/bin/sh -c 'echo 10de 1e84 > /sys/bus/pci/drivers/vfio-pci/new_id'\n"},
	{"boot-ids-twins", "twins",
		.broken = "F: /etc/modprobe.d/vfio.conf\n| options vfio-pci ids=10de:2204\n"},
	{"boot-blacklist", "bridge-in-group",
		.broken = "F: /etc/modprobe.d/gpu.conf\n| blacklist nouveau\n"},
	{"boot-vfio-install", "nvidia-single",
		.broken = "F: /etc/modprobe.d/vfio.conf\n| install vfio-pci /sbin/override.sh\n"},
	{"boot-blacklist-shared", "nvidia-single",
		.broken = "F: /etc/modprobe.d/xhci.conf\n| blacklist xhci_hcd\n"},
	{"boot-softdep", "nvidia-single",
		.broken = "F: /etc/modprobe.d/gpu.conf\n| softdep nouveau pre: vfio-pci\n"},
	{"boot-modules", "nvidia-single", .broken = "F: /etc/modules\n| vfio_pci\n"},
	{"boot-virqfd", "amd-desktop", .broken = "F: /etc/modules\n| vfio_virqfd\n"},
	{"boot-initramfs-options", "nvidia-single",
		.broken = "F: /etc/initramfs-tools/modules\n| options vfio-pci ids=10de:1e84\n"},
	{"boot-initramfs-path", "nvidia-single", .broken = "F: /etc/initram-fs/modules\n| vfio\n"},
	{"nomodeset", "nvidia-single", .broken = COMMAND_LINE("nomodeset")},
	{"framebuffer-argument", "nvidia-single", .broken = COMMAND_LINE("video=efifb:off")},
	{"boot-driver-pre", "nvidia-single", .broken = COMMAND_LINE("rd.driver.pre=vfio-pci")},
	{"command-line-not-applied", "nvidia-single", .before = COMMAND_LINE("BOOT_IMAGE=/vmlinuz"),
		.broken = "F: /usr/sbin/update-grub\n| #\nF: /etc/default/grub\n"
			  "| GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\n"},
	{"initramfs-old", "nvidia-single",
		.before = "F: /boot/initrd.img-6.1.0-28-amd64\n| image\n",
		.broken = "F: /etc/modprobe.d/gpu.conf\n| options nvidia-drm modeset=1\n",
		.old = "/boot/initrd.img-6.1.0-28-amd64"},

	{"door-missing", "nvidia-single", .before = LIBVIRT, .broken = GUEST},
	{"door-program", "nvidia-single", .before = LIBVIRT, .broken = DOOR},
	{"door-blocked", "nvidia-single", .before = LIBVIRT PROGRAM,
		.broken = "X: /etc/libvirt/hooks/qemu.d/baton=/nowhere\n",
		.executable = "/usr/sbin/baton-libvirt-hook"},
	{"door-twice", "nvidia-single", .before = LIBVIRT PROGRAM DOOR,
		.broken = "X: " HOOK "=/usr/sbin/baton-libvirt-hook\n",
		.executable = "/usr/sbin/baton-libvirt-hook"},
	{"hook-fights", "nvidia-single", .before = "F: " HOOK "\n| #!/bin/sh\n",
		.broken = "F: " HOOK "\n| #!/bin/sh\n| echo > /sys/x/driver_override\n",
		.executable = HOOK},
	{"libvirt-restart", "nvidia-single", .before = LIBVIRT "F: /run/libvirtd.pid\n| 700\n",
		.broken = PROGRAM DOOR, .executable = "/usr/sbin/baton-libvirt-hook",
		.old = "/run/libvirtd.pid"},
	{"libvirt-too-old", "nvidia-single", .before = LIBVIRT PROGRAM DOOR,
		.broken = "X: /usr/lib64/libvirt.so.0=libvirt.so.0.5000.0\n",
		.executable = "/usr/sbin/baton-libvirt-hook"},
	{"hook-apparmor", "nvidia-single",
		.before = LIBVIRT DOOR "X: /usr/sbin/baton-libvirt-hook=/opt/baton\n"
				       "F: /opt/baton\n| program\n",
		.broken = "F: /sys/module/apparmor/parameters/enabled\n| Y\n",
		.executable = "/opt/baton"},
	{"hook-selinux-label", "nvidia-single", .before = LIBVIRT PROGRAM DOOR, .broken = ENFORCES,
		.executable = "/usr/sbin/baton-libvirt-hook"},
	{"hook-selinux-boolean", "nvidia-single", .before = ENFORCES,
		.broken = "F: /sys/fs/selinux/booleans/virt_hooks_unconfined\n| 0 0\n",
		.executable = "/usr/sbin/baton-libvirt-hook"},
	{"hook-selinux", "nvidia-single", .before = LIBVIRT PROGRAM DOOR, .broken = ENFORCES,
		.executable = "/usr/sbin/baton-libvirt-hook"},
	{"hook-not-executable", "nvidia-single", .before = LIBVIRT,
		.broken = "F: " HOOK ".d/mine\n| #!/bin/sh\n"},
	{"hook-tree-ignored", "nvidia-single", .before = LIBVIRT,
		.broken = "D: " HOOK ".d/win11/prepare/begin\n"},
	{"hook-calls-libvirt", "nvidia-single", .before = "F: " HOOK "\n| #!/bin/sh\n",
		.broken = "F: " HOOK "\n| #!/bin/sh\n| virsh nodedev-detach pci_0000_0a_00_0\n",
		.executable = HOOK},
	{"hook-not-runnable", "nvidia-single",
		.before = "F: " HOOK "\n| #!/bin/sh -e\nF: /bin/sh\n| program\n",
		.broken = "F: " HOOK "\n| #!/bin/bash -e\n", .executable = HOOK},

	{"virtualization-off", "nvidia-single", .before = "F: /proc/cpuinfo\n| flags\t: fpu svm\n",
		.broken = "F: /proc/cpuinfo\n| processor\t: 0\n| flags\t: fpu\n"},
	{"kvm-missing", "nvidia-single",
		.before = "F: /proc/cpuinfo\n| processor\t: 0\n| flags\t: fpu svm\n",
		.broken = "D: /sys/devices/virtual/misc\n"},
	{"qemu-missing", "nvidia-single", .broken = "D: /usr/bin\n"},
	{"ovmf-missing", "nvidia-single", .before = "D: /usr/share\n", .broken = "D: /usr/bin\n"},
	{"hypervisor-missing", "nvidia-single", .broken = "D: /usr/bin\n"},
	{"network-not-started", "nvidia-single", .before = LIBVIRT,
		.broken = "F: /etc/libvirt/qemu/networks/default.xml\n| <network/>\n"},
	{"dnsmasq-missing", "nvidia-single", .before = LIBVIRT "D: /usr/bin\nD: /usr/sbin\n",
		.broken = "F: /etc/libvirt/qemu/networks/default.xml\n| <network/>\n"},
	{"libvirt-not-enabled", "nvidia-single", .before = LIBVIRT,
		.broken = "F: /usr/lib/systemd/system/libvirtd.service\n| [Service]\n"},
	{"group-membership", "nvidia-single",
		.before = LIBVIRT "F: /etc/group\n| libvirt:x:100:alice\n",
		.broken = "F: /etc/group\n| libvirt:x:100:\n"},

	{"proxmox-storage-local", "nvidia-single",
		.before = PROXMOX "F: /etc/pve/storage.cfg\n"
				  "| dir: local\n| \tpath /var/lib/vz\n| \tdisable\n",
		.broken = "F: /etc/pve/storage.cfg\n"
			  "| dir: local\n| \tcontent-dirs iso=i,snippets=scripts\n"},
	{"proxmox-hookscript-missing", "nvidia-single",
		.before = PROXMOX "F: /etc/pve/qemu-server/100.conf\n| cores: 2\n",
		.broken = "F: /etc/pve/qemu-server/100.conf\n| hookscript: local:snippets/mine\n"},
	{"proxmox-hookscript-fights", "nvidia-single",
		.before = PROXMOX "F: /etc/pve/qemu-server/100.conf\n"
				  "| hookscript: local:snippets/mine\n"
				  "F: " SCRIPT "\n| #!/bin/sh\n",
		.broken = "F: " SCRIPT "\n| #!/bin/sh\n| echo > /sys/x/new_id\n",
		.executable = SCRIPT},
	{"proxmox-no-hookscript", "nvidia-single",
		.before = PROXMOX "F: /etc/pve/qemu-server/100.conf\n| cores: 2\n",
		.broken = "F: /etc/pve/qemu-server/100.conf\n| hostpci0: 0000:0a:00\n"},
	{"proxmox-mapping", "nvidia-single",
		.before = PROXMOX "F: /etc/pve/qemu-server/100.conf\n| hostpci0: mapping=gpu0\n"
				  "F: /etc/pve/mapping/pci.cfg\n| gpu0\n"
				  "| \tmap id=10de:1e84,node=pve1,path=0000:0a:00.0\n",
		.broken = "F: /etc/pve/mapping/pci.cfg\n| gpu0\n"
			  "| \tmap id=10de:2684,node=pve1,path=0000:0a:00.0\n"},
	{"proxmox-datacenter", "nvidia-single", .before = PROXMOX,
		.broken = "F: /etc/pve/datacenter.cfg\n| hookscript: 1\n"},

	{"vfio-missing", "nvidia-single", .removed = "/lib/modules/6.1.0-28-amd64"},
	{"kernel-oopsed", "nvidia-single", .before = "F: /proc/sys/kernel/tainted\n| 4096\n",
		.broken = "F: /proc/sys/kernel/tainted\n| 4224\n"},
	{"known-problem", "amd-with-igpu", .sound = "nvidia-single"},
	{"nvidia-modeset", "nvidia-single",
		.before = "F: /sys/module/nvidia_drm/parameters/modeset\n| Y\n",
		.broken = "F: /sys/module/nvidia_drm/parameters/modeset\n| N\n"},
	{"card-left-on-vfio", "proxmox-server", .removed = "/proc/2100"},
	{"override-left", "twins", .sound = "nvidia-single"},
	{"card-no-driver", "bridge-in-group",
		.broken = "F: /lib/modules/6.1.0-28-amd64/modules.alias\n"
			  "| alias pci:v00008086d*sv*sd*bc03sc*i* i915\n",
		.removed = PCI "0000:01:00.0/driver"},
	{"mode-switcher", "nvidia-single",
		.before = "F: /etc/supergfxd.conf\n| {}\n"
			  "F: /sys/class/dmi/id/chassis_type\n| 3\n",
		.broken = "F: /sys/class/dmi/id/chassis_type\n| 10\n"},
	{"mode-switcher", "laptop-two-gpus", .broken = "F: /etc/supergfxd.conf\n| {}\n"},
	{"old-scripts", "nvidia-single",
		.broken = "F: /etc/libvirt/hooks/kvm.conf\n| VIRSH_GPU_VIDEO=pci_0000_0a_00_0\n"},

	{"bar-without-room", "amd-desktop",
		.broken = "F: " PCI "0000:03:00.0/resource\n"
			  "| 0x0000000000000000 0x00000003ffffffff 0x000000002014220c\n"},
	{"resizable-bar", "amd-desktop",
		.broken = "F: " PCI "0000:03:00.0/resource\n"
			  "| 0x00000c0000000000 0x00000c000fffffff 0x000000000014220c\n"},
	{"above-4g-off", "amd-desktop",
		.broken = "F: " PCI "0000:03:00.0/resource\n"
			  "| 0x00000000e0000000 0x00000000efffffff 0x000000000014220c\n"},
	{"card-silent", "nvidia-single", .broken = "F: " PCI "0000:0a:00.0/power_state\n| error\n"},
	{"card-no-outputs", "laptop-two-gpus",
		.before = "F: /sys/class/dmi/id/chassis_type\n| 10\n",
		.removed = "/sys/class/drm/card0-HDMI-A-1"},
	{"sleep-missing", "amd-with-igpu", .before = "F: /sys/power/state\n| freeze mem\n",
		.broken = "F: " PCI "0000:03:00.0/modalias\n"
			  "| pci:v00001002d00007550sv00001849sd00005313bc03sc00i00\n"
			  "F: /sys/power/state\n| freeze\n"},

	{"module-unsigned", "nvidia-single",
		.before = "F: /lib/modules/6.1.0-28-amd64/updates/dkms/vendor-reset.ko\n| module\n",
		.broken = "F: /sys/module/module/parameters/sig_enforce\n| Y\n"},
	{"microcode", "nvidia-single",
		.before = "F: /sys/devices/system/cpu/vulnerabilities/mds\n| Not affected\n",
		.broken =
			"F: /sys/devices/system/cpu/vulnerabilities/mds\n"
			"| Vulnerable: Clear CPU buffers attempted, no microcode; SMT vulnerable\n"},
	{"wifi-of-a-user", "nvidia-single", .before = SESSION,
		.broken = "F: /etc/NetworkManager/system-connections/Home.nmconnection\n"
			  "| [connection]\n| id=Home\n| uuid=0a-1b\n| permissions=user:alice:;\n"},
	{"writable-by-others", "nvidia-single", .before = "F: /etc/baton/baton.conf\n| # none\n",
		.writable = "/etc/baton"},
	{"guest-definition", "nvidia-single", .broken = "F: /etc/libvirt/qemu/a.xml\n| <domain\n"},
	{"configuration", "nvidia-single", .broken = "F: /etc/baton/baton.conf\n| nonsense\n"},
	{"refused-no-device", "nvidia-single", .word = "0000:77:00.0",
		.sound_word = "0000:0a:00.0"},
	{"guest-hugepages", "nvidia-single",
		.before = MEMORY PAGES("4096")
			DOMAIN("vnc", "<memoryBacking><hugepages/></memoryBacking>"),
		.broken = PAGES("100"), .word = "win11", .sound_word = "win11"},
	/* There are more than enough of a size that the guest does not ask for. */
	{"guest-hugepages", "nvidia-single",
		.before = MEMORY PAGES(
			"4096") "F: " NODE "hugepages/hugepages-1048576kB/nr_hugepages\n| 8\n"
				"F: " NODE
				"hugepages/hugepages-1048576kB/free_hugepages\n| 8\n" DOMAIN("vnc",
					"<memoryBacking><hugepages><page size='2' unit='MiB'/>"
					"</hugepages></memoryBacking>"),
		.broken = PAGES("100"), .word = "win11", .sound_word = "win11"},
	{"guest-memory", "nvidia-single",
		.before = "F: /proc/meminfo\n| MemAvailable: 8388608 kB\n" DOMAIN("vnc", ""),
		.broken = MEMORY, .word = "win11", .sound_word = "win11"},
	{"guest-advice", "nvidia-single", .before = DOMAIN("vnc", ""), .broken = DOMAIN("sdl", ""),
		.word = "win11", .sound_word = "win11"},
	{"guest-could-be-better", "nvidia-single", .broken = DOMAIN("vnc", ""), .word = "win11"},
	{"hand-over-loses", "nvidia-single", .word = "0000:0a:00.0", .sound_word = "0000:01:00.0"},
};
const size_t trial_count = COUNT(trials);
