"""Nova's server groups: they carry no tags, so that the name bears the mark, and nothing of them can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._api.answer import ident_of
from ..._stack import mark
from ..._stack.observed import Item
from .kind import Kind, Listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._stack.desired import Wanted
    from ..context import Context


def _to_server_group(raw: Mapping[str, Any]) -> Item:
    """Read one server group; its name ends with its uid, which is all the mark that it can bear."""
    key, _, uid = raw["name"].rpartition(".")
    found = mark.Mark(None, key, uid, proven=False) if key and len(uid) == 36 else None
    fields = {"policy": raw.get("policy")}
    status = {"members": raw.get("members") or []}
    return Item("server_group", raw["id"], raw["name"], fields, found, status, raw.get("project_id"))


def _make_server_group(context: Context, wanted: Wanted) -> str:
    """Make a server group; its name is its mark."""
    body = {"name": wanted.name, "policy": wanted.fields["policy"]}
    made = context.session.send("compute", "POST", "/os-server-groups", {"server_group": body})
    return ident_of("POST /os-server-groups", made, "server_group", "id")


SERVER_GROUP = Kind(
    Listing("server_group", "compute", "/os-server-groups", "server_groups"),
    "/os-server-groups",
    make=_make_server_group,
    read=_to_server_group,
)
