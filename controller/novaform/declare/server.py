"""From instances to servers: defaults under each, ``count`` of each, and every key and name once.

A server's key is its instance's name and, with ``count``, its number: a neighbour that comes or goes shifts nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.declare import build, part
from novaform.declare.form import problem, reference, scalar
from novaform.declare.form.field import RefusedValue
from novaform.declare.form.record import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from novaform.declare.form.field import Named, Reading
    from novaform.declare.section import Sections

model = core.model
NAME_LENGTH = 63
SERVERS = 100_000


class Servers:
    """Makes the servers of all instances. Equal parts are one value, so that 10,000 servers stay small."""

    def __init__(self, sections: Sections, context: Reading) -> None:
        self.context = context
        self.instances = sections.named["instances"]
        under = sections.defaults.values if sections.defaults else {}
        self.defaults = {name: value for name, value in under.items() if not isinstance(value, Entry) or value.sound}
        self.under = self.default_origins(sections.defaults)
        self.shared: dict[Any, Any] = {}
        self.made: dict[tuple[Any, ...], Any] = {}
        self.by_key: dict[str, core.model.Server] = {}
        self.by_name: dict[str, core.model.Server] = {}

    def default_origins(self, defaults: Entry | None) -> core.model.Origins | None:
        """Return the places of the defaults' fields."""
        if defaults is None:
            return None
        at = defaults.node.start_mark
        return build.to_places(defaults, model.Origin(at.name, at.line + 1, at.column + 1))

    def share(self, value: Any) -> Any:
        """Return the first value that was equal to this one."""
        return self.shared.setdefault(value, value)

    def once(self, make: Callable[..., Any], *parts: Any) -> Any:
        """Return what ``make`` made of the same parts before: instances that share an alias share the work."""
        key = (make.__name__, *map(id, parts))
        if key not in self.made:
            self.made[key] = self.share(make(*parts))
        return self.made[key]

    def all(self) -> tuple[core.model.Server, ...]:
        """Return every server, in the order of the file."""
        for named in self.instances.values():
            if named.value.sound:
                self.add(named)
            if len(self.by_key) > SERVERS:
                self.context.problems.add_at(named.origin, f"more than {SERVERS} servers in one declaration")
                break
        return tuple(self.by_key.values())

    def add(self, named: Named) -> None:
        """Add the servers of one instance."""
        server = self.one(named)
        if server is None:
            return
        count = named.value.get("count")
        if count is None:
            self.keep(server)
            return
        volumes = server.volumes
        for number in range(1, count + 1):
            self.keep(
                server._replace(
                    key=f"{server.key}-{number}",
                    name=f"{server.name}-{number}",
                    number=number,
                    volumes=tuple(f"{volume}-{number}" for volume in volumes),
                )
            )

    def keep(self, server: core.model.Server) -> None:
        """Keep a server whose key and name nobody else has."""
        for known, text, what in ((self.by_key, server.key, "key"), (self.by_name, server.name, "name")):
            if text in known and not (what == "name" and server.adopt and known[text].adopt):
                other = known[text].origins.of()
                said = f"server {what} '{text}' is taken by the instance at {other}"
                self.context.problems.add_at(server.origins.of("name" if what == "name" else ""), said)
                return
        if len(server.name) > NAME_LENGTH and server.adopt is None:
            said = f"server name '{server.name}' has more than {NAME_LENGTH} characters"
            self.context.problems.add_at(server.origins.of("name"), said)
        self.by_key[server.key] = self.by_name[server.name] = server

    def one(self, named: Named) -> core.model.Server | None:
        """Return the server that an instance describes, or None after saying what it lacks."""
        entry: Entry = named.value
        values = {**self.defaults, **entry.values} if self.defaults else entry.values
        refusal = self.refusal(named, values)
        if refusal is not None:
            self.context.problems.add_at(build.to_origins(named).of("adopt"), refusal)
            return None
        if not self.nameable(entry):
            return None
        origins = build.to_origins(named, self.under)
        origins = origins._replace(fields=self.share(origins.fields))
        return model.Server(
            key=named.name,
            group=named.name,
            number=0,
            name=values.get("name", named.name),
            image=values.get("image", ""),
            flavor=values.get("flavor", ""),
            state=values.get("state", "active"),
            networks=self.ports(values, origins),
            key_name=values.get("key"),
            security_groups=self.share(values.get("security_groups", ())),
            user_data=self.user_data(values.get("user_data"), origins),
            metadata=self.once(part.to_metadata, self.defaults.get("metadata"), entry.get("metadata")),
            tags=self.once(part.to_tags, values.get("tags", ())),
            zone=values.get("zone"),
            host=values.get("host"),
            config_drive=values.get("config_drive", False),
            volumes=values.get("volumes", ()),
            server_group=named.name if "spread" in values else values.get("server_group"),
            hints=self.once(part.to_hints, values.get("hints")),
            adopt=part.to_adopt(values.get("adopt")),
            on_change=self.merge(model.OnChange, "on_change", entry),
            rolling=self.merge(model.Rolling, "rolling", entry),
            health=self.health(entry, origins) if "health" in values else None,
            protect=values.get("protect", False),
            hold=values.get("hold", False),
            origins=origins,
        )

    def refusal(self, named: Named, values: dict[str, Any]) -> str | None:
        """Return what keeps an instance from being a server, or None."""
        if "adopt" in values and "count" in values:
            return "adopt is about one server, and count about several: give each its own instance"
        lacking = [field for field in ("image", "flavor") if field not in values]
        if lacking and values.get("state") != "absent" and "adopt" not in values:
            return f"instance '{named.name}' has no {' and no '.join(lacking)}, nor have the defaults"
        return None

    def nameable(self, entry: Entry) -> bool:
        """Refuse a name that no guest could bear; a server that is there already has the name that it has."""
        name = entry.get("name")
        if name is None or "adopt" in entry.values:
            return True
        try:
            scalar.Name().parse(name, plain=False)
        except RefusedValue as refused:
            node = next(value for key, value in entry.node.value if key.value == "name")
            self.context.problems.add(node, f"{problem.quote(name)} {refused}")
            return False
        return True

    def health(self, entry: Entry, origins: core.model.Origins) -> Any:
        """Return how the server proves that it is up: its own way, or that of the defaults."""
        found = self.once(part.to_health, self.defaults.get("health"), entry.get("health"))
        if not any(getattr(found, way) for way in model.WAYS_UP):
            self.context.problems.add_at(origins.of("health"), f"health needs one of {', '.join(model.WAYS_UP)}")
        return found

    def merge(self, shape: Any, field: str, entry: Entry) -> Any:
        """Return a small record that both the instance and the defaults may give a part of."""
        return self.once(part.to_merged, shape, self.defaults.get(field), entry.get(field))

    def ports(self, values: dict[str, Any], origins: core.model.Origins) -> Any:
        """Return the interfaces, after looking whether there is one for ``floating_ip``."""
        networks, floating = values.get("networks", ()), values.get("floating_ip")
        ports = self.once(part.to_ports, networks, floating)
        if floating is not None and floating not in part.NONE and ports == self.once(part.to_ports, networks, None):
            said = "the first of 'networks' has a floating address already" if ports else "floating_ip needs 'networks'"
            self.context.problems.add_at(origins.of("floating_ip"), said)
        return ports

    def user_data(self, value: Any, origins: core.model.Origins) -> Any:
        """Return the user data; None after saying why there is none."""
        try:
            return self.once(part.to_user_data, value, self.context.references)
        except reference.MissingReference as missing:
            self.context.problems.add_at(origins.of("user_data"), str(missing))
            return None
