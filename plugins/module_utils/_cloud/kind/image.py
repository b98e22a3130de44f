"""Glance's images: mark and content are properties of the request that makes one, and the upload comes after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..._api.answer import ident_of
from ..._core.errors import ApplyError
from ..._stack import mark
from ..._stack.observed import Item
from .kind import SHARED, Kind, Listing, rename

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._stack.change import Change
    from ..._stack.desired import Wanted
    from ..context import Context

CONTENT = "novaform_content"
STACK, KEY = "novaform_stack", "novaform_key"
NAMES = {"min_disk_gb": "min_disk", "min_ram_mb": "min_ram"}
NATIVE = {
    *("id", "name", "status", "visibility", "tags", "size", "checksum", "owner", "file", "schema", "self", "stores"),
    *("container_format", "disk_format", "min_disk", "min_ram", "protected", "virtual_size", "created_at"),
    *("updated_at", "os_hidden", "os_hash_algo", "os_hash_value", "locations", "direct_url"),
}
"""Glance's own fields: all others are properties."""


def _to_image(raw: Mapping[str, Any]) -> Item:
    """Read one image of ``GET /v2/images``. An upload that was cut off has a ``status`` other than active."""
    fields = {
        "content": raw.get(CONTENT),
        "public": raw.get("visibility") == "public",
        "min_disk_gb": raw.get("min_disk") or 0,
        "min_ram_mb": raw.get("min_ram") or 0,
        "properties": {k: v for k, v in raw.items() if k not in NATIVE and not k.startswith("novaform_")},
    }
    proof = {mark.STACK: raw.get(STACK), mark.KEY: raw.get(KEY)}
    told = {name: str(value) for name, value in proof.items() if value is not None}
    mine = mark.from_metadata("image", raw.get("tags") or [], told)
    if mine is not None and raw.get(CONTENT) is None:
        mine = mine._replace(proven=False)  # ours says what is in it since the request that made it
    digests = {"md5": raw.get("checksum"), raw.get("os_hash_algo"): raw.get("os_hash_value")}
    status = {"status": raw.get("status"), "digests": {name: told for name, told in digests.items() if name and told}}
    return Item("image", raw["id"], raw["name"] or "", fields, mine, status, raw.get("owner"))


def _make_image(context: Context, wanted: Wanted) -> str:
    """Make an image and upload it. Half an upload is never used: it is deleted here, or found queued and replaced."""
    path = Path(str(wanted.create.get("file") or ""))
    if not path.is_file():
        raise ApplyError(f"{wanted.at()}: image {wanted.name} has no file {path} to upload")
    body = {
        "name": wanted.name,
        "disk_format": wanted.create.get("format") or "qcow2",
        "container_format": "bare",
        "visibility": "public" if wanted.fields.get("public") else "private",
        "min_disk": wanted.fields.get("min_disk_gb", 0),
        "min_ram": wanted.fields.get("min_ram_mb", 0),
        "tags": mark.tags_of(context.stack, wanted.uid),
        STACK: context.stack,
        KEY: wanted.key,
        CONTENT: wanted.fields["content"],
        **wanted.fields.get("properties", {}),
    }
    ident = ident_of("POST /images", context.session.send("image", "POST", "/images", body), "id")
    with path.open("rb") as data:
        context.session.upload(f"/images/{ident}/file", data, path.stat().st_size)
    return ident


def _update_image(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Set properties, and remove those that should have no value."""
    operations = [{"op": "replace", "path": f"/{name}", "value": v} for name, v in rename(values, NAMES).items()]
    if "public" in values:
        visibility = "public" if values["public"] else "private"
        operations.append({"op": "replace", "path": "/visibility", "value": visibility})
    for name, value in (values.get("properties") or {}).items():
        gone = {"op": "remove", "path": f"/{name}"}
        operations.append(gone if value is None else {"op": "add", "path": f"/{name}", "value": value})
    context.session.patch_image(f"/images/{change.target}", operations)


IMAGE = Kind(
    Listing("image", "image", "/images?limit=1000", "images", whose=SHARED),
    "/images",
    make=_make_image,
    read=_to_image,
    update=_update_image,
)
