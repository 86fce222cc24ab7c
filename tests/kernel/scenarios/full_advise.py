# SPDX-License-Identifier: GPL-2.0-or-later
"""What `baton advise` says is done: by libvirt, for a domain that virt-install has made, and by QEMU
itself, whose command is run as it is printed."""

import functools
import json
import re

import domain
import pve
from baton import installed
from machine import Machine
from rig import CARD, Before, wait_home
from scenario import check, long

FULL = Machine("full")
NAME = "made"
SLOT = CARD[0].rsplit(".", maxsplit=1)[0]
START_S = 400
XML = "/root/made.xml"
FILE = f"/etc/libvirt/qemu/{NAME}.xml"

# Into the monitor, for what the guest has, until its firmware has found it, and out again.
ASK = r"""
mkfifo keys
sh -e guest <keys >said & exec 3>keys
printf '\001c' >&3
for id; do
	until grep -q "PCI device $id" said; do
		kill -0 $!
		printf 'info pci\n' >&3
		sleep 1
	done
done
printf 'quit\n' >&3
wait $!
"""


def _make(host):
    """A guest as virt-install makes it: no card, a balloon, no more than it was told."""
    host.run("rm", "-f", domain.SERIAL, check=True)
    host.shell(f"virt-install --connect qemu:///system --name {NAME} --memory {domain.TINY_MIB} "
               f"--vcpus 1 --virt-type qemu --machine q35 --osinfo require=off --import --disk none "
               f"--network none --graphics none --serial file,path={domain.SERIAL} "
               f"--boot kernel={domain.KERNEL},kernel_args=exit=wait --print-xml >{XML}", check=True,
               deadline_s=START_S)
    host.run("virsh", "define", XML, check=True)


def _advice(host, *words):
    result = host.run("baton", "advise", "--json", *words)
    assert result.status == 0, result
    return json.loads(result.stdout)


def _ids(host, address):
    """As QEMU names a device: 1234:1111."""
    return ":".join(host.read(f"/sys/bus/pci/devices/{address}/{name}").removeprefix("0x")
                    for name in ("vendor", "device"))


def _said(host):
    return host.shell("journalctl -b --no-pager -o short-monotonic -t baton | tail -60").stdout


@long(FULL, installed, limit_s=900)
def a_domain_of_virt_installs_starts_with_the_card_once_the_advice_is_applied(host):
    before = Before(host)
    _make(host)
    definition = host.read(FILE)
    assert "card" in {piece["id"] for piece in _advice(host, NAME, SLOT)["advice"]}
    result = host.run("baton", "advise", "--apply", NAME, SLOT, deadline_s=START_S)
    assert result.status == 0, result
    kept = re.search(r"what was is in (\S+)", result.stdout)
    assert kept and host.read(kept[1]) == definition, result
    assert not _advice(host, NAME)["diff"]
    assert host.read(FILE).count("<hostdev") == len(CARD)
    # Firmware would look for a video BIOS, which cannot work without the ports of VGA.
    host.shell(f"virsh dumpxml --inactive {NAME} | sed '/<hostdev/,/<\\/hostdev>/"
               f"s|</source>|</source><rom bar=\"off\"/>|' >{XML} && virsh define {XML}", check=True)
    result = host.run("baton", "start", NAME, deadline_s=START_S)
    assert result.status == 0, f"{result}\n{_said(host)}"
    assert {host.driver(address) for address in CARD} == {"vfio-pci"}
    host.shell(f"until grep -q READY {domain.SERIAL}; do sleep 0.2; done", check=True,
               deadline_s=START_S)
    result = host.run("baton", "check", "--json", NAME)
    errors = [finding for finding in json.loads(result.stdout)["findings"]
              if finding["level"] == "error"]
    assert result.status in (0, 1) and not errors, result
    host.run("virsh", "destroy", NAME, check=True)
    wait_home(host, before)
    host.run("virsh", "undefine", NAME, check=True)
    host.run("rm", kept[1], check=True)


@check(FULL, installed, limit_s=900)
def what_cannot_be_defined_leaves_the_guest_as_it_was(host):
    _make(host)
    definition = host.read(FILE)
    host.shell("mount --bind /bin/false /usr/bin/virsh", check=True)
    result = host.run("baton", "advise", "--apply", NAME, SLOT)
    host.shell("umount /usr/bin/virsh", check=True)
    assert result.status == 1 and "the definition is as it was" in result.stderr, result
    assert host.read(FILE) == definition
    host.shell(f"virsh undefine {NAME} && rm /var/lib/baton/libvirt-*", check=True)


@long(FULL, installed, limit_s=900)
def the_command_for_a_new_guest_runs_as_printed_and_shows_the_card(host):
    before = Before(host)
    printed = host.run("baton", "advise", "qemu", SLOT)
    assert printed.status == 0, printed
    host.put("/root/new/guest", printed.stdout)
    host.put("/root/new/ask", ASK)
    result = host.run("sh", "-e", "ask", *map(functools.partial(_ids, host), CARD), cwd="/root/new",
                      deadline_s=START_S)
    assert result.status == 0, f"{result}\n{_said(host)}"
    wait_home(host, before)


@long(FULL, pve.installed, limit_s=900)
def a_guest_of_proxmoxs_starts_with_the_whole_card_once_the_advice_is_applied(host):
    before = Before(host)
    pve.put(host, hostpci="01:00.0,rombar=0", hostpci1="01:00.1,rombar=0", machine="q35")
    definition = host.read(pve.CONFIG)
    result = host.run("baton", "advise", "--apply", "--only", "card", str(pve.VMID))
    assert result.status == 0, result
    kept = re.search(r"what was is in (\S+)", result.stdout)
    assert kept and host.read(kept[1]) == definition, result
    lines = host.read(pve.CONFIG).splitlines()
    assert "hostpci0: 0000:01:00,rombar=0" in lines, lines
    assert not [line for line in lines if line.startswith(("hostpci1", "digest"))], lines
    assert not _advice(host, "--only", "card", str(pve.VMID))["diff"]
    result = host.run("qm", "start", str(pve.VMID), deadline_s=START_S)
    assert result.status == 0, f"{result}\n{_said(host)}"
    assert {host.driver(address) for address in CARD} == {"vfio-pci"}
    host.run("qm", "stop", str(pve.VMID), check=True, deadline_s=START_S)
    wait_home(host, before)
    host.run("rm", kept[1], check=True)


@long(FULL, pve.installed, limit_s=900)
def what_somebody_changes_in_a_guest_of_proxmoxs_meanwhile_stays(host):
    pve.put(host, hostpci="01:00.0,rombar=0", machine="q35")
    changed = f"{host.read(pve.CONFIG)}\ncores: 1"
    host.put("/root/qm", f"#!/bin/sh\necho 'cores: 1' >>{pve.CONFIG}\nexec /root/own \"$@\"\n", 0o755)
    host.shell("cp /usr/sbin/qm /root/own && mount --bind /root/qm /usr/sbin/qm", check=True)
    result = host.run("baton", "advise", "--apply", "--only", "card", str(pve.VMID))
    host.shell("umount /usr/sbin/qm && rm /root/qm /root/own /var/lib/baton/proxmox-*", check=True)
    assert result.status == 1 and "somebody has changed the guest meanwhile" in result.stderr, result
    assert "file changed by other user" in result.stderr, result
    assert host.read(pve.CONFIG) == changed
