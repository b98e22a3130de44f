"""What preflight and the blueprint must know of a host, from /proc and /sys in a few milliseconds.

Ansible's own ``setup`` takes seconds and does not say who holds a port, whether KVM really works, or whether the
kernel can switch packets for Open vSwitch. Nothing here changes the host or holds a secret.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import json
import os
import platform
import socket
import time
from typing import Any

from .. import membership
from . import command, listener

KVM_GET_API_VERSION = 0xAE00
KVM_API_VERSION = 12
MEBIBYTE = 1024 * 1024
OURS = (
    "glance-api",
    "keystone",
    "libvirt-daemon-system",
    "mariadb-server",
    "neutron-common",
    "nova-common",
    "openvswitch-switch",
    "placement-api",
    "rabbitmq-server",
)


def observe(controller_time: float | None = None) -> dict[str, Any]:
    """Return the facts that ``host_info`` documents. Times are in seconds since 1970."""
    now = time.time()
    network = _observe_network()
    return {
        **_observe_system(),
        **network,
        **_observe_names([address for each in network["addresses"].values() for address in each]),
        "virt_type": _observe_virt_type(),
        "openvswitch_datapath": _observe_datapath(),
        "ports": listener.observe(),
        "installed": [name for name in OURS if _is_installed(name)],
        "apt_lock": _observe_apt_lock(),
        **membership.observe(),
        "ssh_host_keys": _observe_ssh_keys(),
        "time": now,
        "clock_offset": None if controller_time is None else round(now - controller_time, 3),
    }


def _observe_system() -> dict[str, Any]:
    """Return release, kernel, sizes, and what runs the host's services."""
    release = platform.freedesktop_os_release() if hasattr(platform, "freedesktop_os_release") else {}
    return {
        "distribution": release.get("ID", "unknown"),
        "release": release.get("VERSION_ID", ""),
        "codename": release.get("VERSION_CODENAME", ""),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": int(_field("/proc/meminfo", "MemTotal").split()[0]) // 1024,
        "disk_free_mb": {path: _free(path) for path in ("/", "/var")},
        "root": os.geteuid() == 0,
        "systemd": os.path.isdir("/run/systemd/system"),
        "container": _output_of("systemd-detect-virt", "--container").strip(),
        "cgroup": "v2" if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else "v1",
        "python3_apt": os.path.isdir("/usr/lib/python3/dist-packages/apt"),
    }


def _observe_network() -> dict[str, Any]:
    """Return interfaces, their addresses, and which of them leads out."""
    links = json.loads(_output_of("ip", "-json", "address", "show") or "[]")
    routes = json.loads(_output_of("ip", "-json", "route", "show", "default") or "[]")
    addresses = {
        link["ifname"]: [one["local"] for one in link.get("addr_info", []) if "local" in one] for link in links if link
    }
    default: dict[str, Any] = min(routes, key=lambda route: int(route.get("metric", 0)), default={})
    interface = default.get("dev")
    return {
        "interfaces": sorted(addresses),
        "addresses": addresses,
        "default_interface": interface,
        "default_address": default.get("prefsrc") or next(iter(addresses.get(interface, [])), None),
        "default_gateway": default.get("gateway"),
    }


def _observe_names(addresses: list[str]) -> dict[str, Any]:
    """Return the host's name and whether that name leads to the host itself. Waits two seconds at most."""
    name = socket.gethostname()
    answer = _output_of("getent", "ahostsv4", name, within=2)
    found = sorted({line.split()[0] for line in answer.splitlines() if line.strip()})
    official = [words[2] for words in (line.split() for line in answer.splitlines()) if len(words) > 2]
    own = [address for address in found if address in addresses or address.startswith("127.")]
    return {
        "hostname": name,
        "fqdn": official[0] if official else name,
        "hostname_addresses": found,
        "hostname_resolves": bool(own),
    }


def _observe_virt_type() -> str:
    """Return ``kvm`` or ``qemu``.

    A /dev/kvm that opens proves nothing: software implementations without vmx or svm create a machine and then let
    an ordinary guest hang for ever.
    """
    flags = _field("/proc/cpuinfo", "flags").split()
    if not {"vmx", "svm"} & set(flags):
        return "qemu"
    try:
        descriptor = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return "qemu"
    try:
        return "kvm" if fcntl.ioctl(descriptor, KVM_GET_API_VERSION) == KVM_API_VERSION else "qemu"
    except OSError:
        return "qemu"
    finally:
        os.close(descriptor)


def _observe_datapath() -> str:
    """Return ``system`` when the kernel can switch for Open vSwitch, ``netdev`` when user space must."""
    if os.path.isdir("/sys/module/openvswitch"):
        return "system"
    modules = f"/lib/modules/{platform.release()}"
    for index in ("modules.builtin", "modules.dep"):
        if any("/openvswitch.ko" in line.split(":")[0] for line in _text(f"{modules}/{index}").splitlines()):
            return "system"
    return "netdev"


def _observe_ssh_keys() -> list[str]:
    """Return the host's public SSH keys as ``type key``, so that others can know it before they first meet it."""
    lines = [_text(path).split() for path in sorted(glob.glob("/etc/ssh/ssh_host_*_key.pub"))]
    return [" ".join(words[:2]) for words in lines if len(words) > 1]


def _observe_apt_lock() -> str | None:
    """Return the name of the program that holds dpkg's lock, or None when it is free."""
    try:
        inode = str(os.stat("/var/lib/dpkg/lock-frontend").st_ino)
    except OSError:
        return None
    locks = [line.split() for line in _text("/proc/locks").splitlines() if "->" not in line]
    holders = [words[4] for words in locks if words[5].endswith(":" + inode)]
    if not holders:
        return None
    return _text(f"/proc/{holders[0]}/comm").strip() or f"process {holders[0]}"


def _is_installed(package: str) -> bool:
    return any(os.path.exists(f"/var/lib/dpkg/info/{package}{kind}.md5sums") for kind in ("", ":amd64", ":arm64"))


def _free(path: str) -> int:
    state = os.statvfs(path)
    return state.f_bavail * state.f_frsize // MEBIBYTE


def _field(path: str, name: str) -> str:
    """Return the value of the first ``name : value`` line of a /proc file, or "0" when there is none."""
    for line in _text(path).splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "0"


def _text(path: str) -> str:
    """Return a file's text, empty when there is no such file or it went away meanwhile."""
    with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as source:
        return source.read()
    return ""


def _output_of(*argv: str, within: float = 10) -> str:
    """Return what a program printed, empty when it failed, is missing or did not answer: then the fact is not known."""
    answer = command.run(argv, timeout=within)
    return answer.out if answer and not answer.status else ""
