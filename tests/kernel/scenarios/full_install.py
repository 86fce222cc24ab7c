# SPDX-License-Identifier: GPL-2.0-or-later
"""baton install with a real libvirt, confined by AppArmor: full_libvirt has its guests call the door
that it made."""

from baton import HOOKS, installed
from machine import Machine
from rig import baton
from scenario import check

FULL = Machine("full")
LISTING = ("find /etc/libvirt /etc/baton /var/lib/baton -exec stat -c '%n %f %u %g %N' {} + "
           "2>/dev/null | sort")


def _listing(host):
    return host.shell(LISTING).stdout


def _install(host):
    return baton(host, "install", "libvirt").stdout.splitlines()


def _warns_of_restart(lines):
    return any(line.startswith("warning") and line.endswith("systemctl restart libvirtd")
               for line in lines)


@check(FULL, installed)
def libvirt_is_to_be_restarted_once(host):
    listing = _listing(host)
    said = _install(host)
    assert said[0] == "nothing to change" and not _warns_of_restart(said), said
    assert any(line.startswith("ok") and "AppArmor lets libvirt" in line for line in said), said

    baton(host, "uninstall")
    assert host.missing([f"{HOOKS}/baton", "/var/lib/baton"]) == [f"{HOOKS}/baton",
                                                                   "/var/lib/baton"]
    host.run("systemctl", "restart", "libvirtd.service", check=True)
    said = _install(host)
    assert f"link {HOOKS}/baton - /usr/sbin/baton-libvirt-hook" in said, said
    assert _warns_of_restart(said), said
    assert _warns_of_restart(_install(host))
    host.run("systemctl", "restart", "libvirtd.service", check=True)
    assert not _warns_of_restart(_install(host))
    assert _listing(host) == listing
