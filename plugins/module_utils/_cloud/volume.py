"""Cinder's volumes: made with our mark inside, waited for where they are used, attached and detached by Nova."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core import mark
from .._core.errors import ApplyError
from .._core.observed import Item
from .answer import ident_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._core.change import Change, FieldChange
    from .._core.desired import Wanted
    from .context import Context

PATIENCE = 300.0
"""Seconds that a volume may take to become available; the first one of an image is copied."""


def to_volume(raw: Mapping[str, Any]) -> Item:
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
    return Item("volume", raw["id"], raw.get("name") or "", fields, mine, status)


def make_volume(context: Context, wanted: Wanted) -> str:
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


def update_volume(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Let a volume grow."""
    body = {"os-extend": {"new_size": values["size_gb"]}}
    context.session.send("volume", "POST", f"/volumes/{change.target}/action", body)
    ready(context, change.target)


def ready(context: Context, ident: str) -> None:
    """Wait until a volume is available. Raises ``ApplyError`` where it does not become so."""
    clock = context.session.clock
    started = clock.monotonic()
    while True:
        found = context.session.one("volume", f"/volumes/{ident}", "volume")
        status = "gone" if found is None else str(found["status"])
        if status == "available":
            return
        if status.startswith("error") or found is None or clock.monotonic() - started > PATIENCE:
            raise ApplyError(f"volume {ident} is {status}, and should be available: see openstack volume show {ident}")
        context.session.sleep(1.0)


def blocks(context: Context, wanted: Wanted, image: str) -> list[dict[str, Any]]:
    """Return the disks of a new server as Nova wants them: the image's first; volumes outlive the server."""
    keys = wanted.create.get("volumes") or ()
    if not keys:
        return []
    root = {"boot_index": 0, "uuid": image, "source_type": "image", "destination_type": "local"}
    found: list[dict[str, Any]] = [{**root, "delete_on_termination": True}]
    for key in keys:
        ident = context.id_of("volume", key)
        ready(context, ident)
        data = {"boot_index": -1, "uuid": ident, "source_type": "volume", "destination_type": "volume"}
        found.append({**data, "delete_on_termination": False})
    return found


def update_volumes(context: Context, change: Change, one: FieldChange) -> None:
    """Detach what is declared no more, then attach what lacks, in the order of the names."""
    path = f"/servers/{change.target}/os-volume_attachments"
    for key in sorted(set(one.before) - set(one.after)):
        ident = context.volume_of(key)
        context.session.send("compute", "DELETE", f"{path}/{ident}")
        ready(context, ident)
    for key in sorted(set(one.after) - set(one.before)):
        ident = context.id_of("volume", key)
        ready(context, ident)
        context.session.send("compute", "POST", path, {"volumeAttachment": {"volumeId": ident}})
