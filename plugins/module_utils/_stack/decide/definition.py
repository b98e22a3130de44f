"""Is a guest what Nova says of its server? Sizes now and at its next start, ports, volumes, and Nova's own block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..observed import Domain, Item


def wrong(item: Item, domain: Domain) -> Iterator[str]:
    """Yield in what a guest differs from its server, a clause each."""
    flavor: Mapping[str, Any] = item.fields.get("flavor") or {}
    yield from wrong_sizes(domain, flavor)
    for where, vcpus, memory in (
        ("at its next start", domain.next_vcpus, domain.next_memory_mb),
        ("in the block that Nova wrote into it", domain.nova_vcpus, domain.nova_memory_mb),
    ):
        # What is wrong now as well is told already.
        others = domain._replace(
            vcpus=None if vcpus == domain.vcpus else vcpus, memory_mb=None if memory == domain.memory_mb else memory
        )
        yield from wrong_sizes(others, flavor, where)
    if item.fields.get("interfaces") is not None:
        yield from _apart("port", item.status.get("nics"), domain.ports)
    yield from _apart("volume", item.fields.get("volumes"), domain.volumes)


def wrong_sizes(domain: Domain, flavor: Mapping[str, Any], where: str = "at the host") -> Iterator[str]:
    """Yield in which sizes a guest differs from a flavor."""
    sizes = (("vcpus", domain.vcpus, flavor.get("vcpus")), ("memory", domain.memory_mb, flavor.get("ram_mb")))
    for name, has, should in sizes:
        if has is not None and should is not None and has != should:
            yield f"{name} is {has} {where} and {should} in its flavor"


def _apart(what: str, told: Any, has: Any) -> Iterator[str]:
    """Yield what only one side knows; nothing where a side does not tell."""
    if told is None or has is None:
        return
    for ident in sorted(set(told) - set(has)):
        yield f"{what} {ident} is not connected at the host"
    for ident in sorted(set(has) - set(told)):
        yield f"{what} {ident} is connected at the host and is not the server's"
