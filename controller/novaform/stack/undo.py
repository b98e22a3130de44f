"""The way back: a declaration that was applied before is decided on once more, like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from novaform import cloud, core
from novaform.stack import image_file
from novaform.stack.stack import IMAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from novaform.stack.stack import Stack

Kept = tuple[float, "core.desired.Desired"]


def history(stack: Stack) -> list[Kept]:
    """Return what was applied, with the time of each (epoch seconds), the last first."""
    journal = cloud.journal.to_read(stack.folder)
    try:
        return journal.history()
    finally:
        journal.close()


def go_back(stack: Stack, to: int) -> None:
    """Let the stack be what was applied ``to`` declarations before the last. ``DeclareError`` if there is none."""
    kept = history(stack)
    if not 1 <= to < len(kept):
        what = "nothing else was applied before" if len(kept) < 2 else f"choose --to 1 to {len(kept) - 1}"
        raise core.errors.DeclareError(f"stack {stack.desired.stack} cannot go back by {to}: {what}")
    texts = {
        str(one.fields["user_data"]): one.create.get("user_data")
        for one in stack.desired.wanted
        if one.kind == "server" and one.fields.get("user_data")
    }
    before = kept[to][1]
    now = {(one.kind, one.key): one.fields.get("metadata") or {} for one in stack.desired.wanted}
    wanted = (_unforgotten(one, now.get((one.kind, one.key), {})) for one in before.wanted)
    stack.desired = before._replace(wanted=tuple(_restore_contents(one, texts, stack) for one in wanted))


def _unforgotten(wanted: core.desired.Wanted, now: Mapping[str, Any]) -> core.desired.Wanted:
    """Return a thing of old with the secrets among its metadata as they are declared ``now``; no others are known."""
    metadata = wanted.fields.get("metadata") or {}
    secret = {name for name, value in metadata.items() if isinstance(value, core.hidden.Hidden)}
    if not secret:
        return wanted
    kept = {name: now.get(name) if name in secret else value for name, value in metadata.items()}
    known = {name: value for name, value in kept.items() if value is not None}
    return wanted._replace(fields={**wanted.fields, "metadata": known})


def _restore_contents(wanted: core.desired.Wanted, texts: dict[str, Any], stack: Stack) -> core.desired.Wanted:
    """Return a thing of old with the contents that are still known by their digests."""
    if wanted.kind == "server" and wanted.fields.get("user_data") in texts:
        return wanted._replace(create={**wanted.create, "user_data": texts[wanted.fields["user_data"]]})
    file = wanted.create.get("file") if wanted.kind == "image" else None
    if file and not image_file.holds(file, str(wanted.fields.get("content")), stack.root / IMAGES):
        return wanted._replace(create={**wanted.create, "file": None, "forgotten": file})
    return wanted
