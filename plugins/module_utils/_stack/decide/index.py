"""Desired and observed side by side: who is who, and what a name or an id stands for."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from .. import mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..desired import Desired, Wanted
    from ..observed import Domain, Item, Observed
    from ..policy import Applied, Policy

NAMED = frozenset({"flavor", "key", "server_group"})
"""Kinds whose name is unique in the cloud, so that the name finds them."""


class Proof(NamedTuple):
    """What the hosts say of one server. ``asked`` only if the host that Nova names did answer.

    ``elsewhere`` names another host that has the guest, too; it is empty where none does.
    """

    asked: bool
    domain: Optional[Domain] = None
    elsewhere: str = ""


class Index:
    """Lookups over one desire and one look; nothing here changes anything."""

    def __init__(self, desired: Desired, observed: Observed, applied: Mapping[str, Applied], policy: Policy) -> None:
        self.desired = desired
        self.observed = observed
        self.applied = applied
        self.policy = policy
        self.by_uid: dict[str, list[Item]] = defaultdict(list)
        self.by_name: dict[tuple[str, str], list[Item]] = defaultdict(list)
        self.by_id: dict[tuple[str, str], Item] = {}
        self.claiming: list[Item] = []
        for item in observed.items:
            if item.mark is not None:
                self.by_uid[item.mark.uid].append(item)
            elif item.claim is not None:
                self.claiming.append(item)
            self.by_name[item.kind, item.name].append(item)
            self.by_id[item.kind, item.id] = item
        self.wanted = {(one.kind, one.key): one for one in desired.wanted}
        self.uids = {one.uid for one in desired.wanted}
        self.by_ident = {(one.kind, one.name) for one in desired.external}
        self.grouped: dict[str, frozenset[str]] = {}
        self.names: dict[tuple[str, str], Optional[str]] = {}
        self.specs: dict[tuple[Optional[str], int], str] = {}
        self.words: dict[tuple[str, str], str] = {}
        self.adopted = {one.adopt["id"] for one in desired.wanted if one.adopt.get("id")}

    def find(self, wanted: Wanted) -> list[Item]:
        """Return the things that are, or claim to be, the wanted one; the best first."""
        items = self.by_name[wanted.kind, wanted.name] if wanted.kind in NAMED else self.by_uid[wanted.uid]
        if not items and wanted.adopt:
            return self.find_adopted(wanted)
        if len(items) < 2:
            return items
        return sorted(items, key=lambda item: (item.status.get("vm_state") != "active", item.status.get("created", "")))

    def find_adopted(self, wanted: Wanted) -> list[Item]:
        """Return the existing things that the declaration says a wanted one is."""
        if "id" in wanted.adopt:
            return [one for one in (self.by_id.get((wanted.kind, wanted.adopt["id"])),) if one is not None]
        named = self.by_name[wanted.kind, wanted.adopt["name"]]
        return [one for one in named if one.mark is None and one.claim is None]

    def find_by_name(self, kind: str, name: str) -> list[Item]:
        """Return the existing things that a name which nobody declares stands for; the name may be an id."""
        one = self.by_id.get((kind, name))
        return self.by_name[kind, name] or ([] if one is None else [one])

    def candidates(self, kind: str, name: str) -> list[Item]:
        """Return all existing things that a declared name could stand for."""
        wanted = self.wanted.get((kind, name))
        items = self.find(wanted) if wanted is not None else self.find_by_name(kind, name)
        return [one for one in items if holds(one, wanted)] if wanted is not None and kind == "image" else items

    def item(self, kind: str, name: str) -> Optional[Item]:
        """Return the one existing thing that a declared name stands for; None where there is none, or several."""
        items = self.candidates(kind, name)
        return items[0] if len(items) == 1 else None

    def lack(self, kind: str, name: str) -> str:
        """Say why a name stands for nothing that could be used."""
        items = self.candidates(kind, name)
        return several(items) if items else "is not there"

    def members(self, group: Item) -> frozenset[str]:
        """Return the ids of a server group's servers."""
        if group.id not in self.grouped:
            self.grouped[group.id] = frozenset(group.status.get("members") or ())
        return self.grouped[group.id]

    def declared_name(self, kind: str, ident: Optional[str]) -> Optional[str]:
        """Return by which name the declaration knows the thing with this id: its key if ours, else its own name."""
        item = self.by_id.get((kind, ident or ""))
        if item is None or (kind, item.id) in self.by_ident:
            return ident
        if (kind, item.name) in self.by_ident:
            return item.name
        ours = item.mark is not None and item.mark.stack == self.desired.stack
        return item.mark.key if ours and item.mark is not None else item.name

    def name_of(self, kind: str, ident: str) -> Optional[str]:
        """Return what ``declared_name`` does; None for a thing that is not to be seen. Asked often, of few things."""
        if (kind, ident) not in self.names:
            self.names[kind, ident] = self.declared_name(kind, ident) if self.find_by_name(kind, ident) else None
        return self.names[kind, ident]

    def word(self, kind: str, word: str) -> str:
        """Return what ``declared_name`` returns of the thing that a declared word, a name or an id, stands for.

        So one thing is the same thing where one server has its name and another its id.
        """
        if (kind, word) not in self.words:
            item = self.item(kind, word)
            self.words[kind, word] = word if item is None else self.declared_name(kind, item.id) or word
        return self.words[kind, word]

    def owns(self, item: Item) -> bool:
        """Tell whether tag and proof both say that this is ours.

        A server group's name is both: key and uid, which only the request that makes it can give it.
        """
        if item.kind == "server_group" and item.mark is not None:
            return item.mark.uid == mark.uid_of(self.desired.stack, item.kind, item.mark.key or "")
        return item.mark is not None and item.mark.proven and item.mark.stack == self.desired.stack

    def proof(self, item: Item) -> Proof:
        """Return what libvirt on the server's host says of it."""
        domains, host = self.observed.domains, str(item.status.get("host") or "")
        if domains is None or not host:
            return Proof(asked=False)
        short = host.split(".", maxsplit=1)[0]
        guests = domains.get(host, domains.get(short))
        if guests is None:
            return Proof(asked=False)
        others = (name for name, has in sorted(domains.items()) if has is not guests and item.id in has)
        elsewhere = next(others, "")
        return Proof(asked=True, domain=guests.get(item.id), elsewhere=elsewhere)

    def last(self, wanted: Wanted) -> Mapping[str, Any]:
        """Return the fields as we last applied them; empty when that is not known."""
        remembered = self.applied.get(wanted.uid)
        return remembered.fields if remembered is not None else {}


def several(items: Sequence[Item]) -> str:
    """Say that one name or mark stands for several things: which of them is meant, only a person can tell."""
    return f"is there {len(items)} times ({', '.join(sorted(item.id for item in items))}): leave one, or rename others"


def is_whole(image: Item) -> bool:
    """Tell whether an image is more than half an upload."""
    return image.status.get("status") == "active"


def holds(image: Item, wanted: Wanted) -> bool:
    """Tell whether an image is whole and has the declared content, by its mark and by Glance's own digests."""
    return (
        is_whole(image) and image.fields.get("content") == wanted.fields.get("content") and not is_belied(image, wanted)
    )


def is_belied(image: Item, wanted: Wanted) -> bool:
    """Tell whether Glance's own digest of an image is another one than that of the declared file.

    What the mark says of the content can be written by whoever may write properties; what Glance computed cannot.
    """
    declared: Mapping[str, str] = wanted.create.get("digests") or {}
    told: Mapping[str, str] = image.status.get("digests") or {}
    return any(told[name] != digest for name, digest in declared.items() if name in told)
