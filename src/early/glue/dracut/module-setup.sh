#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Puts baton-early on the image, if a card is assigned at boot (baton(8), BOOT). Sourced by dracut.

check() {
	[[ -e /etc/baton/assigned && -x /usr/lib/baton/baton-early ]] || return 255
}

installkernel() {
	hostonly='' instmods vfio-pci vfio_iommu_type1
}

# With systemd it has to be a unit: a hook would come after modules that are always loaded.
install() {
	local units=/usr/lib/systemd/system

	inst_simple /etc/baton/assigned
	inst /usr/lib/baton/baton-early
	inst_multiple modprobe
	if dracut_module_included systemd; then
		inst_simple "$units/baton-early.service"
		mkdir -p "${initdir:?}$units/sysinit.target.wants"
		ln -sf ../baton-early.service "$initdir$units/sysinit.target.wants/"
	else
		inst_hook pre-udev 00 "${moddir:?}/baton-early.sh"
	fi
}
