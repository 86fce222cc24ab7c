# SPDX-License-Identifier: GPL-2.0-or-later
"""A real sound server in a user's own session: named with its unit, and it lets go and comes back by
policy; and who passes for such a server's manager stops nothing of anybody else's."""

import json
import time

import alice
from baton import installed
from machine import Machine
from rig import CARD, DRIVERS, LOGIN_S, Before, baton, drivers, holders
from scenario import check, long

FULL = Machine("full")
SERVERS = {"pipewire.service", "wireplumber.service"}
STEP_S = 180

HOLD = """[Service]
ExecStart=/bin/sh -c 'exec sleep infinity {opening}'
"""

SLOW = "/run/slow"
SLOW_UNIT = f"""[Service]
ExecStartPre=/bin/sh -c 'while [ -e {SLOW} ]; do sleep 0.2; done'
ExecStart=/bin/sh -c '[ -e /dev/snd/controlC0 ] && exec 3</dev/snd/controlC0; exec sleep infinity'
"""


def _sound_holders(host):
    return [holder for holder in holders(host, CARD[1]) if holder["device"] == CARD[1]]


def _wait_for_servers(host):
    """Those of alice's that hold the sound card, once there are any."""
    deadline = time.monotonic() + STEP_S
    while True:
        found = [holder for holder in _sound_holders(host) if holder["user_unit"] in SERVERS]
        if found:
            return found
        if time.monotonic() > deadline:
            status = alice.systemctl(host, "status", *SERVERS).stdout
            raise TimeoutError(f"nobody took the card: {json.dumps(_sound_holders(host))}\n{status}")
        time.sleep(0.5)


@check(FULL, installed, limit_s=900)
def a_users_sound_server_is_named_lets_go_of_the_card_and_takes_it_again(host):
    before = Before(host)
    with alice.manager(host):
        alice.systemctl(host, "start", "wireplumber.service", check=True)
        found = _wait_for_servers(host)
        for holder in found:
            assert holder["user"] == "alice" and holder["unit"] == alice.MANAGER, holder
            assert holder["name"] in {"pipewire", "wireplumber"}, holder
            assert holder["remedy"] == f"systemctl --user stop {holder['user_unit']} as alice", holder
        table = baton(host, "list", "--holders", CARD[1]).stdout
        assert f"{found[0]['user_unit']} in {alice.MANAGER}" in table, table
        assert not [holder for holder in _sound_holders(host) if holder not in found], found

        baton(host, "detach", "0000:01:00", deadline_s=2 * STEP_S)
        assert {host.driver(address) for address in CARD} == {"vfio-pci"}
        # Her session goes on, and the server with it.
        assert host.run("systemctl", "is-active", alice.MANAGER).stdout == "active\n"
        assert alice.systemctl(host, "is-active", *SERVERS).stdout == "active\nactive\n"
        baton(host, "reattach", "0000:01:00", deadline_s=2 * STEP_S)
        assert {holder["user_unit"] for holder in _wait_for_servers(host)} <= SERVERS
    host.wait_login(LOGIN_S)
    # The sequencer's modules, which the server has loaded, stay.
    before.check(host, but=["?module snd*"])


@long(FULL, installed, limit_s=900)
def a_link_to_another_manager_in_the_users_place_stops_nothing(host):
    """Root is let in by the system's manager, which has a unit of that name."""
    unit = "wireplumber.service"
    before = Before(host)
    host.put(f"/run/systemd/system/{unit}", HOLD.format(opening=""), 0o644)
    host.put(f"/run/systemd/user/{unit}", HOLD.format(opening="3</dev/snd/controlC0"), 0o644)
    try:
        host.shell(f"systemctl daemon-reload; systemctl start {unit}", check=True, deadline_s=STEP_S)
        with alice.manager(host):
            alice.systemctl(host, "start", unit, check=True)
            assert _wait_for_servers(host)
            host.shell(f"runuser -u alice -- sh -c 'mv {alice.PRIVATE} {alice.PRIVATE}.own; "
                       f"ln -s /run/systemd/private {alice.PRIVATE}'", check=True)
            try:
                result = host.run("baton", "detach", "0000:01:00", deadline_s=2 * STEP_S)
                assert result.status in {1, 3}, result
                assert "the service manager of user 1000" in result.stderr, result
                assert host.run("systemctl", "is-active", unit).stdout == "active\n"
                assert drivers(host, CARD) == {address: DRIVERS[address] for address in CARD}
            finally:
                host.run("mv", f"{alice.PRIVATE}.own", alice.PRIVATE, check=True)
            assert alice.systemctl(host, "is-active", unit).stdout == "active\n"
    finally:
        host.shell(f"systemctl stop {unit}; rm -f /run/systemd/system/{unit} "
                   f"/run/systemd/user/{unit}; systemctl daemon-reload", check=True,
                   deadline_s=STEP_S)
    host.wait_login(LOGIN_S)
    before.check(host)


@long(FULL, installed, limit_s=900)
def a_sound_server_that_is_slow_to_come_back_keeps_nobody_waiting(host):
    unit = "wireplumber.service"
    before = Before(host)
    configuration = host.read("/etc/baton/baton.conf")
    # Whoever waited for all of it would be told of here.
    host.put("/etc/baton/baton.conf", f"{configuration}\nservice = {10 * STEP_S}\n")
    host.put(f"/run/systemd/user/{unit}", SLOW_UNIT, 0o644)
    try:
        with alice.manager(host):
            alice.systemctl(host, "start", unit, check=True)
            assert _wait_for_servers(host)
            host.put(SLOW, "")
            result = baton(host, "detach", "0000:01:00", deadline_s=2 * STEP_S)
            assert f"1000/{unit} down up" in result.stderr + result.stdout, result
            assert "gone on without it" in result.stderr + result.stdout, result
            assert {host.driver(address) for address in CARD} == {"vfio-pci"}
            assert alice.systemctl(host, "is-active", unit).stdout == "activating\n"
            host.run("rm", SLOW, check=True)
            # Nobody has to start it once more.
            alice.run(host, "sh", "-c", f"until systemctl --user -q is-active {unit}; do sleep 0.2; "
                                        "done", check=True)
            baton(host, "reattach", "0000:01:00", deadline_s=2 * STEP_S)
    finally:
        host.shell(f"rm -f {SLOW} /run/systemd/user/{unit}", check=True)
        host.put("/etc/baton/baton.conf", configuration)
    host.wait_login(LOGIN_S)
    before.check(host)
