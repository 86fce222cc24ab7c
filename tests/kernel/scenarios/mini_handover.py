# SPDX-License-Identifier: GPL-2.0-or-later
"""Cards go and come home, by hand, on a host with two of them."""

import trace
from machine import Machine
from rig import CARD, DRIVERS, SECOND, Before, baton, cargo, detach, drivers, reattach, refused, states
from scenario import check

MINI = Machine("mini")
VFIO = dict.fromkeys(CARD, "vfio-pci")


@check(MINI, cargo)
def the_whole_card_goes_and_comes_home_as_before(host):
    before = Before(host)
    detach(host, "0000:01:00")
    assert drivers(host, CARD) == VFIO
    assert host.driver(SECOND) == DRIVERS[SECOND]
    reattach(host, "0000:01:00")
    before.check(host)


@check(MINI, cargo)
def function_0_alone_takes_its_whole_group_along(host):
    before = Before(host)
    detach(host, CARD[0])
    assert drivers(host, CARD) == VFIO
    reattach(host, CARD[0])
    before.check(host)


@check(MINI, cargo)
def the_second_card_goes_alone(host):
    before = Before(host)
    detach(host, SECOND)
    assert host.driver(SECOND) == "vfio-pci"
    assert drivers(host, CARD) == {address: DRIVERS[address] for address in CARD}
    reattach(host, SECOND)
    before.check(host)


@check(MINI, cargo)
def a_dry_run_changes_nothing(host):
    before = Before(host)
    assert (baton(host, "detach", "--dry-run", SECOND).stdout
            == baton(host, "plan", SECOND).stdout != "")
    assert reattach(host, "--dry-run", SECOND).stdout == "nothing to do\n"
    before.check(host)
    detach(host, SECOND)
    away = Before(host)
    for words in (("detach", "-n"), ("plan",), ("detach", "--no-guard")):
        taken = baton(host, *words, SECOND, code=3)
        assert f"`baton reattach 'hand:{SECOND}'`" in taken.stderr, taken
    home = [f"driver {SECOND} vfio-pci -", f"override {SECOND} vfio-pci -",
            f"driver {SECOND} - bochs-drm"]
    assert reattach(host, "-n", SECOND).stdout.splitlines() == home
    assert reattach(host, "-n", f"hand:{SECOND}").stdout.splitlines() == home
    away.check(host)
    reattach(host, SECOND)
    before.check(host)


@check(MINI, cargo, alone=True)
def vfio_that_somebody_loaded_gets_what_a_container_needs(host):
    # modprobe passes over the soft dependency of a dependency.
    host.shell("modprobe vfio-pci && ! grep -q vfio_iommu_type1 /proc/modules", check=True)
    before = Before(host)
    detach(host, SECOND)
    host.shell("grep -q vfio_iommu_type1 /proc/modules", check=True)
    reattach(host, SECOND)
    before.check(host)


@check(MINI, cargo)
def two_cards_are_out_at_once_and_come_home_in_any_order(host):
    before = Before(host)
    detach(host, "0000:01:00")
    detach(host, SECOND)
    assert set(states(host).values()) == {"GUEST"}, states(host)
    reattach(host, "0000:01:00")
    assert drivers(host, CARD) == {address: DRIVERS[address] for address in CARD}
    assert host.driver(SECOND) == "vfio-pci"
    reattach(host, SECOND)
    before.check(host)
    assert set(states(host).values()) == {"HOST"}, states(host)


@check(MINI, cargo)
def a_card_that_is_out_is_not_detached_again_nor_repaired_away(host):
    before = Before(host)
    detach(host, SECOND)
    out = Before(host)
    again = detach(host, SECOND, code=3)
    assert "baton reattach" in again.stderr, again
    baton(host, "repair")
    out.check(host)
    reattach(host, SECOND)
    reattach(host, SECOND)
    before.check(host)


@check(MINI, cargo)
def a_card_whose_override_was_set_gets_it_back(host):
    attribute = f"/sys/bus/pci/devices/{SECOND}/driver_override"
    host.shell(f"echo bochs-drm >{attribute}", check=True)
    before = Before(host)
    detach(host, SECOND)
    reattach(host, SECOND)
    before.check(host)
    assert host.read(attribute) == "bochs-drm"
    host.shell(f"echo >{attribute}", check=True)


@check(MINI, cargo)
def a_card_without_a_driver_comes_home_without_one(host):
    host.shell(f"echo {SECOND} >/sys/bus/pci/drivers/bochs-drm/unbind", check=True)
    before = Before(host)
    detach(host, SECOND)
    reattach(host, SECOND)
    before.check(host)
    host.shell(f"echo {SECOND} >/sys/bus/pci/drivers/bochs-drm/bind", check=True)


@check(MINI, cargo)
def a_card_that_vfio_has_already_is_used_as_it_is_and_left_so(host):
    """Boot-time assignment: by an override, and by an id that vfio-pci was given."""
    vfio, device = "/sys/bus/pci/drivers/vfio-pci", f"/sys/bus/pci/devices/{SECOND}"
    for begin, end in ((f"echo vfio-pci >{device}/driver_override", f"echo >{device}/driver_override"),
                       (f"echo 1234 1111 >{vfio}/new_id", f"echo 1234 1111 >{vfio}/remove_id")):
        host.shell(f"modprobe vfio-pci; {begin}; echo {SECOND} >{device}/driver/unbind; "
                   f"echo {SECOND} >{vfio}/bind", check=True)
        before = Before(host)
        assert SECOND not in baton(host, "plan", SECOND).stdout
        detach(host, SECOND)
        assert states(host)["0000:02:00"] == "GUEST"
        before.check(host, but=("+state *",))
        reattach(host, SECOND)
        before.check(host)
        # The id is still there: it can be taken away once.
        host.shell(f"echo {SECOND} >{vfio}/unbind && {end} && "
                   f"echo {SECOND} >/sys/bus/pci/drivers/bochs-drm/bind", check=True)


@check(MINI, cargo)
def a_card_that_a_process_holds_is_refused_by_name_and_pid(host):
    card = host.shell(f"ls /sys/bus/pci/devices/{SECOND}/drm | grep card", check=True).stdout.strip()
    holder = host.start("sh", "-c", f"exec 3</dev/dri/{card}; echo $$ >/tmp/holder; echo open; "
                                    "exec tail -f /dev/null")
    holder.wait_for("open")
    pid = host.read("/tmp/holder")
    refused(host, SECOND, saying=rf"tail \(process {pid} of user 0, dri/{card}\)",
            remedy=f"end process {pid}")
    holder.kill()
    holder.wait()
    before = Before(host)
    detach(host, SECOND)
    reattach(host, SECOND)
    before.check(host)


@check(MINI, cargo)
def what_does_not_exist_and_what_is_a_bridge_are_refused(host):
    refused(host, "0000:09:00.0", saying="0000:09:00.0 does not exist", remedy="baton list")
    refused(host, "0000:01:00.7", saying="0000:01:00.7 does not exist", remedy="baton list")
    refused(host, "0000:00:10.0", saying="0000:00:10.0 is a bridge",
            remedy="name the devices behind it")


@check(MINI, cargo)
def the_writes_are_those_of_the_plan_and_no_others(host):
    before = Before(host)
    plan = trace.steps(baton(host, "plan", "0000:01:00").stdout)
    assert len(plan) >= 9, plan
    writes = trace.changes(host, "detach", "--no-guard", "0000:01:00")
    assert writes == trace.expected_all(plan), (writes, plan)
    home = trace.expected_all(trace.home(plan))
    # What a hypervisor may have told vfio-pci is taken back; here it was told nothing.
    forgotten = [("vfio-pci/remove_id", ids) for ids in ("1b36 000d", "8086 2668", "1234 1111")]
    writes = trace.changes(host, "reattach", "--no-guard", "0000:01:00")
    assert writes[:len(home)] == home, writes
    assert sorted(writes[len(home):]) == sorted(forgotten), writes
    before.check(host)
