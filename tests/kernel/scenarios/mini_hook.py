# SPDX-License-Identifier: GPL-2.0-or-later
"""libvirt's door with input that means harm: no guest starts, and nothing is written anywhere but in
the state directory. (That a good guest starts needs libvirt: the full host.)"""

import re

from machine import Machine
from rig import SECOND, Before, baton, cargo
from scenario import check

MINI = Machine("mini")
GUEST = "../../x y%"
UUID = "6f1d4a52-0000-4000-8000-000000000001"
HOSTDEV = """<hostdev mode='subsystem' type='pci' managed='yes'><source>
  <address domain='0x0000' bus='0x02' slot='0x00' function='0x0'/></source></hostdev>"""


def _domain(name=GUEST, devices=HOSTDEV, head=""):
    return (f"<?xml version='1.0'?>{head}<domain type='kvm'><name>{name}</name>"
            f"<uuid>{UUID}</uuid><devices>{devices}</devices></domain>")


def _hook(host, operation, xml, guest=GUEST, program="baton-libvirt-hook"):
    """Call the door as libvirt does, and make sure that nothing is written outside its place."""
    host.put("/tmp/domain.xml", xml)
    before = Before(host, SECOND)
    host.shell("touch /run/marker; sleep 0.02", check=True)
    result = host.run(program, guest, *operation.split(), stdin="/tmp/domain.xml")
    written = host.shell("find / \\( -path /proc -o -path /sys -o -path /dev \\) -prune -o "
                         "-newer /run/marker -print", check=True).stdout.splitlines()
    # Its own directory appears in /run.
    assert set(written) <= {"/run", "/run/baton"}, (written, result)
    before.check(host)
    assert not result.held, f"somebody keeps the hook's output open: {result}"
    return result


def _refuses(host, xml, saying):
    result = _hook(host, "prepare begin -", xml)
    assert result.status == 1, f"the guest would start: {result}"
    assert len(result.stderr.splitlines()) == 1 and re.search(saying, result.stderr), result


@check(MINI, cargo)
def an_external_entity_is_not_read(host):
    host.put("/tmp/secret", "secret text")
    head = "<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///tmp/secret'>]>"
    host.put("/tmp/domain.xml", _domain(name="&x;", head=head))
    result = host.shell("strace -f -o /tmp/trace baton-libvirt-hook x prepare begin - "
                        "</tmp/domain.xml")
    assert result.status == 1 and "secret" not in result.stderr, result
    assert b"/tmp/secret" not in host.get("/tmp/trace")
    _refuses(host, _domain(name="&x;", head=head), "baton: .*XML")


@check(MINI, cargo)
def a_billion_laughs_are_not_laughed(host):
    entities = "<!ENTITY l0 'lol'>" + "".join(
        f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    _refuses(host, _domain(name="&l9;", head=f"<!DOCTYPE domain [{entities}]>"), "baton: .*XML")


@check(MINI, cargo)
def truncated_huge_and_wrongly_encoded_xml_is_refused(host):
    whole = _domain()
    for length in (0, 1, 20, len(whole) // 2, len(whole) - 1):
        _refuses(host, whole[:length], "XML")
    _refuses(host, _domain(devices=HOSTDEV + "<!--" + " " * (10 << 20) + "-->"), "XML is larger")
    _refuses(host, "<a>" * 100000, "XML")
    _refuses(host, _domain(name="caf\u00e9").encode("latin-1"), "XML")
    _refuses(host, b"\0" * 1000, "XML")
    _refuses(host, bytes(range(256)) * 100, "XML")


@check(MINI, cargo)
def utf_16_is_either_understood_or_refused(host):
    # Understood, it says the same as in UTF-8: a device that this host cannot hand over.
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        _refuses(host, _domain().encode(encoding), "guard|XML")


@check(MINI, cargo)
def strange_names_stay_names(host):
    # All that keeps this guest from starting here is that the host has no systemd for a guard.
    for name in (GUEST, "/etc/passwd", ".", "..", "a\nb", "%s%n", "-rf", "x" * 250, "\u202e"):
        _refuses(host, _domain(name=name), "guard|XML")
    result = _hook(host, "prepare begin -", _domain(name="plain"), guest="-h")
    assert result.status == 1, result
    for uuid in ("../../../etc/passwd", "", UUID + "/../x", "zz" * 16):
        _refuses(host, _domain().replace(UUID, uuid), "UUID|uuid|XML")


@check(MINI, cargo)
def addresses_that_make_no_sense_are_refused(host):
    for wrong in ("bus='0x100'", "bus='-1'", "bus='1 2'", "bus='0x2;rm'", "bus='99999999999999'"):
        _refuses(host, _domain().replace("bus='0x02'", wrong), "XML|address")


@check(MINI, cargo)
def a_guest_always_may_stop(host):
    for xml in ("", "garbage", "<" * 1000, b"\xff" * 1000, _domain(), _domain(devices="")):
        result = _hook(host, "release end shutoff", xml)
        assert result.status == 0, result
        for operation in ("stopped end -", "reconnect begin -"):
            result = _hook(host, operation, xml)
            assert (result.status, result.stdout, result.stderr) == (0, "", ""), result


@check(MINI, cargo)
def the_one_hook_of_an_older_libvirt_is_the_same_door(host):
    hook = "/etc/libvirt/hooks/qemu"
    host.shell(f"mkdir -p $(dirname {hook}); ln -s /usr/sbin/baton-libvirt-hook {hook}", check=True)
    result = _hook(host, "prepare begin -", _domain(name="plain"), program=hook)
    assert result.status == 1 and "guard" in result.stderr, result
    result = _hook(host, "prepare begin -", "garbage", program=hook)
    assert result.status == 1 and "XML" in result.stderr, result
    for operation in ("prepare begin -", "release end -"):
        result = _hook(host, operation, _domain(devices=""), program=hook)
        assert (result.status, result.stdout, result.stderr) == (0, "", ""), (operation, result)
    host.run("rm", "-r", "/etc/libvirt", check=True)


@check(MINI, cargo)
def what_does_not_concern_it_passes_silently(host):
    for operation in ("prepare begin -", "start begin -", "started begin -", "migrate begin -",
                      "restore begin -", "attach begin -", "nonsense begin -", "prepare end -"):
        result = _hook(host, operation, _domain(devices=""))
        assert (result.status, result.stdout, result.stderr) == (0, "", ""), (operation, result)


@check(MINI, cargo)
def the_end_of_a_guest_without_devices_waits_for_nobody_and_writes_nothing(host):
    host.put("/tmp/domain.xml", _domain(name="plain", devices=""))
    # Somebody else is slow in the midst of a hand-over.
    slow = host.start("strace", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
                      "inject=fdatasync:delay_enter=8s:when=3",
                      "baton", "detach", "--no-guard", SECOND)
    host.shell("until grep -q writer /run/baton/*.journal 2>/dev/null; do sleep 0.1; done", check=True)
    listing = host.shell("ls -l --full-time /run/baton", check=True).stdout
    for operation in ("stopped end -", "release end shutdown", "reconnect begin -"):
        result = host.run("timeout", "4", "baton-libvirt-hook", "plain", *operation.split(),
                          stdin="/tmp/domain.xml")
        assert result.status == 0 and not result.stderr, (operation, result)
    assert host.shell("ls -l --full-time /run/baton", check=True).stdout == listing
    assert slow.wait().status == 0
    baton(host, "reattach", "--no-guard", SECOND)
