# SPDX-License-Identifier: GPL-2.0-or-later
"""baton install and uninstall on a real file system: nothing is left, nothing is replaced, and a
door that others can write is refused. (That libvirt uses the door needs libvirt: the full host.)"""

import json
import re

from machine import Machine
from rig import SECOND, baton, cargo
from scenario import check

MINI = Machine("mini")
QEMU_D = "/etc/libvirt/hooks/qemu.d"
LINK = f"{QEMU_D}/baton"
CONFIGS = "/etc/pve/qemu-server"
PROGRAM = "/usr/sbin/baton-libvirt-hook"

# What qm does as far as baton is concerned.
QM = f"""#!/bin/sh
conf={CONFIGS}/$2.conf
case "$1 $3" in
'set --hookscript') echo "hookscript: $4" >>$conf ;;
'set --delete') sed -i "/^$4:/d" $conf ;;
*) exit 255 ;;
esac
"""
KILL = "kill -9 $PPID\n"

LISTING = """find /etc /var/lib /usr -exec stat -c '%n %f %u %g' {} + | sort
find /etc /var/lib /usr -type l -exec ls -l {} + | awk '{ print $9, $11 }' | sort
find /etc /var/lib /usr -type f -exec sha256sum {} + | sort"""


def _listing(host):
    """Everything that there is where programs and their configuration are: names, modes, owners,
    what links say, and a hash of what is in files."""
    return host.shell(LISTING, check=True).stdout.splitlines()


def _same(host, before):
    now = _listing(host)
    assert now == before, sorted(set(now) ^ set(before))


def _hypervisors(host):
    """A machine with libvirt and a Proxmox VE with two guests, as far as there are files."""
    # Nobody has given the mini host's root a mode.
    host.shell(f"chmod 755 /; mkdir -p /etc/libvirt /var/lib/vz {CONFIGS}; "
               f"[ -e /usr/sbin/baton-proxmox-hook ] || "
               f"ln -s baton-libvirt-hook /usr/sbin/baton-proxmox-hook", check=True)
    host.put("/usr/sbin/qm", QM, 0o755)
    host.put(f"{CONFIGS}/100.conf", "hostpci0: 0000:02:00\nname: win11\n")
    host.put(f"{CONFIGS}/101.conf", "hookscript: local:snippets/other\nname: other\n")


def _clean(host):
    host.shell(f"rm -rf /etc/libvirt /var/lib/vz /etc/pve /usr/sbin/qm /etc/baton {CONFIGS}; "
               "[ ! -L /usr/sbin/baton-proxmox-hook ] || rm /usr/sbin/baton-proxmox-hook",
               check=True)


def _refuses(host, *words, saying, remedy):
    """The install is refused with this finding, and nothing was written."""
    when = "find /etc /var/lib -exec stat -c '%n %f %u %g %s %Z' {} + | sort"
    before = host.shell(when, check=True).stdout
    result = baton(host, "install", *words, code=3)
    assert host.shell(when, check=True).stdout == before, result
    errors = [line for line in result.stdout.splitlines() if line.startswith("error ")]
    assert any(re.search(saying, line) and re.search(remedy, line) for line in errors), result


@check(MINI, cargo)
def install_install_uninstall_leaves_the_file_system_as_it_was(host):
    _hypervisors(host)
    before = _listing(host)
    first = baton(host, "install", "all", "100")
    assert "hookscript 100 - local:snippets/baton" in first.stdout.splitlines(), first
    made = _listing(host)
    assert host.shell(f"readlink {LINK}").stdout.strip() == PROGRAM
    again = baton(host, "install", "all", "100", "win11", "proxmox:100")
    assert again.stdout.startswith("nothing to change\n"), again
    baton(host, "install")
    _same(host, made)
    rows = baton(host, "install", "--list").stdout
    assert re.search(r"proxmox:100 \(win11\) +proxmox +installed +0000:02:00$", rows, re.M), rows
    assert re.search(r"proxmox:101 \(other\) +proxmox +local:snippets/other +none$", rows, re.M)
    gone = baton(host, "uninstall")
    lines = gone.stdout.splitlines()
    assert lines[0] == "hookscript 100 local:snippets/baton -", gone
    assert f"link {LINK} {PROGRAM} -" in lines, gone
    _same(host, before)
    assert baton(host, "uninstall").stdout == "nothing to change\n"
    _same(host, before)
    _clean(host)


@check(MINI, cargo)
def a_dry_run_says_it_all_and_does_nothing(host):
    _hypervisors(host)
    before = _listing(host)
    shown = json.loads(baton(host, "install", "--dry-run", "--json").stdout)
    _same(host, before)
    done = json.loads(baton(host, "install", "--json").stdout)
    assert shown["changes"] == done["changes"] and len(shown["changes"]) == 5, (shown, done)
    offered = [each["remedy"] for each in done["findings"] if each["level"] == "next"]
    assert f"baton plan {SECOND[:-2]}" in offered, done
    assert "baton install proxmox 100" in offered, done
    undone = json.loads(baton(host, "uninstall", "--dry-run", "--json").stdout)
    assert [each["subject"] for each in undone["changes"]] == [
        each["subject"] for each in reversed(shown["changes"])], undone
    baton(host, "uninstall")
    _same(host, before)
    _clean(host)


@check(MINI, cargo)
def an_install_that_was_killed_is_completed_or_undone(host):
    _hypervisors(host)
    before = _listing(host)
    for script in ("#!/bin/sh\n" + KILL, QM + KILL):
        host.put("/usr/sbin/qm", script, 0o755)
        result = host.run("baton", "install", "proxmox", "100")
        assert result.status not in range(5), result
        host.put("/usr/sbin/qm", QM, 0o755)
        baton(host, "uninstall")
        _same(host, before)

        host.put("/usr/sbin/qm", script, 0o755)
        host.run("baton", "install", "proxmox", "100")
        host.put("/usr/sbin/qm", QM, 0o755)
        baton(host, "install", "proxmox", "100")
        assert host.read(f"{CONFIGS}/100.conf").count("hookscript: local:snippets/baton") == 1
        baton(host, "uninstall")
        _same(host, before)
    _clean(host)


@check(MINI, cargo)
def a_guest_never_loses_the_door_that_it_names(host):
    """Proxmox would not start it any more."""
    _hypervisors(host)
    baton(host, "install", "proxmox", "100")
    host.put(f"{CONFIGS}/101.conf", "hookscript: local:snippets/baton\n")
    made = _listing(host)
    result = baton(host, "uninstall", code=3)
    assert re.search(r"^error +proxmox:101 .*: qm set 101 --delete hookscript$", result.stdout,
                     re.M), result
    _same(host, made)
    host.put("/usr/sbin/qm", "#!/bin/sh\nexit 1\n", 0o755)
    host.put(f"{CONFIGS}/101.conf", "name: other\n")
    made = _listing(host)
    result = baton(host, "uninstall", code=1)
    assert result.stderr == "baton: /usr/sbin/qm set 100 --delete hookscript failed\n", result
    _same(host, made)
    host.put("/usr/sbin/qm", QM, 0o755)
    baton(host, "uninstall")
    gone = ["/var/lib/vz/snippets", "/var/lib/baton"]
    assert host.missing(gone) == gone
    _clean(host)


@check(MINI, cargo)
def other_hooks_stay_and_are_named_in_their_order(host):
    _hypervisors(host)
    host.shell(f"mkdir -p {QEMU_D}/win11/prepare/begin", check=True)
    for path in ("/etc/libvirt/hooks/qemu", f"{QEMU_D}/10-first", f"{QEMU_D}/zz-last"):
        host.put(path, "#!/bin/sh\nexit 0\n", 0o755)
    host.put(f"{QEMU_D}/win11/prepare/begin/bind", "virsh nodedev-detach x\n", 0o755)
    before = _listing(host)
    said = baton(host, "install", "libvirt").stdout
    assert (f"the order is /etc/libvirt/hooks/qemu {QEMU_D}/10-first {LINK} {QEMU_D}/zz-last"
            in said), said
    assert re.search(rf"^warning +{QEMU_D}/win11/prepare/begin/bind .*nodedev-detach", said, re.M)
    # Who wants to keep a directory may put something into it.
    baton(host, "uninstall", "libvirt")
    _same(host, before)
    _clean(host)


@check(MINI, cargo)
def what_stands_in_the_way_is_refused(host):
    _hypervisors(host)
    _refuses(host, "proxmox", "101", saying="has the hookscript local:snippets/other",
             remedy="--delete hookscript")
    _refuses(host, "102", saying="102 is no guest", remedy="baton install --list")
    host.shell(f"mkdir -p {QEMU_D}; echo text >{LINK}", check=True)
    _refuses(host, saying=f"{LINK} is there, and is not the link", remedy="rename it")
    host.shell(f"rm {LINK}; ln -s {PROGRAM} /etc/libvirt/hooks/qemu", check=True)
    _refuses(host, saying="hooks/qemu is baton too", remedy="remove it")
    _clean(host)
    _refuses(host, saying="neither libvirt nor Proxmox", remedy="install one")
    _refuses(host, "libvirt", saying="/etc/libvirt is not there", remedy="install the hypervisor")
    _refuses(host, "all", "100", saying=f"{CONFIGS} is not there", remedy="install the hypervisor")


@check(MINI, cargo)
def a_door_that_others_can_write_is_refused(host):
    _hypervisors(host)
    host.shell(f"mkdir -p /etc/baton/guests {QEMU_D} /var/lib/vz/snippets; "
               "touch /etc/baton/guests/win11.conf", check=True)
    host.put("/etc/baton/baton.conf", "")
    for path in (PROGRAM, "/usr/sbin", "/usr", "/", QEMU_D, "/etc/libvirt", "/etc/baton",
                 "/etc/baton/baton.conf", "/etc/baton/guests/win11.conf", "/var/lib/vz/snippets"):
        for make, undo in (("chmod g+w", "chmod g-w"), ("chmod o+w", "chmod o-w"),
                           ("chown 1000", "chown 0")):
            host.run(*make.split(), path, check=True)
            _refuses(host, saying=f"others than root can write {path}:",
                     remedy=f"chmod go-w {path}$")
            host.run(*undo.split(), path, check=True)
    host.shell(f"chmod -x {PROGRAM}", check=True)
    _refuses(host, "libvirt", saying=f"{PROGRAM} is nothing that can be executed",
             remedy="install baton again")
    host.shell(f"chmod +x {PROGRAM}", check=True)
    _clean(host)


@check(MINI, cargo)
def a_record_that_others_could_have_written_is_not_obeyed(host):
    _hypervisors(host)
    host.shell("mkdir -m 777 /var/lib/baton", check=True)
    host.put("/var/lib/baton/install", "link /usr/sbin/x - y\n")
    host.shell("ln -s y /usr/sbin/x", check=True)
    before = _listing(host)
    for words in (("uninstall",), ("install", "libvirt")):
        result = host.run("baton", *words)
        assert result.status in (1, 3) and "may be written by others" in result.stderr, result
        _same(host, before)
    host.shell("rm -r /var/lib/baton /usr/sbin/x", check=True)
    _clean(host)
