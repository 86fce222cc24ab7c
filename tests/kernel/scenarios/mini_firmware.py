# SPDX-License-Identifier: GPL-2.0-or-later
"""A boot VGA without a DRM driver: VFIO pushes the firmware's framebuffer away for good."""

from machine import Machine
from rig import CARD, Before, baton, cargo, detach, drivers, reattach, refused
from scenario import check

FIRMWARE = Machine("mini", bochs=False)
CONFIGURATION = "/etc/baton/baton.conf"


@check(FIRMWARE, cargo)
def a_loss_that_policy_refuses_is_refused_by_name(host):
    host.shell("mkdir -p /etc/baton", check=True)
    host.put(CONFIGURATION, "[policy]\nlosses = refuse\n")
    refused(host, "0000:01:00", saying="framebuffer", remedy="losses = allow")
    host.run("rm", "-r", "/etc/baton", check=True)


@check(FIRMWARE, cargo, alone=True)
def the_card_comes_home_as_before_but_for_the_losses_that_the_plan_names(host):
    framebuffers = host.shell("ls /sys/bus/platform/devices | grep framebuffer",
                              check=True).stdout.split()
    assert framebuffers, "the firmware left no framebuffer"
    plan = baton(host, "plan", "0000:01:00").stdout
    lost = [line.split() for line in plan.splitlines() if "does not come back" in line]
    named = {words[3].replace("%20", " ") for words in lost}
    assert set(framebuffers) <= named, plan
    before = Before(host)
    detach(host, "0000:01:00")
    assert set(drivers(host, CARD).values()) == {"vfio-pci"}
    reattach(host, "0000:01:00")
    before.check(host, but=_patterns(named))
    gone = before.differences(host)
    assert any(line.startswith("-platform") for line in gone), "nothing was lost after all"


def _patterns(named):
    """What goes with a framebuffer or a console that is named as lost."""
    patterns = []
    for name in named:
        if "framebuffer" in name:
            patterns += [f"-platform {name} driver:*", f"-driver platform/*: {name}",
                         "-framebuffer *"]
        else:
            patterns += [f"-console (?) {name} *", "?console (?) dummy device *"]
    return patterns
