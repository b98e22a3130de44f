"""Cinder's volumes: made with our mark inside, waited for where they are used, attached and detached by Nova."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._api.answer import ident_of
from .._core.errors import ApplyError
from .._stack import mark
from .._stack.observed import Item
from .._stack.outcome import DONE, SKIPPED, Outcome
from .run.not_yet import PATIENCE, NotYet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._stack.change import Change, FieldChange
    from .._stack.desired import Wanted
    from .context import Context

FREE = frozenset({"available", "error"})
"""Statuses of a volume that nothing holds."""
LETS_GO = 20.0
"""Seconds for which a volume that nobody detaches may still be in use: a server that is gone lets go a moment later."""


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
    owner = raw.get("os-vol-tenant-attr:tenant_id")
    return Item("volume", raw["id"], raw.get("name") or "", fields, mine, status, owner)


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


def looked_at(context: Context, ident: str) -> Mapping[str, Any]:
    """Return one volume as Cinder shows it. Raises ``ApplyError`` where it is gone."""
    shown = context.session.one("volume", f"/volumes/{ident}", "volume")
    if shown is None:
        raise ApplyError(f"volume {ident} is gone, and should be available")
    return shown


def has(shown: Mapping[str, Any], server: str) -> bool:
    """Tell whether a volume is attached to a server."""
    return any(one.get("server_id") == server for one in shown.get("attachments") or ())


def told(shown: Mapping[str, Any]) -> str:
    """Say how a volume is, and who has it."""
    holders = ", ".join(str(one.get("server_id")) for one in shown.get("attachments") or ())
    named = f"volume {shown.get('name') or shown['id']} is {shown['status']}"
    return f"{named} (server {holders})" if holders else named


def check_free(shown: Mapping[str, Any]) -> None:
    """Raise ``NotYet`` while a volume is not available, and ``ApplyError`` where it will not become so."""
    if shown["status"] == "available":
        return
    kind = ApplyError if str(shown["status"]).startswith("error") else NotYet
    raise kind(f"{told(shown)}, and should be available: see openstack volume show {shown['id']}")


def ready(context: Context, ident: str) -> None:
    """Wait until a volume is available. Raises ``ApplyError`` where it does not become so."""
    clock = context.session.clock
    started = clock.monotonic()
    while True:
        try:
            return check_free(looked_at(context, ident))
        except NotYet as error:
            if clock.monotonic() - started > PATIENCE:
                raise ApplyError(str(error)) from error
        context.session.sleep(1.0)


def let_go(context: Context, ident: str) -> None:
    """Wait until nothing holds a volume that is to be deleted. Raises ``ApplyError`` where something keeps it."""
    clock = context.session.clock
    started = clock.monotonic()
    while True:
        shown = context.session.one("volume", f"/volumes/{ident}", "volume")
        if shown is None or shown["status"] in FREE:
            return
        elapsed = clock.monotonic() - started
        if elapsed > (LETS_GO if shown["status"] == "in-use" else PATIENCE):
            raise ApplyError(f"{told(shown)} after {elapsed:.0f} s, and so is not deleted")
        context.session.sleep(1.0)


def check_all(context: Context, wanted: Wanted) -> None:
    """Raise ``NotYet`` while one of a new server's volumes is not free, before anything is written down or sent."""
    for key in wanted.create.get("volumes") or ():
        check_free(looked_at(context, context.id_of("volume", key)))


def blocks(context: Context, wanted: Wanted, image: str) -> list[dict[str, Any]]:
    """Return the disks of a new server as Nova wants them: the image's first; volumes outlive the server."""
    keys = wanted.create.get("volumes") or ()
    if not keys:
        return []
    root = {"boot_index": 0, "uuid": image, "source_type": "image", "destination_type": "local"}
    found: list[dict[str, Any]] = [{**root, "delete_on_termination": True}]
    for key in keys:
        ident = context.id_of("volume", key)
        data = {"boot_index": -1, "uuid": ident, "source_type": "volume", "destination_type": "volume"}
        found.append({**data, "delete_on_termination": False})
    return found


def update_volumes(context: Context, change: Change, one: FieldChange) -> None:
    """Detach what is declared no more, then attach what lacks, in the order of the names.

    Raises ``NotYet`` until what was detached is free, and what is to be attached has become so.
    """
    path = f"/servers/{change.target}/os-volume_attachments"
    leaving = [context.volume_of(key) for key in sorted(set(one.before) - set(one.after))]
    for ident in leaving:
        if (change.target, ident) not in context.asked:
            context.delete("compute", f"{path}/{ident}")
            context.asked.add((change.target, ident))
    for ident in leaving:
        check_left(looked_at(context, ident), change.target)
    for key in sorted(set(one.after) - set(one.before)):
        ident = context.id_of("volume", key)
        if (change.target, ident) in context.asked:
            continue
        shown = looked_at(context, ident)
        if not has(shown, change.target):
            check_free(shown)
            context.session.send("compute", "POST", path, {"volumeAttachment": {"volumeId": ident}})
        context.asked.add((change.target, ident))


def check_left(shown: Mapping[str, Any], server: str) -> None:
    """Raise ``NotYet`` while a volume is being detached, and ``ApplyError`` where Nova has given that up.

    Nova says ``detaching`` before it answers, and ``in-use`` again when the guest keeps the disk.
    """
    if shown["status"] == "in-use" and has(shown, server):
        raise ApplyError(f"{told(shown)}: its guest keeps it; unmount it there, and apply again")
    if shown["status"] != "available" and has(shown, server):
        raise NotYet(f"{told(shown)}, and should be available: see openstack server event list {server}")


def holders_first(context: Context, changes: Sequence[Change]) -> tuple[list[Change], list[Change]]:
    """Part the deletions of servers that have a declared volume: who is to get it must not wait in vain."""
    early = []
    for change in changes:
        server = context.known("server", change.target)
        volumes = [context.known("volume", ident) for ident in (server.fields.get("volumes") or () if server else ())]
        keys = {one.mark.key for one in volumes if one is not None and one.mark is not None}
        early += [change] if any(("volume", key) in context.declared for key in keys) else []
    return early, [change for change in changes if change not in early]


def without_held(
    context: Context, changes: Sequence[Change], outcomes: Sequence[Outcome]
) -> tuple[list[Change], list[Outcome]]:
    """Part the deletions of volumes that a server surely still has, because what was to take them away was not done."""
    failed = {one.name for one in outcomes if one.kind == "server" and one.outcome != DONE}
    holders: dict[str, str] = {}
    for item in context.index.observed.of_kind("server"):
        if item.mark is not None and item.mark.key in failed:
            holders.update(dict.fromkeys(item.fields.get("volumes") or (), item.mark.key or ""))
    held = [one for one in changes if one.kind == "volume" and one.target in holders]
    skipped = [
        Outcome(one.action, one.kind, one.name, SKIPPED, f"server {holders[one.target]} still has it") for one in held
    ]
    return [one for one in changes if one not in held], skipped
