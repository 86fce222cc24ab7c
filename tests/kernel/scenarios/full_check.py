# SPDX-License-Identifier: GPL-2.0-or-later
"""The check-up of a host that is really misconfigured names what is wrong with it and nothing else,
and what it advises puts it right."""

import json
import re

from baton import HOOKS, installed
from domain import xml
from machine import Machine
from rig import CARD, DRIVERS, SECOND, baton
from scenario import check

FULL = Machine("full")
STEP_S = 180
EXIT = {"error": 3, "warning": 1, "note": 0}
MODPROBE = "/etc/modprobe.d/vfio.conf"
UDEV = "/etc/udev/rules.d/10-vfio.rules"
UNIT = "/etc/systemd/system/bind.service"
MINE = f"{HOOKS}/mine"
FIRST = "/etc/libvirt/hooks/qemu"
HOOK = "/usr/sbin/baton-libvirt-hook"
CONFIGURATION = "/etc/baton/baton.conf"
OVERRIDE = f"/sys/bus/pci/devices/{SECOND}/driver_override"
TO_VFIO = (f"modprobe vfio-pci; cd /sys/bus/pci; echo {SECOND} >devices/{SECOND}/driver/unbind; "
           f"echo vfio-pci >{OVERRIDE}; echo {SECOND} >drivers/vfio-pci/bind; echo >{OVERRIDE}")

# What a person makes of a remedy that is a sentence; all others are commands, and done as they are.
SENTENCES = {
    r"take that line out of \S+, then (udevadm control --reload)": r"sed -i {line}d {file}; \1",
    r"take that line out of \S+, then make the initramfs again.*": "sed -i {line}d {file}",
    r"take the ids away: .*": "sed -i {line}d {file}",
    r"take that out of it, or remove it|remove it|rename it or remove it": "rm {subject}",
    r"have it do that by /sys, or leave the devices to baton": "sed -i {line}d {file}",
    r"correct the first line of \S+": "sed -i '1s:.*:#!/bin/sh:' {file}",
    r"correct that line: .*": f"sed -i 1d {CONFIGURATION}",
    r"correct it in the hypervisor's own way": "rm /etc/libvirt/qemu/broken.xml",
    rf"put what it does into an executable file in {HOOKS}": "rm -r {subject}",
    r"others than root can write \S+: run (chown root \S+) and (chmod go-w \S+)": r"\1 && \2",
    r"install baton again": f"cp /root/kept {HOOK}",
    r"(usermod -aG libvirt,kvm) USER, and log in again": r"\1 alice",
}


def _check(host, *words):
    """What is found, and the exit code is that of the worst."""
    result = host.run(*words, "baton", "check", "--json", deadline_s=STEP_S)
    found = json.loads(result.stdout)["findings"]
    assert result.status == max((EXIT[finding["level"]] for finding in found), default=0), result
    return found


def _ids(found):
    return sorted(finding["id"] for finding in found)


def _follow(host, finding):
    """Do what a remedy says."""
    command = finding["remedy"]
    for pattern, template in SENTENCES.items():
        said = re.fullmatch(pattern, command)
        if said:
            command = said.expand(template).format(**finding)
            break
    host.shell(command, check=True, deadline_s=STEP_S)


def _try(host, trials):
    """Each is a command that breaks something, and all that is found then: ids, with the files in
    which it is to be seen; what is found once its remedies have been followed, and so on. In the
    end it is what was before."""
    healthy = _check(host)
    for command, *rounds in trials:
        host.shell(command, check=True, deadline_s=STEP_S)
        found = _check(host)
        for expected in rounds:
            new = [finding for finding in found if finding not in healthy]
            assert sorted((finding["id"], finding["file"]) for finding in new) == \
                sorted(expected), f"{command}: {json.dumps(new, indent=1)}"
            for finding in new:
                _follow(host, finding)
            found = _check(host)
        assert found == healthy, f"{command}: {json.dumps([new, found], indent=1)}"


def _write(path, text, mode="644"):
    return f"install -D -m {mode} /dev/null {path}; printf '%s\\n' '{text}' >{path}"


@check(FULL, installed, limit_s=900)
def a_fresh_host_lacks_what_is_not_installed_and_nothing_else(host):
    lacking = ["dnsmasq-missing", "group-membership", "network-not-started", "ovmf-missing"]
    found = _check(host)
    assert _ids(found) == lacking, found
    assert _ids(_check(host, "runuser", "-u", "alice", "--")) == \
        sorted([*lacking, "looked-without-root"])
    _follow(host, next(finding for finding in found if finding["id"] == "group-membership"))
    assert _ids(_check(host)) == [id for id in lacking if id != "group-membership"]
    host.shell("gpasswd -d alice libvirt && gpasswd -d alice kvm", check=True)


@check(FULL, installed, limit_s=900)
def what_binds_a_card_at_boot_is_found_by_file_and_line(host):
    _try(host, (
        (_write(MODPROBE, "options vfio-pci ids=1234:1111"),
         [("boot-vfio-modprobe", MODPROBE), ("boot-ids-twins", MODPROBE)]),
        (_write(MODPROBE, "blacklist bochs"), [("boot-blacklist", MODPROBE)] * 2),
        (_write(MODPROBE, "blacklist xhci_hcd"), [("boot-blacklist-shared", MODPROBE)]),
        (_write(MODPROBE, "softdep bochs pre: vfio-pci"), [("boot-softdep", MODPROBE)]),
        (_write(MODPROBE, "install vfio-pci /root/mine"), [("boot-vfio-install", MODPROBE)]),
        (_write("/etc/modules-load.d/vfio.conf", "vfio-pci"),
         [("boot-modules", "/etc/modules-load.d/vfio.conf")]),
        ("mkdir /etc/initram-fs; echo vfio >/etc/initram-fs/modules",
         [("boot-initramfs-path", "/etc/initram-fs")]),
        (_write(UDEV, 'SUBSYSTEM=="pci", ATTR{vendor}=="0x1234", ATTR{driver_override}="vfio-pci"'),
         [("boot-vfio-udev", UDEV)]),
        (_write(UNIT, "[Service]\nExecStart=/bin/sh -c \"echo 1234 1111 "
                      ">/sys/bus/pci/drivers/vfio-pci/new_id\"\n[Install]\n"
                      "WantedBy=multi-user.target") + "; systemctl enable bind.service",
         [("boot-vfio-unit", UNIT)]),
        (f"driverctl set-override {SECOND} vfio-pci",
         [("boot-vfio-driverctl", f"/etc/driverctl.d/pci-{SECOND}")]),
    ))
    assert host.driver(SECOND) == DRIVERS[SECOND]
    host.run("rm", MODPROBE, "/etc/modules-load.d/vfio.conf", UDEV, UNIT, check=True)


@check(FULL, installed, limit_s=900)
def hooks_that_cannot_do_their_work_are_found(host):
    host.put("/root/kept", host.get(HOOK), 0o755)
    host.put("/root/made.xml", xml("tiny", CARD))
    host.run("virsh", "define", "/root/made.xml", check=True)
    _try(host, (
        (_write(MINE, "#!/bin/sh"), [("hook-not-executable", MINE)]),
        (_write(MINE, "#!/usr/bin/nonesuch", "755"), [("hook-not-runnable", MINE)]),
        (_write(MINE, "#!/bin/sh\nvirsh list", "755"),
         [("hook-calls-libvirt", MINE)]),
        (_write(MINE, "#!/bin/sh\necho >/sys/bus/pci/drivers/vfio-pci/new_id", "755"),
         [("hook-fights", None)]),
        (f"mkdir -p {HOOKS}/tiny/prepare/begin", [("hook-tree-ignored", FIRST)]),
        (f"ln -s {HOOK} {FIRST}", [("door-twice", None)]),
        (f"rm {HOOK}", [("door-program", None)]),
        (f"rm {HOOKS}/baton", [("door-missing", f"{HOOKS}/baton")], [("libvirt-restart", None)]),
        (f"chmod o+w {CONFIGURATION}", [("writable-by-others", None)]),
        (f"sed -i 1inonsense {CONFIGURATION}", [("configuration", None)]),
        (_write("/etc/libvirt/qemu/broken.xml", "<domain"), [("guest-definition", None)]),
        ("touch /etc/libvirt/hooks/kvm.conf",
         [("old-scripts", "/etc/libvirt/hooks/kvm.conf")]),
    ))
    host.shell("virsh undefine tiny; rm /root/kept", check=True)


@check(FULL, installed, limit_s=900)
def apparmor_keeps_libvirt_from_what_is_found_out_of_place(host):
    # The profile is that of the shell, as it is libvirtd's, and rules over what this executes.
    confined = ("aa-exec", "-p", "libvirtd", "--", "sh", "-c", 'exec "$@"', "sh", f"{HOOKS}/baton",
                "none", "stopped", "end", "-")
    healthy = _check(host)
    allowed = host.run(*confined, text="<domain/>")
    assert "Permission denied" not in allowed.stderr, allowed
    host.shell(f"mkdir -p /opt/bin; mv {HOOK} /opt/bin; ln -s /opt/bin/baton-libvirt-hook {HOOK}",
               check=True)
    new, = [finding for finding in _check(host) if finding not in healthy]
    assert (new["id"], new["level"]) == ("hook-apparmor", "error"), new
    refused = host.run(*confined, text="<domain/>")
    assert refused.status == 126 and "Permission denied" in refused.stderr, refused
    host.shell(f"mv /opt/bin/baton-libvirt-hook {HOOK}; rmdir /opt/bin", check=True)
    assert _check(host) == healthy


@check(FULL, installed, limit_s=900)
def what_is_not_as_a_host_should_have_it_is_put_right_by_the_commands_printed(host):
    _try(host, (
        (f"echo vfio-pci >{OVERRIDE}", [("override-left", None)]),
        (TO_VFIO, [("card-left-on-vfio", None)]),
        ("rmmod kvm_amd kvm", [("kvm-missing", "/sys/devices/virtual/misc/kvm")]),
        ("systemctl disable libvirtd.service libvirtd.socket libvirtd-ro.socket",
         [("libvirt-not-enabled", "/etc/systemd/system")]),
    ))
    assert host.driver(SECOND) == DRIVERS[SECOND]
    baton(host, "status")
