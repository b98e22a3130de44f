"""Names that lead from one declared thing to another: which are declared, which must be in the cloud, which clash."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.declare import build, instances
from novaform.declare.form import problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from novaform.declare.form.field import Reading
    from novaform.declare.section import Sections

model = core.model


class Resolver:
    """Follows names. What is not declared and may be in the cloud becomes a ``DeclaredExternal``; else a problem."""

    def __init__(self, sections: Sections, context: Reading) -> None:
        self.named, self.context = sections.named, context
        self.external: dict[tuple[str, str], core.model.DeclaredExternal] = {}
        self.addresses: dict[tuple[str, str], core.model.Origin] = {}

    def refer(self, kind: str, name: str | None, origins: core.model.Origins, field: str) -> None:
        """Note the use of a name; ``zone`` and ``volume_type`` are never declared."""
        declared: Iterable[str] = self.named.get(f"{kind}s", ())
        if not name or name in declared or (kind, name) in self.external:
            return
        near = self.context.problems.closest(name, declared)
        self.external[kind, name] = model.DeclaredExternal(kind, name, origins.of(field), near)

    def need(self, section: str, name: str, origins: core.model.Origins, field: str) -> bool:
        """Tell whether a name is declared, after adding a problem where it is not."""
        if name in self.named[section]:
            return True
        hint = self.context.problems.did_you_mean(name, self.named[section])
        said = f"{problem.quote(name)} is not declared in '{section}'{hint}"
        self.context.problems.add_at(origins.of(field), said)
        return False

    def follow_servers(self, servers: Iterable[core.model.Server]) -> None:
        """Follow the names that servers use; copies of one instance use the same."""
        last = None
        for server in servers:
            if server.group != last:
                last = server.group
                self.follow(server)

    def follow(self, server: core.model.Server) -> None:
        """Follow the names of one instance's first server."""
        origins = server.origins
        self.refer("image", server.image, origins, "image")
        self.refer("flavor", server.flavor, origins, "flavor")
        self.refer("key", server.key_name, origins, "key")
        self.refer("zone", server.zone, origins, "zone")
        for group in server.security_groups:
            self.refer("security_group", group, origins, "security_groups")
        for port in server.networks:
            self.follow_port(port, server)
        said = _ambiguity_of(server.networks)
        if said:
            self.context.problems.add_at(origins.of("networks"), said)
        if server.server_group and not (server.server_group == server.group and origins.has("spread")):
            self.refer("server_group", server.server_group, origins, "server_group")

    def follow_port(self, port: core.model.Port, server: core.model.Server) -> None:
        """Follow one interface's network, and look whether its fixed address is its own."""
        self.refer("network", port.network, server.origins, "networks")
        for group in port.security_groups or ():
            self.refer("security_group", group, server.origins, "networks")
        if port.floating and port.floating != model.ANY_EXTERNAL:
            field = "floating_ip" if server.origins.has("floating_ip") else "networks"
            self.refer("network", port.floating, server.origins, field)
        if port.fixed_ip is None:
            return
        said = self.judge_address(port, server)
        if said:
            self.context.problems.add_at(server.origins.of("networks"), said)

    def judge_address(self, port: core.model.Port, server: core.model.Server) -> str | None:
        """Return what is wrong with a fixed address, or None."""
        if server.number:
            return f"fixed_ip {port.fixed_ip} cannot be every server's of an instance with count"
        named = self.named["networks"].get(port.network)
        cidr = named.value.get("cidr") if named else None
        if cidr and ipaddress.ip_address(str(port.fixed_ip)) not in ipaddress.ip_network(cidr):
            return f"fixed_ip {port.fixed_ip} is not in {port.network}'s {cidr}"
        key = (port.network, str(port.fixed_ip))
        first = self.addresses.setdefault(key, server.origins.of("networks"))
        if first != server.origins.of("networks"):
            return f"fixed_ip {port.fixed_ip} is given at {first} already"
        return None

    def follow_networks(self, declaration: core.model.Declaration) -> None:
        """Follow the names in networks, routers, security groups."""
        for network in declaration.networks:
            self.refer("router", network.router, network.origins, "router")
        for router in declaration.routers:
            self.refer("network", router.external, router.origins, "external")
        for group in declaration.security_groups:
            for rule in group.rules:
                self.refer("security_group", rule.group, rule.origins, "from_group")

    def hand_out(
        self, volumes: dict[str, core.model.Volume], servers: Iterable[core.model.Server]
    ) -> tuple[core.model.Volume, ...]:
        """Return the volumes, each with its server: with ``count`` every server has its own copy."""
        owners: dict[str, str] = {}
        made: dict[str, core.model.Volume] = {}
        for server in servers:
            for key in server.volumes:
                name = key.removesuffix(f"-{server.number}") if server.number else key
                if self.need("volumes", name, server.origins, "volumes") and name in volumes:
                    self.own(owners, name, server)
                    made[key] = volumes[name]._replace(key=key, server=server.key)
        spare = {name: volume for name, volume in volumes.items() if name not in owners}
        for name in spare.keys() & made.keys():
            said = f"volume '{name}' is also the name of a server's own copy; choose another"
            self.context.problems.add_at(spare[name].origins.of(), said)
        for volume in volumes.values():
            self.refer("image", volume.image, volume.origins, "image")
            self.refer("zone", volume.zone, volume.origins, "zone")
            self.refer("volume_type", volume.type, volume.origins, "type")
        return (*made.values(), *spare.values())

    def own(self, owners: dict[str, str], name: str, server: core.model.Server) -> None:
        """Note which instance a volume is for; a second one is a problem."""
        owner = owners.setdefault(name, server.group)
        if owner != server.group:
            said = f"volume '{name}' is for instance '{owner}' already; a volume has one instance"
            self.context.problems.add_at(server.origins.of("volumes"), said)

    def server_groups(self, declared: tuple[core.model.ServerGroup, ...]) -> tuple[core.model.ServerGroup, ...]:
        """Return the declared groups and those that ``spread`` asks for, which bear their instance's name."""
        groups: list[Any] = list(declared)
        for name, named in self.named["instances"].items():
            spread = named.value.get("spread")
            if spread is None:
                continue
            origins = build.to_origins(named)
            if name in self.named["server_groups"]:
                said = f"spread makes a server group '{name}', which 'server_groups' declares too"
                self.context.problems.add_at(origins.of("spread"), said)
            groups.append(model.ServerGroup(name, instances.SPREADS[spread], implied=True, origins=origins))
        return tuple(groups)


def _ambiguity_of(ports: Iterable[core.model.Port]) -> str | None:
    """Return what two interfaces on one network cannot have, because nothing but an address tells them apart."""
    by_network: dict[str, list[core.model.Port]] = {}
    for port in ports:
        by_network.setdefault(port.network, []).append(port)
    for network, found in by_network.items():
        fixed = [port.fixed_ip for port in found if port.fixed_ip]
        if len(fixed) != len(set(fixed)):
            return f"fixed_ip {fixed[0]} is given twice"
        if len({port.security_groups for port in found}) > 1:
            return f"interfaces on one network ({network}) have the same security_groups"
        if sum(port.floating is not None for port in found) > 1:
            return f"of the interfaces on one network ({network}) one can have a floating address"
    return None
