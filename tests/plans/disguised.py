#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What tells whose machine it is does not stand in what `baton capture` writes.

    disguised.py BATON

Into a machine of tests/machines everything is planted that a real one has of such, where baton reads
it. All of it has to be gone from the text, and what belonged together has to belong together still;
with --keep-names it stands there, or the test would prove nothing.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

MACHINE = pathlib.Path(__file__).parent.parent / "machines" / "nvidia-single.umockdev"
BATON = ""

# What is replaced: a word of the text without disguise, and never one of the other.
REPLACED = {
    "host": "wonderland-pc",
    "user": "alice",
    "another user, by home": "duchess",
    "user of a session alone": "mad-hatter",
    "user of a connection alone": "march.hare@tea.example",
    "UUID of a disk": "5f0c7a3e-9b1d-4e2f-8a6b-7c8d9e0f1a2b",
    "UUID of a guest": "c0ffee00-1234-4abc-9def-0123456789ab",
    "UUID of a connection": "0badcafe-5678-4def-8abc-fedcba987654",
    "UUID in what is called as a device's configuration space": "0ddba11a-5678-4def-8abc-fedcba987655",
    "short id of a disk": "A1B2-C3D4",
    "short id of a stick, that udev knows": "BEEF-CAFE",
    "id of a machine": "d41d8cd98f00b204e9800998ecf8427e",
    "hardware address": "3c:7c:3f:1b:2a:09",
    "hardware address of a guest": "52:54:00:6b:3c:58",
    "address": "203.0.113.77",
    "address of a server": "198.51.100.42",
    "IPv6 address": "2001:db8:85a3::8a2e:370:7334",
    "connection": "Queen of Hearts 5G",
    "serial number of a disk": "S4EWNX0R123456",
    "serial number within an EDID": b"MADTEA12345".hex(),
    "volume group called as the host": "wonderland--pc",
    "interface called by its hardware address": "enx3c7c3f1b2a09",
}
# What is in no text at all.
NEVER = {
    "password of a connection": "offwithherhead",
    "password of a screen": "jabberwocky",
    "password of a share": "vorpalsword",
    "hash of a password": "$6$rounds$curiouser",
    "full name": "Liddell",
    "command line": "--looking-glass-token",
    "what it was called with": "SECRET_OF_ENVIRONMENT",
    "password of Proxmox's": "humptydumpty",
    "what a person wrote of a guest": "treacle-well",
    "password of the kernel's": "eatmedrinkme",
}


def edid(serial):
    """A monitor's, with a name and a serial number."""
    head = bytes.fromhex("00ffffffffffff0010ac7ba04c4c3330") + bytes(38)
    name = b"\x00\x00\x00\xfc\x00" + b"TEAPOT 27\n   "
    number = b"\x00\x00\x00\xff\x00" + serial.encode() + b"\n "
    block = head + name + number + bytes(36) + b"\x00"
    return (block + bytes([-sum(block) % 256])).hex()


PLANTED = f"""
F: /etc/hostname
| wonderland-pc

F: /etc/passwd
| root:x:0:0:root:/root:/bin/bash
| gdm:x:120:120:GDM:/var/lib/gdm:/bin/false
| alice:x:1000:1000:Alice Liddell,,,:/srv/alice:/bin/bash
| rabbit2:{NEVER["hash of a password"]}:1001:1001::/srv/duchess:/bin/bash

F: /run/systemd/sessions/c9
| UID=1002
| USER=mad-hatter
| STATE=active
| CLASS=user
| REMOTE=1
| REMOTE_HOST=203.0.113.77
| LEADER=7777
| SCOPE=session-c9.scope

F: /proc/7777/stat
| 7777 (sshd) S 1 7777 7777

F: /proc/7777/comm
| sshd

F: /proc/7777/cgroup
| 0::/user.slice/user-1000.slice/session-c9.scope

F: /proc/7777/cmdline
| sshd --looking-glass-token alice

F: /proc/7777/environ
| SECRET_OF_ENVIRONMENT=1

X: /proc/7777/fd/4=socket:[4711]
X: /proc/7777/fd/5=/srv/alice/diary

F: /proc/net/tcp
|   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
|    0: 4D7100CB:0016 2A6433C6:D431 01 00000000:00000000 00:00000000 00000000     0        0 4711 1

F: /proc/net/route
| Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
| enp5s0 00000000 017100CB 0003 0 0 100 00000000 0 0 0
| enp5s0 007100CB 00000000 0001 0 0 100 00FFFFFF 0 0 0

F: /etc/fstab
| UUID=5f0c7a3e-9b1d-4e2f-8a6b-7c8d9e0f1a2b / ext4 defaults 0 1
| UUID=A1B2-C3D4 /boot/efi vfat defaults 0 1
| //198.51.100.42/alice /srv/alice/share cifs username=alice,password=vorpalsword 0 0

F: /proc/1/mountinfo
| 29 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
| 31 29 0:61 / /srv/alice/share rw - cifs //198.51.100.42/alice rw,addr=198.51.100.42,password=vorpalsword
| 32 29 0:62 / /srv/alice/six rw - nfs4 host:/x rw,addr=2001:db8:85a3::8a2e:370:7334

F: /etc/libvirt/qemu/croquet.xml
| <domain type='kvm'><name>croquet</name><title>treacle-well</title>
| <uuid>c0ffee00-1234-4abc-9def-0123456789ab</uuid>
| <devices><interface type='network'><mac address='52:54:00:6b:3c:58'/></interface>
| <graphics type='vnc' passwd='jabberwocky'/>
| <hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/>
| </source></hostdev></devices></domain>

X: /etc/pve/local=nodes/wonderland-pc
X: /etc/pve/qemu-server=local/qemu-server

F: /etc/pve/nodes/wonderland-pc/qemu-server/100.conf
| # for Alice Liddell
| cipassword: humptydumpty
| name: croquet
| net0: virtio=52:54:00:6b:3c:58,bridge=vmbr0
| vmgenid: c0ffee00-1234-4abc-9def-0123456789ab

F: /etc/NetworkManager/system-connections/Queen of Hearts 5G.nmconnection
| [connection]
| id=Queen of Hearts 5G
| uuid=0badcafe-5678-4def-8abc-fedcba987654
| permissions=user:alice:;user:march.hare@tea.example:;
| [wifi-security]
| psk=offwithherhead
| psk-flags=0

F: /etc/NetworkManager/system-connections/config
| [connection]
| id=config
| uuid=0ddba11a-5678-4def-8abc-fedcba987655
| type=ethernet

F: /run/NetworkManager/devices/2
| connection-uuid=0badcafe-5678-4def-8abc-fedcba987654

F: /etc/default/grub
| GRUB_CMDLINE_LINUX="quiet rd.luks.password=eatmedrinkme root=http://u:eatmedrinkme@h/x"

F: /etc/baton/baton.conf
| # S4EWNX0R123456 of 203.0.113.77 on wonderland-pc, and so wonderland--pc
| # 3c:7c:3f:1b:2a:09 d41d8cd98f00b204e9800998ecf8427e in /srv/duchess, not 0::/a, 1.2.3 or 01:00.0
| # enx3c7c3f1b2a09 is that too; mad-hatter, and alice's /dev/disk/by-id/ata-X_S4EWNX0R123456
| # and /dev/disk/by-uuid/BEEF-CAFE

F: /run/udev/data/b8:17
| E:ID_FS_UUID=BEEF-CAFE

P: /devices/pci0000:00/0000:00:01.1/0000:04:00.0/nvme/nvme0
E: SUBSYSTEM=nvme
A: serial=S4EWNX0R123456\\n
A: transport=pcie\\n

P: /devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0/card0-DP-9
E: SUBSYSTEM=drm
A: status=connected\\n
H: edid={edid("MADTEA12345")}
"""


def capture(*options):
    """What baton writes of the machine."""
    with tempfile.NamedTemporaryFile("w", suffix=".umockdev") as file:
        file.write(MACHINE.read_text() + PLANTED)
        file.flush()
        return subprocess.run([BATON, "capture", *options, "--root", file.name], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60,
                              text=True).stdout


def block(text, path):
    """The lines of a file in it."""
    found = re.search(rf"^F: {path}\n((?:\|.*\n)*)", text, re.MULTILINE)
    return found[1] if found else ""


class Disguised(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.disguised, cls.kept = capture(), capture("--keep-names")

    def test_everything_planted_is_gone(self):
        for what, word in REPLACED.items():
            with self.subTest(what):
                self.assertNotIn(word.lower(), self.disguised.lower())

    def test_it_was_there(self):
        for what, word in REPLACED.items():
            with self.subTest(what):
                self.assertIn(word, self.kept)

    def test_some_is_never_there(self):
        for what, word in NEVER.items():
            with self.subTest(what):
                self.assertNotIn(word, self.disguised)
                self.assertNotIn(word, self.kept)

    def test_hex_addresses_are_gone(self):
        for digits in ("4D7100CB", "2A6433C6", "017100CB", "007100CB"):
            self.assertIn(digits, self.kept)
            self.assertNotIn(digits, self.disguised)

    def test_what_belonged_together_still_does(self):
        pairs = (
            # the connection that is up, and its file
            (r"connection-uuid=(\S+)", r"^\| uuid=(\S+)"),
            # a user who may use it, who is here, and what he is called in the list of all
            (r"permissions=user:(\w+):", r"^\| (\w+):x:1000:1000"),
            # a guest's hardware address in two definitions
            (r"mac address='([^']+)'", r"net0: virtio=([^,]+),"),
            (r"<uuid>([^<]+)</uuid>", r"vmgenid: (\S+)"),
            # a server in the list of mounts and in what is to be mounted
            (r"rw,addr=(198[.\d]+)", r"//([\d.]+)/\w+ /srv"),
        )
        for one, other in pairs:
            with self.subTest(one):
                found = [re.search(pattern, self.disguised, re.MULTILINE)
                         for pattern in (one, other)]
                self.assertTrue(all(found), one)
                self.assertEqual(found[0][1], found[1][1])

    def test_a_route_still_leads_to_its_network(self):
        rows = [line.split() for line in block(self.disguised, "/proc/net/route").splitlines()]
        gateway, network = rows[1][3], rows[2][2]
        self.assertEqual(gateway[2:], network[2:])
        self.assertNotEqual(gateway[:2], "01")

    def test_what_a_person_has_open_is_not_captured(self):
        self.assertIn("X: /proc/7777/fd/4=socket:[4711]", self.kept)
        self.assertNotIn("/srv/alice/diary", self.kept)

    def test_what_only_looks_like_it_stays(self):
        self.assertEqual(self.disguised.count("| type=ethernet\n"),
                         self.kept.count("| type=ethernet\n"))
        self.assertIn("not 0::/a, 1.2.3 or 01:00.0", self.disguised)

    def test_two_captures_are_disguised_differently(self):
        """By chance: nobody can make the same of an address that he suspects."""
        self.assertNotEqual(block(self.disguised, "/proc/net/route"),
                            block(capture(), "/proc/net/route"))


if __name__ == "__main__":
    BATON = sys.argv.pop(1)
    unittest.main()
