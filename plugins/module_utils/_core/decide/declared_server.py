"""From a declared server to the desired one, and to the floating addresses that its interfaces ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import mark
from ..desired import Wanted
from .want import want, written

if TYPE_CHECKING:
    from ..model import Server


def server_needs(server: Server) -> tuple[tuple[str, str], ...]:
    """Return everything that must be there before the server."""
    needs = [(kind, name) for kind, name in (("flavor", server.flavor), ("image", server.image)) if name]
    needs += [("key", server.key_name)] if server.key_name else []
    needs += [("subnet", port.network) for port in server.networks]
    own = [name for port in server.networks for name in port.security_groups or ()]
    needs += [("security_group", name) for name in dict.fromkeys((*server.security_groups, *own))]
    needs += [("server_group", server.server_group)] if server.server_group else []
    needs += [("volume", name) for name in server.volumes]
    return tuple(needs)


def port_groups(server: Server) -> dict[str, list[str]]:
    """Return the security groups of each interface by network; nothing where all have the server's."""
    if all(port.security_groups is None for port in server.networks):
        return {}
    own = {port.network: port.security_groups for port in server.networks}
    groups = {name: server.security_groups if groups is None else groups for name, groups in own.items()}
    return {name: sorted(set(groups[name])) for name in own if own[name] is not None or server.security_groups}


def server_fields(server: Server) -> dict[str, Any]:
    """Return the comparable fields of a server."""
    named = {"name": server.name, "flavor": server.flavor, "image": server.image}
    fields: dict[str, Any] = {name: value for name, value in named.items() if value}
    fields.update(written(server, ("key_name", "zone", "config_drive", "protect")))
    if server.networks or server.origins.has("networks"):
        fields["networks"] = sorted({port.network for port in server.networks})
    fields.update({name: value for name, value in (("port_groups", port_groups(server)),) if value})
    if "port_groups" not in fields and (server.security_groups or server.origins.has("security_groups")):
        fields["security_groups"] = sorted(set(server.security_groups))
    if server.user_data is not None:
        fields["user_data"] = server.user_data.sha256
    more = {"metadata": dict(server.metadata), "tags": sorted(server.tags)}
    fields.update({name: value for name, value in more.items() if value})
    return fields


def adopted(server: Server) -> dict[str, str]:
    """Return which existing server this is; nothing for one that we make."""
    return {name: value for name, value in server.adopt._asdict().items() if value} if server.adopt else {}


def from_server(stack: str, server: Server) -> list[Wanted]:
    """One server, and a floating address for each port that asks for one."""
    create = {
        "networks": [port._asdict() for port in server.networks],
        "user_data": server.user_data.text if server.user_data else None,
        "host": server.host,
        "server_group": server.server_group,
        "hints": dict(server.hints),
        "security_groups": sorted(set(server.security_groups)),
        "volumes": list(server.volumes),
        "group": server.group,
        "rolling": {"max_unavailable": server.rolling.max_unavailable, "pause": server.rolling.pause},
        "health": {name: value for name, value in server.health._asdict().items() if value} if server.health else {},
    }
    made = want(
        stack,
        "server",
        server,
        fields=server_fields(server),
        create=create,
        needs=server_needs(server),
        policy={**server.on_change._asdict(), "key_name": server.on_change.key},
        state=server.state,
        protect=server.protect,
        hold=server.hold,
        adopt=adopted(server),
    )
    return [made] + ([] if server.state == "absent" else addresses(stack, server, made))


def addresses(stack: str, server: Server, made: Wanted) -> list[Wanted]:
    """Return the floating addresses of one server; a server has one per port at most."""
    found = []
    for port in server.networks:
        if port.floating is None:
            continue
        key = f"{server.key}:{port.network}"
        needs = (("server", server.key),) + ((("network", port.floating),) if port.floating != "*" else ())
        fields = {"server": server.key, "network": port.network}
        create = {"external": port.floating}
        found.append(
            Wanted(
                "floating_ip",
                key,
                key,
                mark.uid_of(stack, "floating_ip", key),
                fields=fields,
                create=create,
                origin={"": made.at("floating_ip")},
                needs=needs,
            )
        )
    return found
