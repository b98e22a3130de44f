"""What Placement holds for a server, from its first moment on a host until it leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from novaform.cloud import allocation

if TYPE_CHECKING:
    from ground import Ground

SMALL = {"VCPU": 1, "MEMORY_MB": 128, "DISK_GB": 1}


def held(ground: Ground, ident: str) -> dict[str, dict[str, int]]:
    """Return what is set aside for a server, by host."""
    told = allocation.observe_allocations(ground.session)
    assert told is not None
    return {host: dict(consumers[ident]) for host, consumers in told.items() if ident in consumers}


def test_a_server_takes_its_flavor_on_its_host_alone_until_it_leaves_it(ground: Ground) -> None:
    ident = ground.built()
    host = (ground.show(ident) or {})["OS-EXT-SRV-ATTR:hypervisor_hostname"]
    assert held(ground, ident) == {host: SMALL}
    ground.act(ident, "os-stop")
    ground.until(ident, "stopped")
    assert held(ground, ident) == {host: SMALL}
    ground.act(ident, "shelve")
    ground.until(ident, "shelved_offloaded")
    ground.wait(ident, lambda _: not held(ground, ident))


def test_what_is_gone_is_told_from_what_is_there(ground: Ground) -> None:
    ident, nobody = ground.built(), "00000000-0000-4000-8000-000000000000"
    assert ident in allocation.elsewhere(ground.session)
    assert allocation.are_gone(ground.session, [ident, nobody]) == {ident: False, nobody: True}


def test_a_migration_that_holds_what_a_resize_left_is_known_as_one(ground: Ground) -> None:
    ident = ground.built()
    ground.act(ident, "resize", {"flavorRef": ground.flavors["large"]})
    ground.until(ident, "resized")
    told = allocation.observe_allocations(ground.session) or {}
    consumers = {one for consumers in told.values() for one in consumers}
    known = allocation.are_gone(ground.session, consumers)
    lost = {one for one, gone in known.items() if gone}
    assert lost <= (allocation.migrations(ground.session) or frozenset())
    ground.act(ident, "confirmResize")
    ground.until(ident, "active")
