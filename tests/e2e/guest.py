"""A server from the inside: its console, its SSH, its web page."""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from e2e import site, wait

if TYPE_CHECKING:
    from pathlib import Path

BOOT_SECONDS = 240
ANSWER_SECONDS = 60


def console(cloud: site.Site, name: str) -> str:
    ended = site.run("openstack", "console", "log", "show", name, env=cloud.env)
    return ended.out.replace("\r", "") if ended.status == 0 else ""


def wait_for_console(cloud: site.Site, name: str, pattern: str) -> str:
    """Wait until the console shows what is asked, and return all of it."""

    def look() -> str | None:
        text = console(cloud, name)
        return text if re.search(pattern, text) else None

    return wait.until(f"console of {name} shows {pattern!r}", BOOT_SECONDS, look)


def try_page(address: str) -> str | None:
    try:
        with urllib.request.urlopen(f"http://{address}/", timeout=5) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, OSError, http.client.HTTPException):
        return None


def page(address: str) -> str:
    return wait.until(f"web page at {address}", ANSWER_SECONDS, lambda: try_page(address))


def log_in(cloud: site.Site, name: str, address: str, command: str) -> str:
    """Run a command inside, with the declared key, after the host key proved to be the one on the console."""
    known = cloud.scratch / f"known-{name}"

    def look() -> str | None:
        return site.run("ssh-keyscan", "-T", "10", "-t", "ed25519", address).out or None

    known.write_text(wait.until(f"SSH server of {name} at {address}", ANSWER_SECONDS, look))
    told = fingerprint(known)
    assert f"ssh listening fingerprint={told}" in console(cloud, name), f"{name} shows another host key than {told}"
    options = ["-F", "none", "-o", f"UserKnownHostsFile={known}", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20"]
    return site.run_well("ssh", *options, "-i", str(cloud.place.key), f"root@{address}", command)


def fingerprint(path: Path) -> str:
    return site.run_well("ssh-keygen", "-lf", str(path)).split()[1]


def shows(text: str, pattern: str) -> bool:
    return re.search(pattern, text) is not None
