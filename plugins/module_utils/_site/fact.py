"""The facts of a host that ``host_info`` returns, as a schema: what is not of this shape is not a fact.

A compute host may be anybody's. What it says decides options of its own files and lines in other hosts' known_hosts,
so every text has a strict form, none can hold a placeholder of a secret, and nothing is without an end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core import shape

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY = (
    r"(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) "
    r"[A-Za-z0-9+/]{16,}={0,3}"
)
NAME = shape.matching(r"[A-Za-z0-9._()-]*", 253, "a host name")
INTERFACE = shape.matching(r"[A-Za-z0-9_.:@+#~-]{1,15}", 15, "the name of an interface")
ADDRESS = shape.matching(r"[0-9a-fA-F:.]+(%[A-Za-z0-9_.-]{1,15})?", 64, "an address")
WORD = shape.line(128)
DATABASE = ("absent", "open", "refuses", "silent", "garbled")
MEBIBYTES = shape.integer(0, 1 << 40)
SECONDS = shape.number(-1e11, 1e11)

KNOWN = shape.matching(r"[A-Za-z0-9._:-]{1,255}", 255, "the name of a host")
IDENTITY = shape.matching(r"[A-Za-z0-9-]{1,64}", 64, "an identity")
COUNT = shape.integer(0, 1 << 40)
SERVICE = {"host": KNOWN, "binary": WORD, "id": shape.maybe(IDENTITY)}

REMEMBERED: Mapping[str, shape.Check] = {
    "services": shape.listing(shape.record({**SERVICE, "disabled": shape.flag, "forced_down": shape.flag}), 1 << 16),
    "nodes": shape.listing(shape.record({"host": shape.maybe(KNOWN), "id": IDENTITY}), 1 << 16),
    "instances": shape.table(KNOWN, COUNT, 1 << 16),
    "mapped": shape.listing(shape.record({"host": KNOWN, "name": shape.maybe(WORD), "cell": IDENTITY}), 1 << 16),
    "agents": shape.listing(shape.record({**SERVICE, "enabled": shape.flag}), 1 << 16),
    "providers": shape.listing(shape.record({"name": KNOWN, "id": IDENTITY, "allocations": COUNT}), 1 << 16),
}
"""What the control host's databases remember of the cloud's hosts; people are told commands with these names."""
LISTENER: Mapping[str, shape.Check] = {
    "port": shape.integer(0, 65535),
    "address": ADDRESS,
    "program": shape.maybe(WORD),
    "pid": shape.maybe(shape.integer(1, 1 << 32)),
    "unit": shape.maybe(shape.line(255)),
}
FACTS: Mapping[str, shape.Check] = {
    "hostname": NAME,
    "fqdn": NAME,
    "hostname_resolves": shape.flag,
    "hostname_addresses": shape.listing(ADDRESS, 64),
    "distribution": WORD,
    "release": WORD,
    "codename": WORD,
    "kernel": WORD,
    "machine": WORD,
    "python": WORD,
    "python3_apt": shape.flag,
    "cores": shape.integer(1, 1 << 16),
    "memory_mb": MEBIBYTES,
    "disk_free_mb": shape.table(shape.matching(r"/[A-Za-z0-9/_.-]*", 255, "a path"), MEBIBYTES, 16),
    "root": shape.flag,
    "systemd": shape.flag,
    "container": WORD,
    "cgroup": shape.one_of("v1", "v2"),
    "ssh_host_keys": shape.listing(shape.matching(_KEY, 8192, "a public SSH key"), 16),
    "clock_offset": shape.maybe(SECONDS),
    "time": SECONDS,
    "interfaces": shape.listing(INTERFACE, 4096),
    "addresses": shape.table(INTERFACE, shape.listing(ADDRESS, 1024), 4096),
    "default_interface": shape.maybe(INTERFACE),
    "default_address": shape.maybe(ADDRESS),
    "default_gateway": shape.maybe(ADDRESS),
    "virt_type": shape.one_of("kvm", "qemu"),
    "openvswitch_datapath": shape.one_of("system", "netdev"),
    "installed": shape.listing(shape.matching(r"[a-z0-9][a-z0-9+.-]*", 64, "the name of a package"), 64),
    "apt_lock": shape.maybe(WORD),
    "compute_id": shape.maybe(IDENTITY),
    "deployed_as": shape.maybe(KNOWN),
    "verified": shape.table(KNOWN, IDENTITY, 1 << 16),
    "database": shape.record({"state": shape.one_of(*DATABASE), "said": shape.line(500)}),
    "remembered": shape.maybe(shape.record(REMEMBERED)),
    "ports": shape.listing(shape.record(LISTENER), 4096),
}


def problem(facts: Any) -> str:
    """Return what is wrong with a host's facts, naming them in our words, or nothing."""
    return shape.sentence(shape.wrongs(facts, FACTS))
