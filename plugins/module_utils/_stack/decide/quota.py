"""Does what is to be made fit into the project's quota? Nova says so one server at a time, in the middle of the work.

As with the budget of deaths it is all or nothing: where the new servers do not fit together, none of them is made, and
everything that needs no room (updates, repairs, deletions, what is not a server) is done as always.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from .server_field import sizes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..change import Change
    from ..desired import Desired
    from ..observed import Observed
    from .index import Index

WORDS = {"instances": "servers", "cores": "virtual processors", "ram_mb": "MiB of memory"}
"""Nova's quotas that servers count in, in words."""


def concerns(desired: Desired, observed: Observed) -> bool:
    """Tell whether servers are perhaps to be made, so that the quota is worth a request."""
    there = {item.mark.uid for item in observed.items if item.mark is not None}
    return any(
        one.kind == "server" and one.state != "absent" and not one.adopt and one.uid not in there
        for one in desired.wanted
    )


def fit(index: Index, changes: list[Change]) -> list[Change]:
    """Block the steps that need room which the quota does not have for all of them. What is unknown has room.

    A server that was there before is not kept away by new ones: if those that are to come back fit, they come back.
    """
    limits = index.observed.limits
    if limits is None:
        return changes
    needs = [Counter[str]() if change.blocked else _need(index, change) for change in changes]
    lacking = _short(limits, needs)
    if not lacking:
        return changes
    told = "; ".join(
        f"{number} {WORDS[name]} more, and of {limits[name][1]} there are {limits[name][0]} in use"
        for name, number in lacking.items()
    )
    reason = f"the project's quota is too small for this plan: it needs {told}"
    again = [change.action == "create" and _was_there(index, change) for change in changes]
    kept = not _short(limits, [one for one, back in zip(needs, again) if back])
    return [
        replace(change, blocked=reason) if any(one[name] for name in lacking) and not (kept and back) else change
        for change, one, back in zip(changes, needs, again)
    ]


def _was_there(index: Index, change: Change) -> bool:
    """Tell whether we made a thing once, so that making it is a repair."""
    remembered = index.applied.get(change.uid)
    return remembered is not None and bool(remembered.fields)


def _short(limits: Mapping[str, tuple[int, int]], needs: list[Counter[str]]) -> dict[str, int]:
    """Return the quotas of which there is too little left, each with how much is needed."""
    whole = sum(needs, Counter[str]())
    return {name: whole[name] for name in WORDS if name in limits and whole[name] > limits[name][1] - limits[name][0]}


def _need(index: Index, change: Change) -> Counter[str]:
    """Return what a step takes of the quotas. What a deletion gives back does not count: deletions come last."""
    wanted = index.wanted.get((change.kind, change.name))
    if change.kind != "server" or wanted is None or change.action not in {"create", "replace", "resize"}:
        return Counter()
    name = wanted.fields.get("flavor", "")
    declared, known = index.wanted.get(("flavor", name)), index.item("flavor", name)
    source = declared or known
    after = sizes(source.fields) if source is not None else {}
    item = index.by_id.get(("server", change.target))
    before: Mapping[str, int] = sizes(item.fields["flavor"]) if item is not None else {}
    grown = {"cores": "vcpus", "ram_mb": "ram_mb"}
    more = {name: after.get(size, 0) - before.get(size, 0) for name, size in grown.items()}
    return +Counter({"instances": int(change.action == "create"), **more})
