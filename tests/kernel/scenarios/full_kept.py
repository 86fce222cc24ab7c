# SPDX-License-Identifier: GPL-2.0-or-later
"""What the end of a desktop would cost besides the desktop."""

from machine import Machine
from rig import LOGIN_S, baton, cargo
from scenario import check

# As NetworkManager writes it; it does not run here, and baton reads no more than its files.
ACTIVE = "[device]\nmanaged-type=full\nconnection-uuid=0a-1b\n"
HOME = "[connection]\nid=Home\nuuid=0a-1b\ntype=wifi\npermissions=user:alice:;\n"


@check(Machine("full"), cargo, alone=True)
def a_network_connection_that_ends_with_the_desktop_is_named(host):
    host.put("/etc/lightdm/lightdm.conf.d/60-alice.conf", "[Seat:*]\nautologin-user=alice\n")
    host.run("systemctl", "restart", "lightdm.service", check=True)
    host.shell("until grep -qs '^USER=alice' $(grep -ls '^CLASS=user' /run/systemd/sessions/*); do "
               "sleep 0.2; done", check=True, deadline_s=LOGIN_S)
    host.shell("mkdir -p /run/NetworkManager/devices /etc/NetworkManager/system-connections",
               check=True)
    index = host.read("/sys/class/net/lo/ifindex")
    host.put(f"/run/NetworkManager/devices/{index}", ACTIVE)
    host.put("/etc/NetworkManager/system-connections/Home.nmconnection", HOME, mode=0o600)

    plan = baton(host, "plan", "01:00").stdout
    assert ('lost: the login sessions of lightdm.service end, and so does the network connection '
            '"Home" of alice (lo)') in plan, plan

    # With another session of hers it stays up.
    other = host.start("su", "-", "alice", "-c", "echo here; exec tail -f /dev/null")
    other.wait_for("here")
    host.shell("until [ $(grep -l '^USER=alice' /run/systemd/sessions/*[0-9] | wc -l) = 2 ]; do "
               "sleep 0.2; done", check=True)
    plan = baton(host, "plan", "01:00").stdout
    assert "lost: the login sessions of lightdm.service end\n" in plan, plan
