"""The parts of a server, each made from what its fields say; pure, so that equal fields need be looked at once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.declare import build, instances
from novaform.declare.form import reference
from novaform.declare.form.record import Entry

if TYPE_CHECKING:
    from novaform.declare.form.field import Named

model = core.model
NONE = ("", "false")
INLINE = "inline"


def to_ports(networks: tuple[Any, ...], floating: str | None) -> tuple[core.model.Port, ...]:
    """Return the interfaces; ``floating_ip`` is the first one's, where it has none of its own."""
    ports = tuple(_to_port(network) for network in networks if not isinstance(network, Entry) or network.sound)
    if floating is None or floating in NONE or not ports or ports[0].floating:
        return ports
    return (ports[0]._replace(floating=model.ANY_EXTERNAL if floating == "true" else floating), *ports[1:])


def _to_port(network: Any) -> core.model.Port:
    """Return the interface of a network's name or of the long form."""
    if isinstance(network, Entry):
        names = ("network", "fixed_ip", "floating", "security_groups")
        return model.Port(*(network.get(name) for name in names))
    return model.Port(network)


def to_metadata(under: dict[str, Named] | None, own: dict[str, Named] | None) -> tuple[tuple[str, str], ...]:
    """Return the defaults' metadata with the instance's over it, as sorted pairs."""
    return build.to_pairs({**(under or {}), **(own or {})})


def to_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tags, sorted, each once."""
    return tuple(sorted(set(tags)))


def to_hints(hints: dict[str, Named] | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the scheduler hints as sorted (name, values)."""
    return tuple(sorted((name, member.value) for name, member in (hints or {}).items()))


def to_adopt(entry: Entry | None) -> core.model.Adopt | None:
    """Return which server is meant."""
    return model.Adopt(entry.get("id"), entry.get("name")) if entry is not None and entry.sound else None


def to_user_data(value: Any, references: reference.References) -> core.model.UserData | None:
    """Return the text, read from its file where it names one. Raises ``reference.MissingReference``."""
    if value is None:
        return None
    text, source = value, INLINE
    if isinstance(value, Entry):
        text, file = value.get("text"), value.get("file")
        if file is not None:
            source, text = reference.beside(value.node, file), references.text(file, value.node)
    hidden = isinstance(text, core.hidden.Hidden)
    text = text.reveal() if hidden else text
    size = len(text.encode())
    if size > instances.USER_DATA_BYTES:
        raise reference.MissingReference(f"user_data has {size} bytes, and Nova takes {instances.USER_DATA_BYTES}")
    return model.UserData(text, hashlib.sha256(text.encode()).hexdigest(), source, hidden)


def to_health(under: Entry | None, own: Entry | None) -> Any:
    """Return how a server proves that it is up. A way of its own takes the place of the defaults' way."""
    values = {**(under.values if under else {})}
    if own and any(way in own.values for way in core.model.WAYS_UP):
        values = {name: value for name, value in values.items() if name not in core.model.WAYS_UP}
    return core.model.Health(**{**values, **(own.values if own else {})})


def to_merged(shape: Any, under: Entry | None, own: Entry | None) -> Any:
    """Return a small record of the model: the instance's fields over those of the defaults."""
    return shape(**{**(under.values if under else {}), **(own.values if own else {})})
