"""One existing server as an entry of ``instances``: every field that can be told, and a word on each that cannot.

What is written is what the cloud shows, by names where they are clear and by ids where they are not; what is left out
is never compared, so that the plan of an export is empty.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from novaform import core
from novaform.declare import instances
from novaform.declare.form import scalar
from novaform.declare.form.field import RefusedValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from novaform.declare.form.field import Scalar

STATES = {
    "active": "active",
    "stopped": "stopped",
    "paused": "paused",
    "suspended": "suspended",
    "shelved": "shelved",
    "shelved_offloaded": "shelved",
}
KEY_LENGTH = 60
CLOUD_NAME = scalar.CloudName()
EVERY = core.hidden.EVERY
OTHER = frozenset({"name", "extra_specs"})
"""What is not a size of a flavor."""


class ExportedServer(NamedTuple):
    """What is written of one server. ``values`` is plain data; ``left_out`` are sentences."""

    key: str
    values: dict[str, Any]
    user_data: str | None
    left_out: list[str]


def fits(kind: Scalar, text: Any) -> bool:
    """Tell whether a declaration can say a text."""
    try:
        kind.parse(str(text), plain=False)
    except RefusedValue:
        return False
    return True


class Names:
    """By which word a declaration says an existing thing: its name where only one has it, else its id."""

    def __init__(self, observed: core.observed.Observed) -> None:
        self.items = {(item.kind, item.id): item for item in observed.items}
        self.counts = Counter((item.kind, item.name) for item in observed.items)

    def of(self, kind: str, ident: str) -> str | None:
        """Return the word; None for a thing that is gone, or that this user cannot see."""
        item = self.items.get((kind, ident))
        if item is None:
            return None
        clear = self.counts[kind, item.name] == 1 and fits(CLOUD_NAME, item.name)
        return item.name if clear else item.id

    def all(self, kind: str, idents: Iterable[str]) -> list[str] | None:
        """Return the words for several things; None if one of them cannot be said."""
        words = [self.of(kind, ident) for ident in idents]
        return None if None in words else [word for word in words if word is not None]


def to_key(name: str, taken: Iterable[str]) -> str:
    """Return a key like the server's name that nobody has yet."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", re.sub(r"\.{2,}", ".", name)).strip("-._")[:KEY_LENGTH] or "server"
    known, found, number = set(taken), plain, 2
    while found in known:
        found, number = f"{plain}-{number}", number + 1
    return found


class Writer:
    """Writes entries of one cloud's servers. ``given`` is by server id, ``groups`` server id to server group id."""

    def __init__(self, observed: core.observed.Observed, given: Mapping[str, Any]) -> None:
        self.names, self.given = Names(observed), given
        self.flavors = {item.name: item.fields for item in observed.of_kind("flavor")}
        groups = observed.of_kind("server_group")
        self.addresses: dict[str, list[str]] = {}
        for address in observed.of_kind("floating_ip"):
            self.addresses.setdefault(str(address.fields["server"]), []).append(address.name)
        self.groups = {member: group.id for group in groups for member in group.status.get("members") or ()}

    def entry(self, item: core.observed.Item, key: str) -> ExportedServer:
        """Return one server's entry."""
        values: dict[str, Any] = {} if item.name == key else {"name": item.name}
        left: list[str] = []
        for part in (self.source, self.access, self.interfaces, self.labels, self.placement):
            values.update(part(item, left))
        state = STATES[str(item.status["vm_state"])]
        if state != "active":
            values["state"] = state
        user_data = self.user_data(item, left)
        return ExportedServer(key, values, user_data, left)

    def source(self, item: core.observed.Item, left: list[str]) -> dict[str, Any]:
        """Return image and flavor; both may have gone since the server was made of them."""
        has = item.fields["flavor"]
        known = self.flavors.get(has["name"], {})
        same = known and all(known.get(name) == value for name, value in has.items() if name not in OTHER)
        image = self.names.of("image", item.fields["image"])
        if not same:
            left.append(f"its flavor {has['name']} is not in the cloud as it was")
        if image is None:
            left.append("it boots from a volume" if not item.fields["image"] else "its image is gone from Glance")
        if self.given[item.id].volumes:
            left.append(f"{len(self.given[item.id].volumes)} volumes are attached to it")
        return {name: value for name, value in (("image", image), ("flavor", same and has["name"])) if value}

    def access(self, item: core.observed.Item, left: list[str]) -> dict[str, Any]:
        """Return key pair and config drive."""
        values: dict[str, Any] = {"config_drive": True} if item.fields["config_drive"] else {}
        key = item.fields["key_name"]
        if key and self.names.of("key", key) == key:
            values["key"] = key
        elif key:
            left.append(f"its key pair {key} is not this user's")
        return values

    def interfaces(self, item: core.observed.Item, left: list[str]) -> dict[str, Any]:
        """Return networks and security groups: once for all interfaces where they are alike, else for each its own."""
        ports = self.given[item.id].interfaces
        networks = self.names.all("network", (port.network for port in ports))
        groups = [self.names.all("security_group", port.security_groups) for port in ports]
        if networks is None or None in groups:
            left.append("its networks or security groups are not all to be seen")
            return {}
        if len(set(networks)) < len(networks) and len({port.security_groups for port in ports}) > 1:
            left.append("its interfaces on one network have other security groups each")
            return {}
        left += [f"its floating address {address}" for address in self.addresses.get(item.id, ())]
        alike = len({port.security_groups for port in ports}) == 1
        shown = [
            _to_port(name, port.addresses, None if alike else own)
            for name, port, own in zip(networks, ports, groups, strict=True)
        ]
        return {"networks": shown, **({"security_groups": groups[0]} if alike and groups[0] else {})}

    def labels(self, item: core.observed.Item, left: list[str]) -> dict[str, Any]:
        """Return metadata and tags."""
        secret = set(item.fields.get("hidden") or ())
        shown = {name: value for name, value in item.fields["metadata"].items() if not {name, EVERY} & secret}
        metadata = {
            name: value
            for name, value in shown.items()
            if fits(instances.METADATA_NAME, name) and fits(instances.METADATA_VALUE, value)
        }
        tags = [tag for tag in item.fields["tags"] if fits(instances.TAG, tag)]
        covered = sorted(item.fields["metadata"].keys() - shown.keys())
        left += [f"its metadata {name} came from where secrets are kept: say from where" for name in covered]
        lost = [*(shown.keys() - metadata.keys()), *(set(item.fields["tags"]) - set(tags))]
        left += [f"{name!r} among its metadata or tags cannot be written here" for name in sorted(lost)]
        return {name: value for name, value in (("metadata", metadata), ("tags", tags)) if value}

    def placement(self, item: core.observed.Item, left: list[str]) -> dict[str, Any]:
        """Return what its host was chosen by."""
        given = self.given[item.id]
        group = self.names.of("server_group", self.groups[item.id]) if item.id in self.groups else None
        hints = {
            name: list(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in given.hints.items()
        }
        del left
        shown = (("zone", given.zone), ("server_group", group), ("hints", hints))
        return {name: value for name, value in shown if value}

    def user_data(self, item: core.observed.Item, left: list[str]) -> str | None:
        """Return the text that it was given; None where there is none."""
        found: bytes | None = self.given[item.id].user_data
        if found and {EVERY, core.flatten_server.USER_DATA} & set(item.fields.get("hidden") or ()):
            left.append("its user data came from where secrets are kept: say from where")
            return None
        try:
            return found.decode() if found else None
        except UnicodeDecodeError:
            left.append("its user data is not text")
            return None


def _to_port(network: str, addresses: tuple[str, ...], groups: list[str] | None) -> Any:
    """Return one interface as it is written. It keeps its address: a server made anew gets the same."""
    own = {"fixed_ip": min(addresses, key=lambda one: ":" in one)} if addresses else {}
    more: dict[str, Any] = {**own, **({"security_groups": groups} if groups is not None else {})}
    return {"network": network, **more} if more else network
