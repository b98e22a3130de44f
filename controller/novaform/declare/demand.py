"""What the fields of one record demand of each other: a refusal as a sentence, or None."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from novaform.declare.record import Entry

PROTOCOLS = ("tcp", "udp", "icmp", "any")


def one_protocol(entry: Entry) -> str | None:
    """A rule is about one protocol and one side."""
    protocols = [name for name in PROTOCOLS if name in entry.values]
    if len(protocols) != 1:
        return "a rule has exactly one of tcp, udp, icmp, any"
    sides = [name for name in ("from", "from_group", "to") if name in entry.values]
    return f"{' and '.join(sides)} exclude each other" if len(sides) > 1 else None


def one_source(entry: Entry) -> str | None:
    """An image comes from one place."""
    return None if ("file" in entry.values) != ("builtin" in entry.values) else "an image has one of file, builtin"


def one_key(entry: Entry) -> str | None:
    """A key pair's public half comes from one place."""
    if ("public_key" in entry.values) == ("public_key_file" in entry.values):
        return "a key has one of public_key, public_key_file"
    return None


def one_user_data(entry: Entry) -> str | None:
    """User data comes from one place."""
    return None if ("file" in entry.values) != ("text" in entry.values) else "user_data has one of file, text"


def one_spread(entry: Entry) -> str | None:
    """A server is in at most one group."""
    return "spread and server_group exclude each other" if {"spread", "server_group"} <= entry.values.keys() else None


def one_adopted(entry: Entry) -> str | None:
    """A server to adopt is named so that no other can be meant."""
    if ("id" in entry.values) == ("name" in entry.values):
        return "adopt has one of id, name"
    if ("name" in entry.values) != (entry.get("unique") is True):
        return "adopt by name needs unique: true, which says that no other server may have that name; by id it has none"
    return None
