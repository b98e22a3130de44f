"""The firewall: which ports of a host's components are reached, and from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Union

from ..option import option


@dataclass(frozen=True)
class PortRule:
    """Who may connect to a port, besides the host itself."""

    port: str = option("The port, or a range such as V(5900-5999).")
    comment: str = option("The component that listens there. Rules are found again by it.", default="site")
    proto: str = option("The protocol.", default="tcp", choices=("tcp", "udp"))
    sources: tuple[str, ...] = option(
        "Addresses and networks from which it is reached, or V(any). An empty list is nobody but the host itself.",
        default=("any",),
    )


@dataclass(frozen=True)
class FirewallOptions:
    """What the firewall is told."""

    rules: tuple[PortRule, ...] = option(
        "The ports that are declared. One that was declared before and is not among them is none of its business any"
        " more."
    )


def parts(wanted: FirewallOptions) -> dict[str, Any]:
    """Return what there is to be of the firewall."""
    return {"name": "firewall", "packages": ["nftables"], "firewall": {"rules": list(map(_rule, wanted.rules))}}


def _rule(one: PortRule) -> dict[str, Any]:
    port: Union[int, str] = int(one.port) if one.port.isdigit() else one.port
    return {"port": port, "proto": one.proto, "sources": list(one.sources), "comment": one.comment}
