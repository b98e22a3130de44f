"""Of the long lists everything is kept that somebody reads, and what is said alike is one value."""

from __future__ import annotations

from typing import Any

from ansible_collections.novaform.compute.plugins.module_utils._cloud.kind import kept, router
from ansible_collections.novaform.compute.plugins.module_utils._cloud.kind.port import PORTS
from ansible_collections.novaform.compute.plugins.module_utils._cloud.kind.server import read
from fakes import stack
from fakes.bench import Bench


class Asked(dict[str, Any]):
    """A mapping that knows what was asked of it."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)


def listed(number: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return servers and their ports as a cloud lists them, fresh from JSON."""
    bench = Bench()
    bench.apply(stack.desired(number))
    bench.servers()
    session = bench.cloud.session()
    servers, ports = (
        list(session.pages(*where))
        for where in (("compute", "/servers/detail", "servers"), ("network", "/ports", "ports"))
    )
    return servers, ports


def test_nothing_is_dropped_that_is_read() -> None:
    servers, ports = listed(1)
    server = Asked({name: servers[0].get(name) for name in (*servers[0], *read.KEPT.fields)})
    port = Asked({**ports[0], "device_owner": router.LEG})
    read.to_server(server, [port])
    router.to_interface(port, {})
    assert server.names <= set(read.KEPT.fields)
    assert port.names <= set(PORTS.kept.fields)


def test_a_member_reads_the_same_when_kept() -> None:
    servers, ports = listed(2)
    keep, plug = kept.Keeper(read.KEPT).keep, kept.Keeper(PORTS.kept).keep
    for server in servers:
        own = [port for port in ports if port["device_id"] == server["id"]]
        assert own
        again = read.to_server(keep(server), [plug(port) for port in own])
        assert again == read.to_server(server, own)


def test_what_is_said_alike_is_one_value() -> None:
    servers, ports = listed(2)
    keep = kept.Keeper(read.KEPT).keep
    first, second = map(keep, servers)
    assert first["flavor"] is second["flavor"]
    assert first["image"] is second["image"]
    port = kept.Keeper(PORTS.kept).keep(next(one for one in ports if one["device_id"] == first["id"]))
    assert port["device_id"] is first["id"]


def test_a_list_that_was_read_is_empty() -> None:
    members: list[dict[str, Any]] = [{"id": "a"}, {"id": "b"}]
    assert [one["id"] for one in kept.drain(members)] == ["a", "b"]
    assert members == []


def test_neutron_is_asked_for_what_is_kept() -> None:
    bench = Bench()
    bench.plan()
    asked = next(path for method, path in bench.cloud.log if method == "GET" and "/ports?" in path)
    assert asked.endswith(kept.query_of(PORTS.kept))
    assert "&fields=device_id" in asked
