"""The last look at a plan before anybody acts on it: nothing dies beyond the budget, nor by an empty file.

A guarded step stays in the plan with the reason for which it is not done.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..._core.text import clean_line
from .. import consequence
from ..model.server import ANY_EXTERNAL
from . import quota

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..change import Change
    from ..observed import Item
    from .index import Index

FATAL = frozenset({"delete", "replace", "rebuild"})
"""What a server's disk does not survive."""
NEEDED_FOR = {
    "flavor": "flavor",
    "image": "image",
    "networks": "subnet",
    "fixed_ips": "subnet",
    "security_groups": "security_group",
    "port_groups": "security_group",
    "rules": "security_group",
    "volumes": "volume",
    "external": "network",
    "router": "router",
    "server": "server",
}
"""Of what kind a changed field needs things."""
MAKES = frozenset({"create", "replace", "rebuild"})


def block(change: Change, reason: str) -> Change:
    """Return the step with the first reason against it."""
    return change if change.blocked else replace(change, blocked=reason)


def _dies(change: Change) -> bool:
    """Tell whether a server's disk or life ends by this step, or a volume."""
    return change.kind in {"server", "volume"} and change.action in FATAL and change.consequence != consequence.NONE


def _destroys(change: Change) -> bool:
    """Tell whether anything ends by this step."""
    return _dies(change) or change.action == "delete"


def guard(index: Index, changes: Iterable[Change]) -> list[Change]:
    """Apply all guards; the order of steps stays."""
    guarded = [_block_locked(index, _forgotten(index, change)) for change in changes]
    guarded = _consequences(index, _somewhere(index, guarded))
    reason = _incomplete(index) or _shrinking(index, guarded) or _overspent(index, guarded)
    if reason:
        guarded = [block(change, reason) if _destroys(change) else change for change in guarded]
    guarded = _waiting(index, guarded)
    fitting = quota.fit(index, guarded)
    return guarded if fitting == guarded else _waiting(index, fitting)


def _forgotten(index: Index, change: Change) -> Change:
    """Block the making of what a declaration of old describes and nobody has the content of any more."""
    wanted = index.wanted.get((change.kind, change.name))
    if wanted is None or change.action not in MAKES:
        return change
    if change.kind == "server" and wanted.fields.get("user_data") and wanted.create.get("user_data") is None:
        return block(change, "the text of its user data is not kept: apply the declaration that has it")
    if change.kind == "image" and wanted.create.get("forgotten"):
        return block(change, f"{wanted.create['forgotten']} has another content now: put the file of then there")
    return change


def _block_locked(index: Index, change: Change) -> Change:
    """Block what would touch a server that somebody has locked: Nova lets an administrator do it all the same."""
    item = index.by_id.get((change.kind, change.target)) if change.kind == "server" else None
    reason = lock_reason(item) if item is not None else ""
    return block(change, f"{reason}: openstack server unlock {change.target}") if reason else change


def lock_reason(item: Item) -> str:
    """Say that a server is locked, and why; empty where it is not."""
    if not item.status.get("locked"):
        return ""
    why = clean_line(" ".join(str(item.status.get("locked_reason") or "").split()))
    return f"somebody locked it: {why[:200]}" if why else "somebody locked it"


def _somewhere(index: Index, changes: list[Change]) -> list[Change]:
    """Block an address of which nobody can say from which network it is to come, and the server that is to have it."""
    there = sum(1 for item in index.observed.of_kind("network") if item.fields.get("external"))
    declared = [one for one in index.desired.wanted if one.kind == "network" and one.fields.get("external")]
    number = there + sum(1 for one in declared if not index.find(one))
    if number == 1 or not index.observed.covers("network"):
        return changes
    wanted = (index.wanted.get((one.kind, one.name)) for one in changes if one.action == "create")
    anywhere = [one for one in wanted if one is not None and one.create.get("external") == ANY_EXTERNAL]
    doubtful = {(one.kind, one.key) for one in anywhere if one.kind == "floating_ip"}
    doubtful |= {("server", one.fields["server"]) for one in anywhere if one.kind == "floating_ip"}
    reason = f"the cloud has {number or 'no'} external networks: say which, as floating_ip: NETWORK"
    return [block(one, reason) if (one.kind, one.name) in doubtful and one.action in MAKES else one for one in changes]


def _consequences(index: Index, changes: list[Change]) -> list[Change]:
    """Block what is graver than the person allowed."""
    limit = index.policy.max_consequence
    return [
        block(change, f"{change.consequence} is graver than --max-consequence {limit}")
        if consequence.exceeds(change.consequence, limit)
        else change
        for change in changes
    ]


def _incomplete(index: Index) -> str:
    """Nothing ends unless everything could be seen."""
    lacking = [kind for kind in index.observed.coverage if not index.observed.covers(kind)]
    if not lacking:
        return ""
    kind = "server" if "server" in lacking else lacking[0]
    return f"not all {kind.replace('_', ' ')}s could be looked at: nothing is deleted or replaced until they can"


def _count_owned(index: Index) -> int:
    """Count the servers that are surely ours."""
    return sum(1 for item in index.observed.of_kind("server") if index.owns(item))


def _shrinking(index: Index, changes: list[Change]) -> str:
    """A file that was emptied or halved by mistake must not empty the cloud."""
    doomed = sum(1 for change in changes if change.kind == "server" and change.action == "delete" and _dies(change))
    declared = sum(1 for one in index.desired.wanted if one.kind == "server")
    have = _count_owned(index)
    if doomed and not declared and not index.policy.allow_empty:
        return f"the declaration has no servers left and {have} are there: --allow-empty if that is meant"
    if doomed > 1 and doomed * 2 > have and declared and not index.policy.allow_shrink:
        return f"{doomed} of {have} servers would go: --allow-shrink if that is meant"
    return ""


def _overspent(index: Index, changes: list[Change]) -> str:
    """More deaths than the budget means that none of them happens."""
    doomed = sum(1 for change in changes if _dies(change) and not change.blocked)
    budget = index.policy.budget(_count_owned(index))
    if doomed <= budget:
        return ""
    return f"{doomed} servers would lose their disk and the budget is {budget}: --max-delete {doomed} if that is meant"


def _waiting(index: Index, changes: list[Change]) -> list[Change]:
    """Block what needs something that is neither there nor made by this plan."""
    made = {(change.kind, change.name): change for change in changes if change.action in {"create", "replace"}}
    result: list[Change] = []
    stuck: set[tuple[str, str]] = set()
    for change in changes:
        wanted = index.wanted.get((change.kind, change.name))
        needs = wanted.needs if wanted is not None else ()
        if change.action not in {"create", "replace"}:
            kinds = {NEEDED_FOR.get(one.field) for one in change.fields}
            needs = tuple(need for need in needs if need[0] in kinds)
        lacking = [said for said in (_lack(index, need, made, stuck) for need in needs) if said]
        result.append(block(change, f"it needs {lacking[0]}") if lacking else change)
        if result[-1].blocked and change.action == "create":
            stuck.add((change.kind, change.name))
    return result


def _lack(
    index: Index, need: tuple[str, str], made: Mapping[tuple[str, str], Change], stuck: set[tuple[str, str]]
) -> str:
    """Say why a needed thing is not there nor made; empty where it is. A network of others stands for its subnet."""
    kind, name = need
    if kind == "subnet" and len(index.candidates("network", name)) > 1:
        kind = "network"
    elif need not in stuck:
        others = kind == "subnet" and need not in index.wanted and index.item("network", name) is not None
        if need in made or others or index.item(kind, name) is not None:
            return ""
    return f"{kind.replace('_', ' ')} {name}, which {index.lack(kind, name)}"
