"""Nova's actions on a server: its answer comes before they are done."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from ...._core.errors import ApplyError
from ...._stack import mark
from .make import metadata_of

if TYPE_CHECKING:
    from ...._stack.desired import Wanted
    from ...context import Context

ACTIONS: dict[str, dict[str, Any]] = {
    "start": {"os-start": None},
    "stop": {"os-stop": None},
    "reboot": {"reboot": {"type": "HARD"}},
    "pause": {"pause": None},
    "unpause": {"unpause": None},
    "suspend": {"suspend": None},
    "resume": {"resume": None},
    "shelve": {"shelve": None},
    "unshelve": {"unshelve": None},
    "confirm": {"confirmResize": None},
    "revert": {"revertResize": None},
}


def act(context: Context, action: str, target: str, wanted: Wanted) -> None:
    """Ask Nova for an action on a server; the answer comes before it is done."""
    body = ACTIONS.get(action)
    if action == "resize":
        body = {"resize": {"flavorRef": context.id_of("flavor", wanted.fields["flavor"])}}
    if action == "rebuild":
        body = {"rebuild": {"imageRef": context.id_of("image", wanted.fields["image"])}}
        if wanted.create.get("user_data") and wanted.policy.get("user_data") == "rebuild":
            body["rebuild"].update(_rebuilt_user_data(context, target, wanted))
    if body is None:
        raise ApplyError(f"{wanted.at()}: nothing is known about how to {action} a server")
    context.session.send("compute", "POST", f"/servers/{target}/action", body)


def _rebuilt_user_data(context: Context, server: str, wanted: Wanted) -> dict[str, Any]:
    """Return new user-data for a rebuild, and its hash: a rebuild with metadata replaces all of it, our mark too."""
    text = base64.b64encode(wanted.create["user_data"].encode()).decode()
    metadata = metadata_of(context.stack, wanted)
    item = context.index.by_id.get(("server", server))
    if item is not None and metadata.pop(mark.HINTS, None) and "hints" in item.fields:
        metadata[mark.HINTS] = item.fields["hints"]  # a rebuild asks no scheduler
    return {"user_data": text, "metadata": metadata}
