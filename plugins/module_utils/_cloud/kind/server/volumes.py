"""A server's volumes: attached and detached by Nova, and waited for where they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...._core.errors import ApplyError
from ...context import NotYet
from ..volume import check_free, is_attached, show_volume, state_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...._stack.change import Change, FieldChange
    from ...._stack.desired import Wanted
    from ...context import Context


def check_all(context: Context, wanted: Wanted) -> None:
    """Raise ``NotYet`` while one of a new server's volumes is not free, before anything is written down or sent."""
    for key in wanted.create.get("volumes") or ():
        check_free(show_volume(context, context.id_of("volume", key)))


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
            context.session.delete("compute", f"{path}/{ident}")
            context.asked.add((change.target, ident))
    for ident in leaving:
        _check_left(show_volume(context, ident), change.target)
    for key in sorted(set(one.after) - set(one.before)):
        ident = context.id_of("volume", key)
        if (change.target, ident) in context.asked:
            continue
        shown = show_volume(context, ident)
        if not is_attached(shown, change.target):
            check_free(shown)
            context.session.send("compute", "POST", path, {"volumeAttachment": {"volumeId": ident}})
        context.asked.add((change.target, ident))


def _check_left(shown: Mapping[str, Any], server: str) -> None:
    """Raise ``NotYet`` while a volume is being detached, and ``ApplyError`` where Nova has given that up.

    Nova says ``detaching`` before it answers, and ``in-use`` again when the guest keeps the disk.
    """
    if shown["status"] == "in-use" and is_attached(shown, server):
        raise ApplyError(f"{state_of(shown)}: its guest keeps it; unmount it there, and apply again")
    if shown["status"] != "available" and is_attached(shown, server):
        raise NotYet(f"{state_of(shown)}, and should be available: see openstack server event list {server}")
