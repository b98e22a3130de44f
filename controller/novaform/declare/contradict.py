"""What two declared values cannot both be: said with both places before half of a stack is made.

Each rule is Nova's, Neutron's or Cinder's own, and is about declared things only: of what must be in the cloud nothing
is known here.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from novaform import core
from novaform.declare import pool

if TYPE_CHECKING:
    from collections.abc import Iterator

model = core.model
METADATA = 120
"""Nova takes 128; the others are for our own marks."""


class Said(NamedTuple):
    """A sentence, and the place that it is about."""

    at: core.model.Origin
    text: str


def contradictions(declaration: core.model.Declaration) -> Iterator[Said]:
    """Yield every contradiction of a declaration, each once, however many servers are alike."""
    told: set[Said] = set()
    for said in (*_of_networks(declaration), *_of_volumes(declaration), *_of_servers(declaration)):
        if said not in told:
            told.add(said)
            yield said


def _of_networks(declaration: core.model.Declaration) -> Iterator[Said]:
    """Yield what is wrong between networks, their routers and their addresses."""
    routers = {one.name: one for one in declaration.routers}
    by_router: dict[str, list[core.model.Network]] = {}
    for network in declaration.networks:
        yield from (Said(*one) for one in pool.wrong(network))
        if network.router:
            by_router.setdefault(network.router, []).append(network)
    networks = {one.name: one for one in declaration.networks}
    for router in declaration.routers:
        outer = networks.get(router.external or "")
        if outer is not None and not outer.external:
            text = f"network '{outer.name}' ({outer.origins.of()}) is not external: say external: true there"
            yield Said(router.origins.of("external"), text)
    for name, members in by_router.items():
        outer = networks.get((routers[name].external or "") if name in routers else "")
        yield from _overlapping([*members, *([outer] if outer is not None and outer not in members else [])], name)
    yield from _crowded_pools(declaration)


def _overlapping(networks: list[core.model.Network], router: str) -> Iterator[Said]:
    """Yield networks of one router that have addresses in common."""
    ranges = [(ipaddress.ip_network(one.cidr), one) for one in networks]
    last: dict[int, tuple[int, core.model.Network]] = {}
    for cidr, network in sorted(ranges, key=lambda pair: (pair[0].version, int(pair[0].network_address))):
        end, other = last.get(cidr.version, (-1, network))
        if int(cidr.network_address) <= end:
            text = f"{cidr} overlaps with {other.cidr} of network '{other.name}' ({other.origins.of('cidr')})"
            yield Said(network.origins.of("cidr"), f"{text}, which is on router '{router}', too")
        if int(cidr.broadcast_address) > end:
            last[cidr.version] = (int(cidr.broadcast_address), network)


def _crowded_pools(declaration: core.model.Declaration) -> Iterator[Said]:
    """Yield networks whose pool has fewer addresses than there are interfaces without one of their own."""
    ports = (port for server in declaration.servers if server.state != "absent" for port in server.networks)
    wanted = Counter(port.network for port in ports if port.fixed_ip is None)
    for network in declaration.networks:
        room = pool.size(network)
        if wanted[network.name] > room:
            text = f"network '{network.name}' has {room} addresses to hand out, for {wanted[network.name]} interfaces"
            yield Said(network.origins.of("pool" if network.pool else "cidr"), text)


def _of_volumes(declaration: core.model.Declaration) -> Iterator[Said]:
    """Yield volumes that are too small for their image."""
    images = {one.name: one for one in declaration.images}
    for volume in declaration.volumes:
        image = images.get(volume.image or "")
        if image is not None and image.min_disk_gb > volume.size_gb:
            needs = f"image '{image.name}' needs {image.min_disk_gb}GiB ({image.origins.of('min_disk')})"
            yield Said(volume.origins.of("size"), f"{volume.size_gb}GiB is too small: {needs}")


class Things(NamedTuple):
    """What servers name, by name."""

    flavors: dict[str, core.model.Flavor]
    images: dict[str, core.model.Image]
    networks: dict[str, core.model.Network]
    routers: dict[str, core.model.Router]


def _of_servers(declaration: core.model.Declaration) -> Iterator[Said]:
    """Yield what is wrong between servers and the things that they name; of alike servers the first tells."""
    things = Things(
        {one.name: one for one in declaration.flavors},
        {one.name: one for one in declaration.images},
        {one.name: one for one in declaration.networks},
        {one.name: one for one in declaration.routers},
    )
    yield from _adopted_twice(declaration)
    group = None
    for server in declaration.servers:
        if server.group == group or server.state == "absent":
            continue
        group = server.group
        yield from _sizes(server, things)
        yield from _alone(server)
        for port in server.networks:
            if port.network in things.networks:
                yield from _of_port(server, port, things)


def _adopted_twice(declaration: core.model.Declaration) -> Iterator[Said]:
    """Yield instances that are to take over the same server."""
    first: dict[core.model.Adopt, core.model.Server] = {}
    for server in declaration.servers:
        if server.adopt is not None and first.setdefault(server.adopt, server) is not server:
            text = f"the instance at {first[server.adopt].origins.of()} adopts this server already"
            yield Said(server.origins.of("adopt"), text)


def _sizes(server: core.model.Server, things: Things) -> Iterator[Said]:
    """Yield what the image needs and the flavor does not have. A flavor without a disk takes the image's size."""
    flavor, image = things.flavors.get(server.flavor), things.images.get(server.image)
    if flavor is None or image is None:
        return
    needs = (("ram", "MiB", flavor.ram_mb, image.min_ram_mb), ("disk", "GiB", flavor.disk_gb, image.min_disk_gb))
    for field, unit, has, least in needs:
        if has < least and (has or field == "ram"):
            needed = f"image '{image.name}' needs {least}{unit} ({image.origins.of(f'min_{field}')})"
            yield Said(flavor.origins.of(field), f"{has}{unit} is too small: {needed}, and an instance has both")


def _alone(server: core.model.Server) -> Iterator[Said]:
    """Yield what is wrong within one server."""
    if len(server.metadata) > METADATA:
        text = (
            f"with that of the defaults this makes {len(server.metadata)} metadata, and at most {METADATA} are possible"
        )
        yield Said(server.origins.of("metadata"), text)
    if len(set(server.volumes)) < len(server.volumes):
        yield Said(server.origins.of("volumes"), "a volume is given twice")
    if server.host and server.number and server.origins.has("spread"):
        text = f"spread wants other hosts, and all are to be on {server.host} ({server.origins.of('host')})"
        yield Said(server.origins.of("spread"), text)


def _of_port(server: core.model.Server, port: core.model.Port, things: Things) -> Iterator[Said]:
    """Yield what an interface asks of its network that this does not have."""
    network = things.networks[port.network]
    at = server.origins.of("networks")
    groups = port.security_groups or server.security_groups
    if groups and not network.port_security:
        where = at if port.security_groups else server.origins.of("security_groups")
        off = f"network '{network.name}' has port_security: false ({network.origins.of('port_security')})"
        yield Said(where, f"security groups hold nothing there: {off}")
    if port.fixed_ip is not None:
        said = pool.unfit(port.fixed_ip, network)
        if said:
            yield Said(at, f"fixed_ip {port.fixed_ip} is {said}")
    if port.floating is not None:
        where = server.origins.of("floating_ip") if server.origins.has("floating_ip") else at
        yield from (Said(where, text) for text in _unreachable(port, network, things))


def _unreachable(port: core.model.Port, network: core.model.Network, things: Things) -> Iterator[str]:
    """Yield why no floating address can lead to an interface."""
    outer = things.networks.get(port.floating or "")
    if outer is not None and not outer.external:
        yield f"network '{outer.name}' ({outer.origins.of()}) is not external: no floating address comes from it"
    if network.router is None:
        yield f"no floating address leads to network '{network.name}' ({network.origins.of()}): it has no router"
        return
    router = things.routers.get(network.router)
    if router is not None and router.external is None:
        yield (
            f"no floating address leads to network '{network.name}': its router '{router.name}' "
            f"({router.origins.of()}) has no external network"
        )
    elif (
        router is not None
        and outer is not None
        and router.external in things.networks
        and outer.name != router.external
    ):
        yield (
            f"no address of network '{outer.name}' leads to network '{network.name}': its router '{router.name}' is on "
            f"'{router.external}' ({router.origins.of('external')})"
        )
