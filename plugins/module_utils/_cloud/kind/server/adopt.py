"""Requests that mark a server as ours while it runs: nothing but tags and metadata, so that it feels nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from ...._stack import mark
from ...._stack.decide.adopt import BY_ID
from .alter import set_metadata

if TYPE_CHECKING:
    from ...._stack.change import Change
    from ...._stack.desired import Wanted
    from ...context import Context


def mark_server(context: Context, change: Change, wanted: Wanted) -> None:
    """Write the searchable half of the mark, then the readable one, which makes it whole.

    A server that is taken over by its id alone is asked nothing: the journal alone knows it then.
    """
    if any(one.field == BY_ID for one in change.fields):
        return
    item = context.index.by_id.get(("server", change.target))
    known = item.fields.get("user_data") if item is not None else None
    for tag in mark.tags_of(context.stack, wanted.uid):
        context.session.send("compute", "PUT", f"/servers/{change.target}/tags/{quote(tag, safe='')}")
    proof = mark.proof_of(context.stack, wanted.key)
    if known is not None and wanted.fields.get("user_data") == known:
        proof[mark.USER_DATA] = wanted.fields["user_data"]
    if wanted.create.get("hidden"):
        proof[mark.HIDDEN] = mark.hidden_of(wanted.create["hidden"])
    if wanted.protect:
        proof[mark.PROTECT] = "true"
    set_metadata(context, change.target, dict(proof))
