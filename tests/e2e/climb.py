"""Run on a host as root: every way to root that a service's account has there, one a line; nothing when there is none.

Looked for: what it may write outside of its own places, what of rootwrap's and privsep's way is not root's, and what
sudo does for it. Arguments: the accounts, each ``NAME`` or ``NAME:sudo`` where its agents need sudo.
"""

from __future__ import annotations

import configparser
import pathlib
import pwd
import re
import stat
import subprocess
import sys

PRUNED = ["/proc", "/sys", "/dev", "/tmp", "/var/tmp", "/run/lock"]
OWN = [
    "/var/lib/{}", "/var/log/{}", "/var/cache/{}", "/run/{}", "/run/uwsgi/{}", "/run/novaform-{}-cache",
    "/etc/{}/fernet-keys", "/etc/{}/credential-keys", "/etc/{}/ssl", "/etc/{}/metadefs",
]  # fmt: skip
EVIL = "/tmp/climb.conf"
SOCKET = "/tmp/climb/privsep.sock"
CONTEXTS = {"nova": "nova.privsep.sys_admin_pctxt", "neutron": "neutron.privileged.default"}


def run_as(account: str, *argv: str) -> tuple[int, str]:
    done = subprocess.run(
        ["runuser", "-u", account, "--", *argv], capture_output=True, text=True, check=False, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


def writable(account: str) -> list[str]:
    """Return what an account may write that is neither its own nor anybody's."""
    pruned = [word for path in PRUNED for word in ("-path", path, "-o")][:-1]
    kinds = ["(", "-type", "f", "-o", "-type", "d", ")"]
    _, said = run_as(account, "find", "/", "(", *pruned, ")", "-prune", "-o", *kinds, "-writable", "-print")
    own = [path.format(account) for path in OWN]
    found = [path for path in said.splitlines() if path.startswith("/")]
    return [path for path in found if not any(path == one or path.startswith(f"{one}/") for one in own)]


def not_roots(path: pathlib.Path) -> list[str]:
    """Return every component of a path that others than root may change, or put another thing in place of."""
    wrong = []
    for place in (*reversed(path.parents), path):
        if not place.exists():
            break
        state = place.stat()
        if state.st_uid or state.st_mode & stat.S_IWOTH or (state.st_mode & stat.S_IWGRP and state.st_gid):
            wrong.append(f"{place} on the way to {path}")
    return wrong


def trusted(account: str, *, needed: bool) -> list[pathlib.Path]:
    """Return the paths by which sudo, rootwrap and privsep decide what is done as root."""
    paths = [*pathlib.Path("/etc/sudoers.d").iterdir(), *(pathlib.Path(path) for path in sys.path if path)]
    conf = pathlib.Path(f"/etc/{account}/rootwrap.conf")
    if needed:
        parser = configparser.ConfigParser()
        parser.read(conf)
        ways = ",".join(parser["DEFAULT"][option] for option in ("filters_path", "exec_dirs"))
        paths += [conf, *(pathlib.Path(path.strip()) for path in ways.split(",")), *conf.parent.rglob("*")]
    return paths


def sudo_ways(account: str, *, needed: bool) -> list[str]:
    """Return what sudo does for an account that it need not do."""
    _, said = run_as("root", "sudo", "-n", "-l", "-U", account)
    listed = re.findall(r"^\s+\(.*", said, re.MULTILINE)
    if not needed:
        return [f"sudo lets {account} run {line.strip()}" for line in listed]
    if not listed:
        return [f"sudo lets {account} run nothing, so its agents cannot work"]
    pathlib.Path(EVIL).write_text("[DEFAULT]\nfilters_path = /tmp\nexec_dirs = /bin\n")
    helper, wrap, conf = "privsep-helper", f"{account}-rootwrap", f"/etc/{account}/rootwrap.conf"
    rest = ("--privsep_context", CONTEXTS[account], "--privsep_sock_path", SOCKET)
    own = f"/etc/{account}/{account}.conf"
    tries = [
        (helper, "--config-file", EVIL, *rest),
        (helper, "--config-file", own, *rest),
        (wrap, EVIL, "id"),
        (wrap, conf, "id"),
        (wrap, conf, helper, "--config-file", EVIL, *rest),
        (wrap, conf, helper, "--config-file", f"/etc/{account}/../..{EVIL}", *rest),
        (wrap, conf, helper, "--config-file", own, "--config-file", EVIL, *rest),
        (wrap, conf, helper, "--config-dir", "/tmp", *rest),
        (wrap, conf, helper, "--config-file", own, "--privsep_context", "os.system", *rest[2:]),
        (wrap, conf, helper, "--config-file", own, *rest, "--log-config-append", EVIL),
        ("sh", "-c", "id"),
    ]
    # What sudo would allow it is asked to list, and not to run.
    return [
        f"sudo runs {' '.join(argv)} for {account}"
        for argv in tries
        if not run_as(account, "sudo", "-n", "-l", *argv)[0]
    ]


def main() -> None:
    for word in sys.argv[1:]:
        account, _, needs = word.partition(":")
        pwd.getpwnam(account)
        ways = [f"{account} may write {path}" for path in writable(account)]
        ways += sorted(
            {f"not root's: {way}" for path in trusted(account, needed=bool(needs)) for way in not_roots(path)}
        )
        ways += sudo_ways(account, needed=bool(needs))
        sys.stdout.writelines(f"{way}\n" for way in ways)
    sys.stdout.write("looked\n")


main()
