"""From a declaration, in a person's words, to flat desired things, in the cloud's and in the order of dependence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import mark, rule_text
from ..desired import Desired, External, Wanted
from ..model.thing import FLAVOR_SIZES
from .server import from_server
from .thing import want, written_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..model import Declaration, Flavor, Image, Key, Network, Router, SecurityGroup, ServerGroup, Volume


def _from_flavor(stack: str, flavor: Flavor) -> list[Wanted]:
    """One flavor. Its extra specs are compared key by key."""
    fields = written_fields(flavor, (*FLAVOR_SIZES, "public"))
    if flavor.extra_specs:
        fields["extra_specs"] = dict(flavor.extra_specs)
    return [want(stack, "flavor", flavor, fields=fields)]


def _from_key(stack: str, key: Key) -> list[Wanted]:
    """One key pair; the comment at the end of its line is not a part of it."""
    return [want(stack, "key", key, key=key.name, fields={"public_key": " ".join(key.public_key.split()[:2])})]


def _from_image(stack: str, image: Image) -> list[Wanted]:
    """One image. ``content`` identifies what is in it; ``create.file`` is where the controller finds it."""
    fields = written_fields(image, ("min_disk_gb", "min_ram_mb", "public"))
    if image.properties:
        fields["properties"] = dict(image.properties)
    fields["content"] = f"builtin:{image.builtin}" if image.builtin else f"sha256:{image.sha256 or ''}"
    create = {"file": image.file, "format": image.format, "builtin": image.builtin}
    return [want(stack, "image", image, fields=fields, create=create)]


def _from_network(stack: str, network: Network) -> list[Wanted]:
    """One network makes three things: itself, its subnet, and its leg on a router."""
    provider = {name: getattr(network, name) for name in ("provider_type", "provider_physical", "provider_segment")}
    fields = written_fields(network, ("external", "shared", "mtu", "port_security"))
    subnet = written_fields(network, ("cidr", "gateway", "dns", "dhcp", "pool"))
    subnet = {name: list(value) if isinstance(value, tuple) else value for name, value in subnet.items()}
    needs = (("network", network.name),)
    made = [
        want(stack, "network", network, fields=fields, create={k: v for k, v in provider.items() if v is not None}),
        want(stack, "subnet", network, fields=subnet, create={"network": network.name}, needs=needs),
    ]
    if network.router:
        ends = (("subnet", network.name), ("router", network.router))
        made.append(want(stack, "interface", network, fields={"router": network.router}, needs=ends))
    return made


def _from_router(stack: str, router: Router) -> list[Wanted]:
    """One router and its gateway."""
    needs = (("network", router.external),) if router.external else ()
    return [want(stack, "router", router, fields=written_fields(router, ("external",)), needs=needs)]


def _from_security_group(stack: str, group: SecurityGroup) -> list[Wanted]:
    """One security group with all its rules; two ways of writing one rule are one rule.

    Its name in the cloud begins with the stack's: Nova (2025.1) refuses every server that asks for groups, even by id,
    in a project that has two groups of one name.
    """
    rules = sorted({rule_text.to_text(rule) for rule in group.rules} - rule_text.GIVEN)
    others = {rule.group for rule in group.rules if rule.group and rule.group != group.name}
    needs = tuple(("security_group", name) for name in sorted(others))
    fields = {"rules": rules}
    name = f"{stack}-{group.name}"
    return [want(stack, "security_group", group, key=group.name, name=name, fields=fields, needs=needs)]


def _from_server_group(stack: str, group: ServerGroup) -> list[Wanted]:
    """One server group. Nova's server groups carry no tags, so the name holds the mark."""
    name = f"{group.name}.{mark.uid_of(stack, 'server_group', group.name)}"
    return [want(stack, "server_group", group, key=group.name, name=name, fields={"policy": group.policy})]


def _from_volume(stack: str, volume: Volume) -> list[Wanted]:
    """One volume; a server with count has its own."""
    needs = (("image", volume.image),) if volume.image else ()
    fields = written_fields(volume, ("size_gb", "type", "zone"))
    create = {"image": volume.image}
    more = {"name": volume.key, "create": create, "needs": needs, "protect": volume.protect}
    return [want(stack, "volume", volume, fields=fields, **more)]


SOURCES = (
    ("flavors", _from_flavor),
    ("keys", _from_key),
    ("images", _from_image),
    ("networks", _from_network),
    ("routers", _from_router),
    ("security_groups", _from_security_group),
    ("server_groups", _from_server_group),
    ("volumes", _from_volume),
    ("servers", from_server),
)


def from_declaration(declaration: Declaration) -> Desired:
    """Return everything the declaration asks for, flat."""
    wanted = tuple(
        one
        for attribute, convert in SOURCES
        for thing in getattr(declaration, attribute)
        for one in convert(declaration.stack, thing)
    )
    external = tuple(
        External(one.kind, one.name, str(one.origin) if one.origin.file else "", one.suggestion or "")
        for one in declaration.external
    )
    return Desired(declaration.stack, wanted, external, declaration.digest)


def with_contents(desired: Desired, contents: Mapping[str, Mapping[str, Any]]) -> Desired:
    """Return the same desire with what was found out about image files: ``{name: {content, file, digests}}``.

    ``digests`` are of the whole file, in hexadecimal, by the names of their algorithms as Glance has them.
    """

    def filled(wanted: Wanted) -> Wanted:
        found = contents.get(wanted.name) if wanted.kind == "image" else None
        if found is None:
            return wanted
        fields = {**wanted.fields, "content": found["content"]}
        create = {**wanted.create, "file": found.get("file"), "digests": found.get("digests")}
        return wanted._replace(fields=fields, create=create)

    return desired._replace(wanted=tuple(filled(one) for one in desired.wanted))
