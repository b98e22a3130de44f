"""What the machine must offer, asked before anything is made, and answered with the command that helps."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from novaform.lab import LabError, command

if TYPE_CHECKING:
    from collections.abc import Callable

REQUIRED_TOOLS = {
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "mount": "mount",
    "nft": "nftables",
    "setpriv": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "systemd-nspawn": "systemd-container",
    "unshare": "util-linux",
}
DEVICES = ("/dev/net/tun", "/dev/kvm")
_RESOLVERS = ("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")
_APT_SETTINGS = re.compile(r"^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)\b.*$", re.MULTILINE)
_LOOPBACK = re.compile(r"//(localhost|127\.|\[::1\])")


def require_root() -> None:
    """Raise LabError for anyone but root."""
    if os.geteuid() != 0:
        raise LabError("the lab needs root, because it makes bridges and systemd hosts: run the same command with sudo")


def require_tools() -> None:
    """Raise LabError naming every missing program's package and the command that installs them."""
    packages = missing_packages(lambda tool: shutil.which(tool, path=command.environment()["PATH"]) is not None)
    if packages:
        raise LabError(
            f"this machine lacks what the lab needs; install it with: apt-get install -y {' '.join(packages)}"
        )


def missing_packages(is_installed: Callable[[str], bool]) -> list[str]:
    """Give the packages to install, sorted; iptables does in place of nft."""
    missing = {tool: package for tool, package in REQUIRED_TOOLS.items() if not is_installed(tool)}
    if "nft" in missing and is_installed("iptables"):
        del missing["nft"]
    return sorted(set(missing.values()))


def devices() -> list[str]:
    """Give the devices that hosts share with the machine."""
    return [path for path in DEVICES if Path(path).exists()]


def observe_nameservers() -> list[str]:
    """Give the nameservers that hosts can reach too: never one on the machine's loopback."""
    for path in _RESOLVERS:
        if Path(path).exists() and (found := nameservers(Path(path).read_text(encoding="utf-8"))):
            return found
    return []


def nameservers(text: str) -> list[str]:
    """Give the IPv4 nameservers of a resolv.conf that are not on a loopback."""
    words = [line.split() for line in text.splitlines()]
    named = [word[1] for word in words if len(word) > 1 and word[0] == "nameserver"]
    return [name for name in named if _is_reachable(name)]


def _is_reachable(name: str) -> bool:
    try:
        return not ipaddress.IPv4Address(name).is_loopback
    except ipaddress.AddressValueError:
        return False


def observe_apt_settings() -> list[str]:
    """Give the machine's apt settings for reaching its mirrors, which hosts on this machine need alike."""
    if shutil.which("apt-config", path=command.environment()["PATH"]) is None:
        return []
    found = [match.group(0) for match in _APT_SETTINGS.finditer(command.run("apt-config", "dump"))]
    return [line for line in found if not _LOOPBACK.search(line)]


def observe_used_networks() -> list[ipaddress.IPv4Network]:
    """Give every IPv4 network that the machine routes or asks names of."""
    words = [line.split() for line in command.run("ip", "-4", "route", "show", "table", "all").splitlines()]
    named = [next((word for word in line if word[0].isdigit()), "") for line in words]
    routes = [name for name in named if name]
    return [ipaddress.IPv4Network(name, strict=False) for name in [*routes, *observe_nameservers()]]
