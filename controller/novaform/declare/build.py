"""From checked entries to the values of the model, for everything that is not a server."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.declare.form import demand, reference
from novaform.declare.form.address import PublicKey
from novaform.declare.form.field import Named, Reading, RefusedValue

if TYPE_CHECKING:
    from novaform.declare.form.record import Entry
    from novaform.declare.section import Sections

model = core.model


def to_origins(named: Named, under: core.model.Origins | None = None) -> core.model.Origins:
    """Return where a member and its fields stand."""
    return to_places(named.value, named.origin, under)


def to_places(entry: Entry, at: core.model.Origin, under: core.model.Origins | None = None) -> core.model.Origins:
    """Return the places of an entry that stands at ``at``."""
    mark = model.origin.mark(at.line, at.column)
    return model.Origins(at.file, mark, tuple(entry.values), tuple(entry.marks().values()), under)


def to_pairs(members: dict[str, Named] | None) -> tuple[tuple[str, str], ...]:
    """Return sorted (name, value) pairs of a mapping of texts."""
    return tuple(sorted((name, member.value) for name, member in (members or {}).items()))


class Builder:
    """Makes values of the sound entries; what only shows here is added to the context's problems."""

    def __init__(self, sections: Sections, context: Reading) -> None:
        self.sections, self.context = sections, context

    def sound(self, section: str) -> list[Named]:
        """Return the members of a section that are whole."""
        return [named for named in self.sections.named[section].values() if named.value.sound]

    def flavors(self) -> tuple[core.model.Flavor, ...]:
        """Return the flavors."""
        return tuple(
            model.Flavor(
                named.name,
                named.value.get("vcpus"),
                named.value.get("ram"),
                named.value.get("disk"),
                named.value.get("ephemeral", 0),
                named.value.get("swap", 0),
                named.value.get("public", True),
                to_pairs(named.value.get("extra_specs")),
                to_origins(named),
            )
            for named in self.sound("flavors")
        )

    def keys(self) -> tuple[core.model.Key, ...]:
        """Return the key pairs, reading the files that hold them."""
        found = []
        for named in self.sound("keys"):
            line = named.value.get("public_key") or self.public_key(named)
            if line:
                found.append(model.Key(named.name, line, to_origins(named)))
        return tuple(found)

    def public_key(self, named: Named) -> str | None:
        """Return the public key in a file, or None after saying what is wrong with it."""
        file = named.value.get("public_key_file")
        try:
            text = self.context.references.text(file, named.value.node)
            return PublicKey().parse(text, plain=False)
        except (reference.MissingReference, RefusedValue) as error:
            said = f"{file} {error}" if isinstance(error, RefusedValue) else str(error)
            self.context.problems.add_at(to_origins(named).of("public_key_file"), said)
            return None

    def networks(self) -> tuple[core.model.Network, ...]:
        """Return the networks."""
        return tuple(self.network(named) for named in self.sound("networks"))

    def network(self, named: Named) -> core.model.Network:
        """Return one network, after looking whether its addresses lie in it."""
        entry, origins = named.value, to_origins(named)
        subnet = ipaddress.ip_network(entry.get("cidr"))
        for field in ("gateway", "pool"):
            value = entry.get(field, ())
            for address in (value,) if isinstance(value, str) else value:
                if ipaddress.ip_address(address) not in subnet:
                    self.context.problems.add_at(origins.of(field), f"{address} is not in {subnet}")
        pool = entry.get("pool", ())
        if pool and (len(pool) != 2 or not _in_order(*pool)):
            self.context.problems.add_at(origins.of("pool"), "a pool is [first, last], in this order")
        provider = entry.get("provider")
        return model.Network(
            **{name: value for name, value in entry.values.items() if name not in {"provider", "pool", "dns"}},
            name=named.name,
            dns=entry.get("dns", ()),
            pool=pool,
            provider_type=provider.get("type") if provider else None,
            provider_physical=provider.get("physical_network") if provider else None,
            provider_segment=provider.get("segment") if provider else None,
            origins=origins,
        )

    def routers(self) -> tuple[core.model.Router, ...]:
        """Return the routers."""
        return tuple(
            model.Router(named.name, named.value.get("external"), to_origins(named)) for named in self.sound("routers")
        )

    def security_groups(self) -> tuple[core.model.SecurityGroup, ...]:
        """Return the security groups with their rules."""
        return tuple(
            model.SecurityGroup(
                named.name,
                tuple(self.rule(entry) for entry in named.value if entry.sound),
                model.Origins(named.origin.file, model.origin.mark(named.origin.line, named.origin.column)),
            )
            for named in self.sections.named["security_groups"].values()
        )

    def rule(self, entry: Entry) -> core.model.Rule:
        """Return one rule."""
        at = entry.node.start_mark
        origins = to_places(entry, model.Origin(at.name, at.line + 1, at.column + 1))
        protocol: str = next(name for name in demand.PROTOCOLS if name in entry.values)
        first, last = (None, None) if protocol == "any" else entry.get(protocol)
        cidr = entry.get("from") or entry.get("to")
        version = f"IPv{ipaddress.ip_network(cidr).version}" if cidr else "IPv4"
        if protocol == "icmp" and version == "IPv6":
            protocol = "ipv6-icmp"
        return model.Rule(
            direction="egress" if "to" in entry.values else "ingress",
            protocol=None if protocol == "any" else protocol,
            port_min=first,
            port_max=last,
            cidr=cidr,
            group=entry.get("from_group"),
            ethertype=version,
            origins=origins,
        )

    def images(self) -> tuple[core.model.Image, ...]:
        """Return the images; whether a file is there is asked when it must be uploaded."""
        return tuple(self.image(named) for named in self.sound("images"))

    def image(self, named: Named) -> core.model.Image:
        """Return one image."""
        entry = named.value
        return model.Image(
            named.name,
            self.path(entry),
            entry.get("builtin"),
            entry.get("format", "qcow2"),
            entry.get("min_disk", 0),
            entry.get("min_ram", 0),
            entry.get("sha256"),
            entry.get("public", False),
            to_pairs(entry.get("properties")),
            to_origins(named),
        )

    def path(self, entry: Entry) -> str | None:
        """Return the absolute path of an image's file, or None where it has none."""
        try:
            return reference.beside(entry.node, entry.get("file")) if "file" in entry.values else None
        except reference.MissingReference as missing:
            self.context.problems.add(entry.node, str(missing))
            return None

    def volumes(self) -> dict[str, core.model.Volume]:
        """Return the volumes as they were declared, by name; servers make them theirs."""
        found: dict[str, Any] = {}
        for named in self.sound("volumes"):
            entry = named.value
            found[named.name] = model.Volume(
                named.name,
                entry.get("size"),
                entry.get("type"),
                entry.get("zone"),
                entry.get("image"),
                entry.get("protect", False),
                None,
                to_origins(named),
            )
        return found

    def server_groups(self) -> tuple[core.model.ServerGroup, ...]:
        """Return the declared server groups."""
        return tuple(
            model.ServerGroup(named.name, named.value.get("policy"), origins=to_origins(named))
            for named in self.sound("server_groups")
        )


def _in_order(first: str, last: str) -> bool:
    """Tell whether two addresses of one kind are in ascending order."""
    low, high = ipaddress.ip_address(first), ipaddress.ip_address(last)
    return low.version == high.version and int(low) <= int(high)
