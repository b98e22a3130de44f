"""The journal of a lab: everything that `up` is going to make is written here before the first thing is made.

All names on the machine (bridges, rules, control groups, interfaces) follow from it, so that `down` needs nothing else,
wherever `up` was cut short.
"""

from __future__ import annotations

import dataclasses
import hashlib
import ipaddress
import json
import os
from typing import TYPE_CHECKING, Any

from novaform.lab import LabError, subnet, topology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_VERSION = 1
_TAG_LENGTH = 11  # an interface name has 15 characters: "nf-", the tag, "x"


@dataclasses.dataclass(frozen=True)
class LabRecord:
    """One lab as it was decided; `layers` are the snapshots below each host's writable layer, newest first."""

    name: str
    tag: str
    topology: topology.Topology
    network: str
    provider: str
    firewall: str
    snapshots: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    layers: list[str] = dataclasses.field(default_factory=list)
    saving: str | None = None
    restoring: str | None = None

    @property
    def bridge(self) -> str:
        """Give the bridge between the hosts and the machine."""
        return f"nf-{self.tag}"

    @property
    def provider_bridge(self) -> str:
        """Give the bridge of the network that floating addresses live on."""
        return f"nf-{self.tag}x"

    @property
    def table(self) -> str:
        """Give the name of the nftables table, and the comment on iptables rules."""
        return table_name(self.tag)

    @property
    def subnet(self) -> ipaddress.IPv4Network:
        """Give the hosts' network."""
        return ipaddress.IPv4Network(self.network)

    @property
    def provider_subnet(self) -> ipaddress.IPv4Network:
        """Give the floating addresses' network."""
        return ipaddress.IPv4Network(self.provider)

    def address(self, host: str) -> str:
        """Give a host's address."""
        return subnet.host_address(self.subnet, list(self.topology.hosts).index(host))

    def outside_address(self, host: str) -> str:
        """Give a host's address on the second link, once Open vSwitch has that in its bridge br-ex."""
        return subnet.host_address(self.provider_subnet, list(self.topology.hosts).index(host))

    @property
    def has_tunnels(self) -> bool:
        """Say whether guests of one host talk to guests of another."""
        return len(self.topology.hosts) > 1

    def group(self, host: str) -> str:
        """Give a host's control group."""
        return f"{group_name(self.tag)}/{host}"

    def interface(self, host: str, which: str) -> str:
        """Give the machine's end of a host's link; `which` is `h` (host0) or `x` (ext0)."""
        return f"nf{hashlib.sha256(f'{self.tag}/{host}'.encode()).hexdigest()[:8]}{which}"

    def hardware_address(self, what: str) -> str:
        """Give the lasting hardware address of a bridge or link: neighbours remember one for half a minute."""
        digest = hashlib.sha256(f"{self.tag}/{what}".encode()).digest()
        return ":".join(f"{byte:02x}" for byte in (0x02, *digest[:5]))


def group_name(tag: str) -> str:
    """Give the control group of a whole lab."""
    return f"novaform-{tag}"


def table_name(tag: str) -> str:
    """Give the nftables table of a lab."""
    return f"novaform_{tag.replace('-', '_')}"


def choose_tag(name: str, is_used: Callable[[str], bool]) -> str:
    """Choose what the lab's things are called on the machine: its name when it is short and free."""
    digests = (hashlib.sha256(f"{name}{number}".encode()).hexdigest() for number in range(100))
    candidates = [name] if len(name) <= _TAG_LENGTH else []
    for tag in [*candidates, *(f"{name[:5].rstrip('-')}-{digest[:5]}" for digest in digests)]:
        if not is_used(tag):
            return tag
    raise LabError(f"no free bridge name for lab {name}: remove labs that nobody needs")


def used_networks(records: Iterable[LabRecord]) -> list[ipaddress.IPv4Network]:
    """Give the networks that other labs were promised, whether their bridges are up or not."""
    return [network for record in records for network in (record.subnet, record.provider_subnet)]


def _to_text(record: LabRecord) -> str:
    """Write a record as JSON."""
    return json.dumps({"version": _VERSION, **dataclasses.asdict(record)}, indent=1)


def from_text(text: str, where: str) -> LabRecord:
    """Read what to_text wrote; raises LabError naming `where` when it is anything else."""
    try:
        content: dict[str, Any] = json.loads(text)
        if content.pop("version") != _VERSION:
            raise KeyError("version")  # noqa: TRY301 - answered just below
        plan = content.pop("topology")
        hosts = {host: tuple(groups) for host, groups in plan.pop("hosts").items()}
        return LabRecord(topology=topology.Topology(hosts=hosts, **plan), **content)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LabError(
            f"{where} is not a lab's journal of this version; look at it, and remove the lab's things by hand"
        ) from None


def load(path: Path) -> LabRecord | None:
    """Read a lab's journal; None when nothing was decided yet."""
    try:
        return from_text(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        return None


def store(path: Path, record: LabRecord) -> None:
    """Write a lab's journal so that a crash leaves the old one or the new one, whole."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(_to_text(record))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
