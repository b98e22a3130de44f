"""The decision: one pure function, so that plan, apply, watch and simulate cannot disagree about what is to be done.

Desired, observed and what was last applied go in; a decision comes out: steps in the order in which they must be done,
each with the fields, the line that asked and the consequence, and notes on everything that is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import change as changing
from .. import mark
from ..change import Change, Decision, Note
from . import affinity, guard, image, server, thing, volume
from .index import Index, several

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..desired import Desired, Wanted
    from ..observed import Item, Observed
    from ..policy import Applied, Policy
    from .thing import Found

ORDER = (
    "flavor",
    "key",
    "image",
    "network",
    "subnet",
    "router",
    "interface",
    "security_group",
    "server_group",
    "volume",
    "server",
    "floating_ip",
)
"""Each kind needs only kinds before it (security groups may also need each other)."""

USED = frozenset({"image", "key", "network", "security_group", "server_group"})
"""What is not removed as long as a server uses it."""

PRUNED_LAST = {kind: rank for rank, kind in enumerate(reversed(ORDER))}


def decide(
    desired: Desired, observed: Observed, last_applied: Mapping[str, Applied], now: float, policy: Policy
) -> Decision:
    """Return everything between desired and observed. ``now`` is in epoch seconds; ``last_applied`` is by uid."""
    index = Index(desired, observed, last_applied, policy)
    found: list[Found] = [*_complaints(index), *_claims(index), *_absent_externals(index), *volume.no_cinder(index)]
    for wanted in _in_order(desired.wanted):
        found += _pending(index, wanted, now) or _one(index, wanted)
    found += _holds(index)
    found += [*affinity.decide_placement(index), *_prune(index)]
    changes = guard.guard(index, (step for step in found if isinstance(step, Change)))
    changes = _still_needed(index, changes)
    changes = [*changes, *_follow(index, changes)]
    return Decision(tuple(changes), tuple(note for note in found if isinstance(note, Note)))


def _one(index: Index, wanted: Wanted) -> list[Found]:
    """Decide on one declared thing."""
    if wanted.kind == "server":
        return server.decide_server(index, wanted)
    other = {"volume": volume.decide_volume, "image": image.decide_image}
    return other.get(wanted.kind, thing.decide_thing)(index, wanted)


def _in_order(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Return things by kind, and within a kind after those of the same kind that they need."""
    by_kind: dict[str, list[Wanted]] = {kind: [] for kind in ORDER}
    for one_wanted in wanted:
        by_kind[one_wanted.kind].append(one_wanted)
    return [found for kind in ORDER for found in _after_needs(by_kind[kind])]


def _after_needs(wanted: list[Wanted]) -> list[Wanted]:
    """Sort things of one kind by their needs of each other; a circle is left as it stands."""
    names = {one_wanted.name for one_wanted in wanted}
    placed: set[str] = set()
    result: list[Wanted] = []
    left = wanted
    while left:
        free = [
            one_wanted
            for one_wanted in left
            if not any(kind == one_wanted.kind and name in names - placed for kind, name in one_wanted.needs)
        ]
        free = free or left
        result += free
        placed |= {one_wanted.name for one_wanted in free}
        taken = {one_wanted.key for one_wanted in free}
        left = [one_wanted for one_wanted in left if one_wanted.key not in taken]
    return result


def _follow(index: Index, changes: list[Change]) -> list[Change]:
    """Return the steps that lead floating addresses to the new port of a server that is replaced."""
    replaced = {step.name for step in changes if (step.kind, step.action) == ("server", "replace") and not step.blocked}
    planned = {step.uid for step in changes}
    found: list[Change] = []
    for wanted in index.desired.wanted:
        if wanted.kind != "floating_ip" or wanted.fields["server"] not in replaced or wanted.uid in planned:
            continue
        found += [thing.leading(wanted, item) for item in index.find(wanted)[:1] if not index.by_uid[wanted.uid][1:]]
    return found


def _complaints(index: Index) -> list[Found]:
    """Say what could not be looked at."""
    return [Note(changing.UNKNOWN, "cloud", "", text) for text in index.observed.complaints]


def _claims(index: Index) -> list[Found]:
    """Name what bears this stack's mark and belongs to another project: nothing of ours is made of it, or changed."""
    found: list[Found] = []
    for item in index.claiming:
        claim = item.claim
        if claim is not None and (claim.stack == index.desired.stack or claim.uid in index.uids):
            text = f"{item.id} bears this stack's mark and is of another project ({item.owner}): it is left alone"
            found.append(Note(changing.IGNORED, item.kind, claim.key or item.name, text))
    return found


def _holds(index: Index) -> list[Found]:
    """Name the servers of ours that somebody has locked: whatever is to be done to them waits until that ends."""
    items = ((one, item) for one in index.desired.wanted if one.kind == "server" for item in index.find(one))
    told = ((one, guard.lock_reason(item)) for one, item in items)
    return [Note(changing.IGNORED, "server", one.key, text, one.at()) for one, text in told if text]


def _absent_externals(index: Index) -> list[Found]:
    """Name what the declaration uses, nobody declares, and the cloud does not have (or has twice)."""
    found: list[Found] = []
    for external in index.desired.external:
        items = index.find_by_name(external.kind, external.name)
        if len(items) == 1 or not index.observed.covers(external.kind):
            continue
        hint = f"; did you mean {external.suggestion}?" if external.suggestion and not items else ""
        text = several(items) if items else f"is not in the cloud nor declared{hint}"
        found.append(Note(changing.DENIED, external.kind, external.name, text, external.origin))
    return found


def _pending(index: Index, wanted: Wanted, now: float) -> Optional[list[Found]]:
    """Hold a thing whose creation was sent a moment ago with no answer yet: asking again could make a twin."""
    applied = index.applied.get(wanted.uid)
    if applied is None or applied.intent_at is None or index.find(wanted):
        return None
    age = now - applied.intent_at
    if not 0 <= age < index.policy.grace:
        return None
    text = f"its creation was sent {age:.0f} s ago and is not answered: waiting {index.policy.grace - age:.0f} s more"
    return [Note(changing.HELD, wanted.kind, wanted.key, text, wanted.at(), passing=True)]


def _prune(index: Index) -> list[Found]:
    """Decide on everything that bears our proven mark and is not declared: the last things first."""
    doomed = [item for item in index.observed.items if _is_undeclared(index, item)]
    doomed.sort(key=lambda item: PRUNED_LAST.get(item.kind, 0))
    found: list[Found] = []
    going: set[str] = set()
    for item in doomed:
        steps = _removals(index, item, going)
        going |= {step.target for step in steps if isinstance(step, Change)}
        found += steps
    return found


def _removals(index: Index, item: Item, going: set[str]) -> list[Found]:
    """Remove one thing of any kind."""
    if item.kind == "server":
        return server.removal(index, item)
    return volume.removal(index, item) if item.kind == "volume" else _removal(index, item, going)


def _is_undeclared(index: Index, item: Item) -> bool:
    """Tell whether a thing is ours, the declaration does not know it, and the look at its kind was complete."""
    if not index.observed.covers(item.kind):
        return False
    if item.kind == "key":
        return ("key", item.name) not in index.wanted and bool(_made_key(index, item))
    if item.mark is None or not index.owns(item):
        return False
    return item.mark.uid not in index.uids and item.id not in index.adopted


def _made_key(index: Index, item: Item) -> str:
    """Return the public key that we last gave a key pair of this name; empty where we remember none."""
    applied = index.applied.get(mark.uid_of(index.desired.stack, "key", item.name))
    return str(applied.fields.get("public_key") or "") if applied is not None else ""


def _removal(index: Index, item: Item, going: set[str]) -> list[Found]:
    """Remove one thing that is not a server, unless something that stays still uses it."""
    key = (item.mark.key if item.mark else None) or item.name
    why = _why_needed(index, item, going)
    if why:
        return [Note(changing.IGNORED, item.kind, key, f"is no longer declared and stays: {why}")]
    return [
        Change(
            "delete",
            item.kind,
            key,
            reason="it is no longer declared",
            uid=mark.uid_of(index.desired.stack, item.kind, key),
            target=item.id,
            consequences=("none",),
            digest=thing.digest_of(item),
        )
    ]


def _why_needed(index: Index, item: Item, going: set[str]) -> str:
    """Say why a thing that is no longer declared must stay; empty where nothing speaks for it."""
    kind = {"subnet": "network", "interface": "network"}.get(item.kind, item.kind)
    words = {(kind, item.name), (kind, item.id), (item.kind, item.mark.key if item.mark else None)}
    if words & index.by_ident or any(not words.isdisjoint(one.needs) for one in index.desired.wanted):
        return "the declaration still uses it by its name"
    if item.kind == "key" and _made_key(index, item) != item.fields.get("public_key"):
        return "it is not the public key that we gave it, and Nova has no place for our mark"
    user = _used_by(index, item, going)
    return f"server {user} still uses it" if user else ""


def _still_needed(index: Index, changes: list[Change]) -> list[Change]:
    """Keep what is used by a server whose own removal is blocked."""
    ends = [one for one in changes if (one.kind, one.action) == ("server", "delete")]
    going = {one.target for one in ends if not one.blocked}
    if len(going) == len(ends):
        return changes
    kept: list[Change] = []
    for step in changes:
        item = index.by_id.get((step.kind, step.target)) if step.action == "delete" and step.kind in USED else None
        user = _used_by(index, item, going) if item is not None else ""
        kept.append(guard.block(step, f"server {user} still uses it") if user else step)
    return kept


def _used_by(index: Index, item: Item, going: set[str]) -> str:
    """Return the name of a server that stays and uses the thing; empty where none does."""
    if item.kind == "server_group":
        stays = next(iter(sorted(index.members(item) - going)), "")
        known = index.by_id.get(("server", stays))
        return known.name if known is not None else stays
    if item.kind not in USED:
        return ""
    for user in index.observed.of_kind("server"):
        if user.id not in going and _uses(user, item):
            return user.name
    return ""


def _uses(server: Item, item: Item) -> bool:
    """Tell whether a server uses an image, a key pair, a network or a security group."""
    if item.kind == "key":
        return bool(server.fields.get("key_name") == item.name)
    if item.kind == "image":
        return bool(server.fields.get("image") == item.id)
    ports = server.fields.get("interfaces") or ()
    return any(item.id == one.network or item.id in one.security_groups for one in ports)
