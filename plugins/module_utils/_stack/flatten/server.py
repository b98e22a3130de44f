"""From a declared server to the desired one, and to the floating addresses that its interfaces ask for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable

from ..._core.hidden import Hidden
from .. import mark
from ..desired import Wanted
from ..model import ANY_EXTERNAL
from ..view import View
from .thing import want, written_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..model import OnChange, Server

Needs = tuple[tuple[str, str], ...]
USER_DATA = "=user_data"
"""Among the names of hidden metadata, where it is none."""


@lru_cache(maxsize=1024)
def _same_needs(needs: Needs) -> Needs:
    """Return the first needs that were equal to these: most servers of a stack need the same."""
    return needs


def _server_needs(server: Server) -> Needs:
    """Return everything that must be there before the server."""
    needs = [(kind, name) for kind, name in (("flavor", server.flavor), ("image", server.image)) if name]
    needs += [("key", server.key_name)] if server.key_name else []
    needs += [("subnet", port.network) for port in server.networks]
    own = [name for port in server.networks for name in port.security_groups or ()]
    needs += [("security_group", name) for name in dict.fromkeys((*server.security_groups, *own))]
    needs += [("server_group", server.server_group)] if server.server_group else []
    needs += [("volume", name) for name in server.volumes]
    return _same_needs(tuple(needs))


def _port_groups(server: Server) -> dict[str, list[str]]:
    """Return the security groups of each interface by network; nothing where all have the server's."""
    if all(port.security_groups is None for port in server.networks):
        return {}
    own = {port.network: port.security_groups for port in server.networks}
    groups = {name: server.security_groups if groups is None else groups for name, groups in own.items()}
    return {name: sorted(set(groups[name])) for name in own if own[name] is not None or server.security_groups}


def _fixed_ips(server: Server) -> dict[str, list[str]]:
    """Return the declared addresses by network."""
    found: dict[str, list[str]] = {}
    for port in server.networks:
        if port.fixed_ip is not None:
            found.setdefault(port.network, []).append(port.fixed_ip)
    return found


def _server_fields(server: Server) -> dict[str, Any]:
    """Return the comparable fields of a server."""
    named = {"name": server.name, "flavor": server.flavor, "image": server.image, "server_group": server.server_group}
    fields: dict[str, Any] = {name: value for name, value in named.items() if value}
    fields.update(written_fields(server, ("key_name", "zone", "config_drive", "protect")))
    if server.networks or server.origins.has("networks"):
        fields["networks"] = sorted(port.network for port in server.networks)
    own = {"port_groups": _port_groups(server), "fixed_ips": _fixed_ips(server), "hints": dict(server.hints)}
    fields.update({name: value for name, value in own.items() if value})
    if "port_groups" not in fields and (server.security_groups or server.origins.has("security_groups")):
        fields["security_groups"] = sorted(set(server.security_groups))
    if server.user_data is not None:
        fields["user_data"] = server.user_data.sha256
    more = {"metadata": dict(server.metadata), "tags": sorted(server.tags)}
    fields.update({name: value for name, value in more.items() if value})
    return fields


def _said_fields(part: Any) -> dict[str, Any]:
    """Return what somebody said in a small record."""
    return {name: value for name, value in part._asdict().items() if value}


def _hidden_names(server: Server) -> list[str]:
    """Return which of a server's metadata is hidden, and ``=user_data`` where that is."""
    names = [name for name, value in server.metadata if isinstance(value, Hidden)]
    return names + [USER_DATA] * bool(server.user_data and server.user_data.hidden)


CREATE: Mapping[str, Callable[[Server], Any]] = {
    "networks": lambda server: [port._asdict() for port in server.networks],
    "user_data": lambda server: server.user_data.text if server.user_data else None,
    "hidden": _hidden_names,
    "host": lambda server: server.host,
    "server_group": lambda server: server.server_group,
    "hints": lambda server: dict(server.hints),
    "security_groups": lambda server: sorted(set(server.security_groups)),
    "volumes": lambda server: list(server.volumes),
    "group": lambda server: server.group,
    "rolling": lambda server: {"max_unavailable": server.rolling.max_unavailable, "pause": server.rolling.pause},
    "health": lambda server: _said_fields(server.health) if server.health else {},
}
"""What it takes to make a server besides its fields."""


@lru_cache(maxsize=64)
def _policy_of(on_change: OnChange) -> dict[str, str]:
    """Return what to do about a change, by field: one value for all servers that say the same."""
    return {**on_change._asdict(), "key_name": on_change.key, "fixed_ips": on_change.fixed_ip}


def from_server(stack: str, server: Server) -> list[Wanted]:
    """One server, and a floating address for each port that asks for one."""
    made = want(
        stack,
        "server",
        server,
        fields=_server_fields(server),
        create=View(server, CREATE),
        needs=_server_needs(server),
        policy=_policy_of(server.on_change),
        state=server.state,
        protect=server.protect,
        hold=server.hold,
        adopt=_said_fields(server.adopt) if server.adopt else {},
    )
    return [made] + ([] if server.state == "absent" else _addresses(stack, server, made))


def _addresses(stack: str, server: Server, made: Wanted) -> list[Wanted]:
    """Return the floating addresses of one server; a server has one per port at most."""
    found = []
    for port in server.networks:
        if port.floating is None:
            continue
        key = f"{server.key}:{port.network}"
        needs = (("server", server.key),) + ((("network", port.floating),) if port.floating != ANY_EXTERNAL else ())
        fields = {"server": server.key, "network": port.network}
        fields.update({"external": port.floating} if port.floating != ANY_EXTERNAL else {})
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
