"""What Neutron's kinds have in common: our mark is in their description and among their tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ..._api.answer import ident_of
from ..._api.session import Refused
from ..._stack import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._stack.desired import Wanted
    from ..context import Context


def mark_on(kind: str, raw: Mapping[str, Any]) -> Optional[mark.Mark]:
    """Return the mark on something of Neutron's."""
    return mark.from_description(kind, raw.get("tags") or [], raw.get("description"))


def owner_of(raw: Mapping[str, Any]) -> Optional[str]:
    """Return the project of something of Neutron's."""
    return raw.get("project_id") or raw.get("tenant_id")


def make(context: Context, wanted: Wanted, path: str, name: str, body: dict[str, Any]) -> str:
    """Make something of Neutron's with a marked description, and tag it.

    A tag that fails costs nothing: the description is found as well.
    """
    described = mark.description_of(context.stack, wanted.kind, wanted.key)
    made = context.session.send("network", "POST", path, {name: {**body, "description": described}})
    ident = ident_of(f"POST {path}", made, name, "id")
    try:
        tag(context, wanted, f"{path}/{ident}")
    except Refused as error:
        context.tell(f"{wanted.kind} {wanted.key} has no tags: {error}")
    return ident


def tag(context: Context, wanted: Wanted, path: str) -> None:
    """Set the tags of our mark."""
    context.session.send("network", "PUT", f"{path}/tags", {"tags": mark.tags_of(context.stack, wanted.uid)})
