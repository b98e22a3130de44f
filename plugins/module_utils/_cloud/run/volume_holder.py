"""Volumes that servers hold: which deletions go first because of them, and which wait for another day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._stack.change import DONE, SKIPPED, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._stack.change import Change
    from ..context import Context


def holders_first(context: Context, changes: Sequence[Change]) -> tuple[list[Change], list[Change]]:
    """Part the deletions of servers that have a declared volume: who is to get it must not wait in vain."""
    early = []
    for change in changes:
        server = context.item_of("server", change.target)
        volumes = [context.item_of("volume", ident) for ident in (server.fields.get("volumes") or () if server else ())]
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
