"""Security groups of single interfaces. Nova gives a new server's interfaces all the same; Neutron changes each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .context import Context

REGROUP = "regroup"
"""What belongs to a creation: giving each interface its own groups."""


def set_port_groups(context: Context, server: str, wanted: Mapping[str, Sequence[str]]) -> None:
    """Put each port of a server into the groups of its network, and into no others."""
    groups = {
        context.id_of("network", network): [context.id_of("security_group", name) for name in names]
        for network, names in wanted.items()
    }
    for port in context.ports(server):
        should = groups.get(port["network_id"])
        if should is not None and sorted(port["security_groups"]) != sorted(should):
            context.session.send("network", "PUT", f"/ports/{port['id']}", {"port": {"security_groups": should}})
