"""Cinder's volumes: made with our mark inside, and waited for until nothing holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..._api.answer import ident_of
from ..._core.errors import ApplyError
from ..._stack import mark
from ..._stack.observed import Item
from ..context import PATIENCE, NotYet
from .kind import Kind, Listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._stack.change import Change
    from ..._stack.desired import Wanted
    from ..context import Context

FREE = frozenset({"available", "error"})
"""Statuses of a volume that nothing holds."""
LETS_GO = 20.0
"""Seconds for which a volume that nobody detaches may still be in use: a server that is gone lets go a moment later."""


def _to_volume(raw: Mapping[str, Any]) -> Item:
    """Read one volume of ``GET /volumes/detail``. Cinder has no tags: the uid is metadata, too."""
    metadata = raw.get("metadata") or {}
    stack, key, told = metadata.get(mark.STACK), metadata.get(mark.KEY), metadata.get(mark.UID)
    mine = None
    if stack and key:
        uid = mark.uid_of(stack, "volume", key)
        mine = mark.Mark(stack, key, uid, proven=told == uid)
    fields = {
        "size_gb": raw.get("size"),
        "type": raw.get("volume_type"),
        "zone": raw.get("availability_zone"),
        "protect": metadata.get(mark.PROTECT) == "true",
    }
    status = {"status": raw.get("status"), "attached": bool(raw.get("attachments"))}
    owner = raw.get("os-vol-tenant-attr:tenant_id")
    return Item("volume", raw["id"], raw.get("name") or "", fields, mine, status, owner)


def _make_volume(context: Context, wanted: Wanted) -> str:
    """Ask for a volume; the answer comes before it is there."""
    metadata = {**mark.proof_of(context.stack, wanted.key), mark.UID: wanted.uid}
    body: dict[str, Any] = {"name": wanted.name, "size": wanted.fields["size_gb"], "metadata": metadata}
    if wanted.protect:
        metadata[mark.PROTECT] = "true"
    if wanted.fields.get("type"):
        body["volume_type"] = wanted.fields["type"]
    if wanted.fields.get("zone"):
        body["availability_zone"] = wanted.fields["zone"]
    if wanted.create.get("image"):
        body["imageRef"] = context.id_of("image", wanted.create["image"])
    return ident_of(
        "POST /volumes", context.session.send("volume", "POST", "/volumes", {"volume": body}), "volume", "id"
    )


def _update_volume(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Let a volume grow."""
    body = {"os-extend": {"new_size": values["size_gb"]}}
    context.session.send("volume", "POST", f"/volumes/{change.target}/action", body)
    _wait_available(context, change.target)


def show_volume(context: Context, ident: str) -> Mapping[str, Any]:
    """Return one volume as Cinder shows it. Raises ``ApplyError`` where it is gone."""
    shown = context.session.one("volume", f"/volumes/{ident}", "volume")
    if shown is None:
        raise ApplyError(f"volume {ident} is gone, and should be available")
    return shown


def is_attached(shown: Mapping[str, Any], server: str) -> bool:
    """Tell whether a volume is attached to a server."""
    return any(one.get("server_id") == server for one in shown.get("attachments") or ())


def state_of(shown: Mapping[str, Any]) -> str:
    """Say how a volume is, and who has it."""
    holders = ", ".join(str(one.get("server_id")) for one in shown.get("attachments") or ())
    named = f"volume {shown.get('name') or shown['id']} is {shown['status']}"
    return f"{named} (server {holders})" if holders else named


def check_free(shown: Mapping[str, Any]) -> None:
    """Raise ``NotYet`` while a volume is not available, and ``ApplyError`` where it will not become so."""
    if shown["status"] == "available":
        return
    kind = ApplyError if str(shown["status"]).startswith("error") else NotYet
    raise kind(f"{state_of(shown)}, and should be available: see openstack volume show {shown['id']}")


def _wait_available(context: Context, ident: str) -> None:
    """Wait until a volume is available. Raises ``ApplyError`` where it does not become so."""
    clock = context.session.clock
    started = clock.monotonic()
    while True:
        try:
            return check_free(show_volume(context, ident))
        except NotYet as error:
            if clock.monotonic() - started > PATIENCE:
                raise ApplyError(str(error)) from error
        context.session.sleep(1.0)


def _wait_free(context: Context, ident: str) -> None:
    """Wait until nothing holds a volume that is to be deleted. Raises ``ApplyError`` where something keeps it."""
    clock = context.session.clock
    started = clock.monotonic()
    while True:
        shown = context.session.one("volume", f"/volumes/{ident}", "volume")
        if shown is None or shown["status"] in FREE:
            return
        elapsed = clock.monotonic() - started
        if elapsed > (LETS_GO if shown["status"] == "in-use" else PATIENCE):
            raise ApplyError(f"{state_of(shown)} after {elapsed:.0f} s, and so is not deleted")
        context.session.sleep(1.0)


def _remove_volume(context: Context, change: Change) -> None:
    """Remove a volume once nothing holds it."""
    _wait_free(context, change.target)
    context.session.delete("volume", f"/volumes/{quote(change.target, safe='')}")


VOLUME = Kind(
    Listing("volume", "volume", "/volumes/detail", "volumes"),
    "/volumes",
    make=_make_volume,
    read=_to_volume,
    update=_update_volume,
    remove=_remove_volume,
)
