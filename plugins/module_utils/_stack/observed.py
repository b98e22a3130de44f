"""What was seen in the cloud, and how much of it: "not there" and "could not look" are different answers.

Fields bear the names and units of the declaration, so that desired and observed compare field by field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .mark import Mark

COMPLETE = "complete"
PARTIAL = "partial"
FAILED = "failed"
UNASKED = "unasked"


class Interface(NamedTuple):
    """One port of a server: ids of its network and of its security groups (sorted), and its addresses."""

    network: str
    addresses: tuple[str, ...]
    security_groups: tuple[str, ...]


class Item(NamedTuple):
    """One thing in the cloud. ``status`` holds what is a condition and not a wish: vm_state, host, fault, ...

    ``owner`` is the id of its project. ``claim`` is a mark on something of another project's: it proves nothing.
    """

    kind: str
    id: str
    name: str
    fields: Mapping[str, Any]
    mark: Optional[Mark] = None
    status: Mapping[str, Any] = {}
    owner: Optional[str] = None
    claim: Optional[Mark] = None


OWNERLESS = frozenset({"flavor", "key"})
"""Kinds without a project: flavors are the administrator's, key pairs are the user's own."""


def of_project(items: Iterable[Item], project: str) -> Iterator[Item]:
    """Yield things with their marks, as far as these count: only on what is the project's own.

    Tags and texts are written by whoever owns a thing, and our ids can be computed by anybody: what another project
    shares with us may bear any mark. On what is nobody's, which only an administrator can make, a mark is half a mark.
    """
    for item in items:
        if item.mark is None or item.owner == project or item.kind in OWNERLESS:
            yield item
        elif item.owner is None:
            yield item._replace(mark=item.mark._replace(proven=False))
        else:
            yield item._replace(mark=None, claim=item.mark)


class Domain(NamedTuple):
    """What libvirt on a host says of one guest: ``state`` as virsh names it (running, shut off, paused, ...).

    ``name`` is the server's, from the block that Nova writes into its guests; empty for a guest that is none of Nova's.
    ``vcpus`` and ``memory_mb`` are those that it runs with, or would where it is off; ``next_vcpus`` and
    ``next_memory_mb`` those of its next start, ``nova_vcpus`` and ``nova_memory_mb`` those in Nova's block. ``ports``
    and ``volumes`` are the ids of what it is connected to; None where libvirt does not tell them all.
    """

    uuid: str
    state: str
    vnc: Optional[str] = None
    name: str = ""
    vcpus: Optional[int] = None
    memory_mb: Optional[int] = None
    next_vcpus: Optional[int] = None
    next_memory_mb: Optional[int] = None
    nova_vcpus: Optional[int] = None
    nova_memory_mb: Optional[int] = None
    ports: Optional[tuple[str, ...]] = None
    volumes: Optional[tuple[str, ...]] = None


class Observed(NamedTuple):
    """Everything seen in one look.

    ``coverage`` says for each kind whether the list is complete; a kind that is missing was not asked for.
    ``domains`` maps the hosts that answered to their guests; None where no host was asked. ``allocations`` maps hosts
    to what Placement has set aside there, for each consumer the amount of each resource class; None where nobody asked.
    ``limits`` are (used, most) of those quotas that have an end; None where nobody asked or is told.
    ``image_formats`` are the disk formats that Glance takes; None where nobody asked or is told.
    ``unknown`` holds ids of servers that exist and could not be read (their cell is down).
    """

    items: tuple[Item, ...] = ()
    coverage: Mapping[str, str] = {}
    domains: Optional[Mapping[str, Mapping[str, Domain]]] = None
    unknown: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
    allocations: Optional[Mapping[str, Mapping[str, Mapping[str, int]]]] = None
    limits: Optional[Mapping[str, tuple[int, int]]] = None
    image_formats: Optional[frozenset[str]] = None

    def covers(self, kind: str) -> bool:
        """Tell whether the absence of a thing of this kind may be believed."""
        return self.coverage.get(kind) == COMPLETE and not (kind == "server" and self.unknown)

    def of_kind(self, kind: str) -> list[Item]:
        """Return all things of one kind."""
        return [item for item in self.items if item.kind == kind]
