"""Nova's key pairs, which are a user's own: Nova has no place for a mark on them, and they have no ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._stack.observed import Item
from .kind import Kind, Listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._stack.desired import Wanted
    from ..context import Context


def _to_key(raw: Mapping[str, Any]) -> Item:
    """Read one key pair of ``GET /os-keypairs``."""
    pair = raw["keypair"]
    return Item("key", pair["name"], pair["name"], {"public_key": " ".join(pair["public_key"].split()[:2])})


def _make_key(context: Context, wanted: Wanted) -> str:
    """Make a key pair of a public key."""
    body = {"name": wanted.name, "public_key": wanted.fields["public_key"], "type": "ssh"}
    context.session.send("compute", "POST", "/os-keypairs", {"keypair": body})
    return wanted.name


KEY = Kind(
    Listing("key", "compute", "/os-keypairs", "keypairs", has_ids=False), "/os-keypairs", make=_make_key, read=_to_key
)
