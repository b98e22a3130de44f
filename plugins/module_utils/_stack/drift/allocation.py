"""Where Placement contradicts Nova: what is set aside for a server is not what it takes, or not where it is.

The scheduler believes Placement. What it has too much of makes hosts look full, what it lacks overfills them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .drift import ALLOCATION, Drift, server_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..observed import Item, Observed

TAKES = frozenset({"active", "paused", "stopped", "suspended", "rescued", "resized", "shelved"})
"""The vm_states in which a server takes something on its host."""
OFFLOADED = "shelved_offloaded"
PROCESSORS = ("VCPU", "PCPU")
MEMORY = "MEMORY_MB"
HEAL = "nova-manage placement heal_allocations writes it"


def of_allocations(observed: Observed, gone: Mapping[str, bool]) -> Iterator[Drift]:
    """Yield what Placement has set aside wrongly. ``gone``: consumers of which Nova surely knows nothing."""
    if observed.allocations is None:
        return
    items = {item.id: item for item in observed.of_kind("server")}
    for item in items.values():
        if item.status.get("task_state") is None:
            yield from _of_server(item, observed.allocations)
    for host, consumers in sorted(observed.allocations.items()):
        for consumer, amounts in sorted(consumers.items()):
            if consumer not in items and gone.get(consumer) is True:
                text = f"Placement holds {_amount(amounts)} for it, and Nova has no such server"
                yield Drift(ALLOCATION, consumer, host, text, of="consumer", id=consumer)


def _of_server(item: Item, allocations: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Iterator[Drift]:
    """Yield what is wrong about one server's allocation."""
    host, vm_state, name = str(item.status.get("host") or ""), item.status.get("vm_state"), server_name(item)
    has = {at: consumers[item.id] for at, consumers in allocations.items() if _takes(consumers.get(item.id))}
    if vm_state == OFFLOADED:
        for at, amounts in sorted(has.items()):
            yield Drift(ALLOCATION, name, at, f"it is on no host, and Placement holds {_amount(amounts)}", id=item.id)
    if vm_state not in TAKES or host not in allocations:
        return
    others = sorted(set(has) - {host})
    if host not in has:
        where = f"holds it on {', '.join(others)} instead" if others else f"holds nothing for it: {HEAL}"
        yield Drift(ALLOCATION, name, host, f"Nova says that it is here, and Placement {where}", id=item.id)
        return
    for at in others:
        text = f"Placement holds {_amount(has[at])}, too, and Nova says that it is on {host}"
        yield Drift(ALLOCATION, name, at, text, id=item.id)
    for text in _wrong_amounts(has[host], item.fields.get("flavor") or {}):
        yield Drift(ALLOCATION, name, host, text, id=item.id)


def _takes(amounts: object) -> bool:
    """Tell whether an allocation is one of a host, and not of storage that hosts share."""
    return isinstance(amounts, dict) and any(name in amounts for name in (*PROCESSORS, MEMORY))


def _wrong_amounts(amounts: Mapping[str, int], flavor: Mapping[str, object]) -> Iterator[str]:
    """Yield in what an allocation differs from a flavor."""
    processors = sum(amounts.get(name, 0) for name in PROCESSORS)
    for name, has, should in (
        ("vcpus", processors, flavor.get("vcpus")),
        ("memory", amounts.get(MEMORY, 0), flavor.get("ram_mb")),
    ):
        if should is not None and has != should:
            yield f"{name} is {has} in Placement and {should} in its flavor"


def _amount(amounts: Mapping[str, int]) -> str:
    """Return amounts in one line, as ``VCPU 1, MEMORY_MB 512``."""
    return ", ".join(f"{name} {value}" for name, value in sorted(amounts.items(), reverse=True))
