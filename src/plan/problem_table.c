// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/macros.h"
#include "plan/problem.h"

/*
 * docs/HARDWARE.md says the same for people. A range of kernels or releases is what was reported,
 * not what may be affected besides; ids are those of pci.ids, or of the report.
 */

#define AMD    0x1002
#define INTEL  0x8086
#define NVIDIA 0x10de

#define DISPLAY 0x03
#define SERIAL  0x0c

#define VENDOR_RESET                                                                               \
	"load the module vendor-reset before the guest starts, or expect to restart the host"

#define RDNA_3                                                                                     \
	{0x7440, 0x745f}, {0x7460, 0x747f}, {                                                      \
		0x7480, 0x749f                                                                     \
	}

const struct problem problems[] = {
	{
		.id = "nvidia-remove-early",
		.verdict = PROBLEM_REFUSE,
		.vendor = NVIDIA,
		.driver = "nvidia",
		.releases = {NULL, "580.105.08"},
		.condition = PROBLEM_SHARED_DRIVER,
		.reason = "would hang: NVIDIA's driver before 580.105.08 does not let go of one "
			  "card while its other modules are loaded for another",
		.remedy = "unload nvidia_uvm, nvidia_drm and nvidia_modeset first, or hand over "
			  "all NVIDIA cards together",
		.source = "https://github.com/NVIDIA/open-gpu-kernel-modules/commit/2af9f1f "
			  "https://github.com/pop-os/system76-power/issues/448",
	},
	{
		.id = "nvidia-remove-late",
		.verdict = PROBLEM_REFUSE,
		.vendor = NVIDIA,
		.driver = "nvidia",
		.releases = {"595.45.04", NULL},
		.condition = PROBLEM_SHARED_DRIVER,
		.reason = "would hang: NVIDIA's driver since 595.45.04 waits for its other "
			  "modules, which are loaded for another card, when they cannot find "
			  "this one any more",
		.remedy = "unload nvidia_uvm, nvidia_drm and nvidia_modeset first, or hand over "
			  "all NVIDIA cards together",
		.source = "https://github.com/NVIDIA/open-gpu-kernel-modules/issues/1119 "
			  "https://github.com/NVIDIA/open-gpu-kernel-modules/issues/1374",
	},
	{
		.id = "nvidia-blackwell-reset",
		.verdict = PROBLEM_WARN,
		.vendor = NVIDIA,
		.devices = {{0x2b80, 0x2bff}, {0x2c00, 0x2c7f}, {0x2d00, 0x2dff}, {0x2f00, 0x2f7f}},
		.class = DISPLAY,
		.reason = "is of the Blackwell generation, some of which do not come back from the "
			  "reset at a guest's end and bring the host's processors to a halt",
		.remedy = "boot a recent kernel, give the guest UEFI (OVMF) and shut it down "
			  "properly",
		.source = "https://github.com/NVIDIA/open-gpu-kernel-modules/issues/853 "
			  "https://www.guiahardware.es/"
			  "rtx-5090-y-rtx-6000-pro-el-bug-de-reset-en-virtualizacion-que-congela-"
			  "las-vms",
	},
	{
		.id = "nvidia-bus-reset",
		.verdict = PROBLEM_WARN,
		.vendor = NVIDIA,
		.devices = {{0x1eb8, 0x1eb8}, {0x2340, 0x237f}},
		.condition = PROBLEM_BUS_RESET,
		.reason = "does not survive the reset of its bus, which this kernel may try: it "
			  "stays dead until the machine is switched off",
		.remedy = "boot Linux 6.4 or newer, or take bus out of its reset_method",
		.source = "https://git.kernel.org/linus/d5af729dc2071273f14cbb94abbc60608142fd83 "
			  "https://git.kernel.org/linus/4c207e7121fa",
	},
	{
		.id = "nvidia-i2c-slow",
		.verdict = PROBLEM_WARN,
		.vendor = NVIDIA,
		.class = SERIAL,
		.driver = "nvidia-gpu",
		.kernels = {{"5.0", "5.1"}},
		.reason =
			"has a driver, i2c_nvidia_gpu, that needs three minutes to let go of it with "
			"this kernel",
		.remedy = "boot a newer kernel, blacklist i2c_nvidia_gpu, or set `device = 300` in "
			  "the section [timeouts]",
		.source = "https://github.com/pop-os/system76-power/issues/71",
	},
	{
		.id = "amd-reset-polaris",
		.verdict = PROBLEM_WARN,
		.vendor = AMD,
		.devices = {{0x67c0, 0x67df}, {0x67e0, 0x67ff}, {0x6980, 0x699f}, {0x6fdf, 0x6fdf}},
		.class = DISPLAY,
		.condition = PROBLEM_NO_VENDOR_RESET,
		.reason =
			"is a Polaris card, most of which do not come back from a guest until the "
			"host restarts (AMD's reset bug)",
		.remedy = VENDOR_RESET,
		.source = "https://github.com/gnif/vendor-reset "
			  "https://github.com/gnif/vendor-reset/issues/4",
	},
	{
		.id = "amd-reset-vega",
		.verdict = PROBLEM_WARN,
		.vendor = AMD,
		.devices = {{0x6860, 0x687f}, {0x66a0, 0x66af}},
		.class = DISPLAY,
		.condition = PROBLEM_NO_VENDOR_RESET,
		.reason = "is a Vega card, which does not come back from a guest until the host "
			  "restarts (AMD's reset bug)",
		.remedy = VENDOR_RESET,
		.source = "https://github.com/gnif/vendor-reset "
			  "https://github.com/gnif/vendor-reset/pull/109",
	},
	{
		.id = "amd-reset-navi-1x",
		.verdict = PROBLEM_WARN,
		.vendor = AMD,
		.devices = {{0x7310, 0x731f}, {0x7340, 0x734f}, {0x7360, 0x7362}},
		.class = DISPLAY,
		.condition = PROBLEM_NO_VENDOR_RESET,
		.reason =
			"is a Navi 10, 12 or 14 card, which does not come back from a guest until "
			"the host restarts (AMD's reset bug)",
		.remedy = VENDOR_RESET,
		.source = "https://github.com/gnif/vendor-reset "
			  "https://github.com/gnif/vendor-reset/issues/23",
	},
	{
		.id = "amd-reset-navi-23",
		.verdict = PROBLEM_WARN,
		.vendor = AMD,
		.devices = {{0x73e0, 0x73ff}},
		.class = DISPLAY,
		.condition = PROBLEM_NO_VENDOR_RESET,
		.reason =
			"is a Navi 23 card, some of which do not come back from a guest until the "
			"host restarts (AMD's reset bug)",
		.remedy = VENDOR_RESET,
		.source = "https://github.com/gnif/vendor-reset/issues/41 "
			  "https://github.com/gnif/vendor-reset/pull/101",
	},
	{
		.id = "amd-reset-rdna-3",
		.verdict = PROBLEM_WARN,
		.vendor = AMD,
		.devices = {RDNA_3},
		.class = DISPLAY,
		.condition = PROBLEM_NO_VENDOR_RESET,
		.reason = "is an RDNA 3 card, some of which do not come back from a guest, or hang "
			  "the host at its end (AMD's reset bug)",
		.remedy = "try first whether yours does; if not, expect to restart the host after "
			  "each guest",
		.source = "https://github.com/gnif/vendor-reset/issues/97",
	},
	{
		.id = "amd-reset-rdna-4",
		.verdict = PROBLEM_WARN,
		.vendor = AMD,
		.devices = {{0x7550, 0x7550}},
		.class = DISPLAY,
		.condition = PROBLEM_NO_VENDOR_RESET,
		.reason = "is an RX 9070, some of which come back from a guest only when the host "
			  "has slept or restarted (AMD's reset bug)",
		.remedy = "try first whether yours does; if not, let the host sleep for a second "
			  "after the guest (rtcwake -m mem -s 2)",
		.source =
			"https://github.com/urbanyl/GPU-Passthrough-for-KVM-QEMU-on-Linux/issues/4",
	},
	{
		.id = "amd-reset-apu",
		.verdict = PROBLEM_WARN,
		.vendor = AMD,
		.devices = {{0x15dd, 0x15dd}, {0x1636, 0x1636}, {0x1638, 0x1638}, {0x164c, 0x164c},
			{0x15e7, 0x15e7}, {0x1681, 0x1681}, {0x164e, 0x164e}, {0x15bf, 0x15bf},
			{0x1900, 0x1900}},
		.class = DISPLAY,
		.condition = PROBLEM_NO_VENDOR_RESET,
		.reason = "is part of a Ryzen processor: after a guest it is of no use until the "
			  "host restarts, and some hosts crash with it (AMD's reset bug)",
		.remedy = "keep it for the host, or have the guest switch it off before it ends "
			  "(RadeonResetBugFix)",
		.source = "https://github.com/isc30/ryzen-gpu-passthrough-proxmox/issues/33 "
			  "https://github.com/isc30/ryzen-gpu-passthrough-proxmox/issues/111 "
			  "https://github.com/mroboff/vm-curator/issues/61",
	},
	{
		.id = "amd-rdna-3-linux-6.15",
		.verdict = PROBLEM_WARN,
		.vendor = AMD,
		.devices = {RDNA_3},
		.class = DISPLAY,
		.kernels = {{"6.15", "6.16.1"}},
		.reason = "has crashed the host after two or three guests with Linux 6.15.9 and "
			  "6.16.0",
		.remedy = "boot Linux 6.14, or restart the host after each guest",
		.source = "https://github.com/void-linux/void-packages/issues/56829 "
			  "https://bugzilla.kernel.org/show_bug.cgi?id=220471",
	},
	{
		.id = "amd-vfio-linux-7.2.2",
		.verdict = PROBLEM_WARN,
		.vendor = AMD,
		.devices = {{0x7550, 0x7550}},
		.class = DISPLAY,
		.kernels = {{"7.2.2", "7.2.3"}},
		.reason =
			"may not come home: Linux 7.2.2 has crashed when vfio-pci let go of such a "
			"card (vfio_pci_core_sriov_configure)",
		.remedy = "boot another kernel",
		.source = "https://github.com/CachyOS/linux-cachyos/issues/1023",
	},
	{
		.id = "intel-i915-linux-5.10",
		.verdict = PROBLEM_WARN,
		.vendor = INTEL,
		.driver = "i915",
		.kernels = {{"5.10", "5.11"}},
		.reason = "has crashed the kernel when i915 let go of it (Linux 5.10.47)",
		.remedy = "boot a newer kernel",
		.source = "https://github.com/intel/linux-intel-lts/issues/26",
	},
	{
		.id = "intel-igpu-flr",
		.verdict = PROBLEM_WARN,
		.vendor = INTEL,
		.devices = {{0x5912, 0x5912}, {0x9bc5, 0x9bc5}, {0x9bc8, 0x9bc8}},
		.class = DISPLAY,
		.condition = PROBLEM_FUNCTION_RESET,
		.reason = "has hung hosts when it was reset at a guest's end (\"not ready after "
			  "FLR\")",
		.remedy = "keep it for the host, or take flr out of its reset_method (Linux 5.15 "
			  "and newer)",
		.source = "https://github.com/patmagauran/i915ovmfPkg/issues/23 "
			  "https://github.com/intel/gvt-linux/issues/189",
	},
	{
		.id = "linux-no-bus-reset",
		.verdict = PROBLEM_WARN,
		.class = DISPLAY,
		.kernels = {{"6.1.134", "6.1.135"}, {"6.6.87", "6.6.88"}, {"6.12.23", "6.12.25"},
			{"6.13.11", "6.14"}, {"6.14.2", "6.14.4"}},
		.condition = PROBLEM_RESET_INCOMPLETE,
		.reason = "cannot be reset between guests by this kernel, because one of its "
			  "functions has no reset of its own: its second guest hangs",
		.remedy = "boot a newer kernel of the same series, or restart the host after each "
			  "guest",
		.source = "https://github.com/zen-kernel/zen-kernel/issues/380 "
			  "https://lore.kernel.org/all/"
			  "20250414211828.3530741-1-alex.williamson@redhat.com/",
	},
};

const size_t problem_count = COUNT(problems);
