# SPDX-License-Identifier: GPL-2.0-or-later
"""Alice, whom the full host knows, and her own service manager."""

import contextlib

RUNTIME = "/run/user/1000"
MANAGER = "user@1000.service"
PRIVATE = f"{RUNTIME}/systemd/private"
STEP_S = 180


def run(host, *words, **options):
    """Do a command as alice, with her service manager in reach; see vhost.VirtualHost.run()."""
    return host.run("runuser", "-u", "alice", "--", "env", f"XDG_RUNTIME_DIR={RUNTIME}", *words,
                    **{"deadline_s": STEP_S, **options})


def systemctl(host, *words, **options):
    """What her own service manager says."""
    return run(host, "systemctl", "--user", *words, **options)


@contextlib.contextmanager
def manager(host):
    """Her service manager runs, without a session of hers."""
    host.shell(f"systemctl start {MANAGER}; until [ -S {PRIVATE} ]; do sleep 0.2; done", check=True,
               deadline_s=STEP_S)
    try:
        yield
    finally:
        host.shell(f"systemctl stop {MANAGER}", check=True, deadline_s=3 * STEP_S)
