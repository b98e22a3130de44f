"""Security groups of single interfaces. Nova gives a new server's interfaces all the same; Neutron changes each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...context import Context

REGROUP = "regroup"
"""What belongs to a creation: giving each interface its own groups."""


def regroup(context: Context, server: str, fields: Mapping[str, Any]) -> None:
    """Put all ports of a server into the groups that its fields declare, if they do."""
    if fields.get("security_groups"):
        set_groups(context, server, fields["security_groups"])
    if fields.get("port_groups"):
        set_port_groups(context, server, fields["port_groups"])


def set_groups(context: Context, server: str, names: Iterable[str]) -> None:
    """Put those ports of a server that are not into these security groups, and no others."""
    groups = sorted(context.id_of("security_group", name) for name in names)
    for port in context.ports(server):
        if sorted(port["security_groups"]) != groups:
            context.session.send("network", "PUT", f"/ports/{port['id']}", {"port": {"security_groups": groups}})


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
