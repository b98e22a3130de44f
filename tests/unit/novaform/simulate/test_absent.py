"""What is not there is a 404 of the simulated cloud's, too, however it is asked for; never an accident inside."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench

NOBODY = "00000000-0000-4000-8000-000000000000"
NEUTRON = ("networks", "subnets", "routers", "ports", "security-groups", "floatingips", "security-group-rules", "no")
OF_A_SERVER = ("no", *(f"{path}/{NOBODY}" for path in ("metadata", "tags", "os-interface", "os-volume_attachments")))
OF_A_SERVER += (f"os-instance-actions/{NOBODY}",)
PATHS = [
    *(f"/image/v2/{path}" for path in ("no", f"no/{NOBODY}", f"images/{NOBODY}", f"images/{NOBODY}/file")),
    *(f"/network/v2.0/{plural}/{NOBODY}" for plural in NEUTRON),
    "/network/v2.0/no",
    *(f"/volume/v3/{path}" for path in ("no", f"no/{NOBODY}", f"volumes/{NOBODY}")),
    *(f"/compute/v2.1/{path}/{NOBODY}" for path in ("servers", "flavors", "os-keypairs", "os-server-groups", "no")),
    *(f"/compute/v2.1/servers/SERVER/{path}" for path in OF_A_SERVER),
    "/no",
]
WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/network/v2.0/subnets", {"subnet": {"network_id": NOBODY, "cidr": "10.0.0.0/24"}}),
    ("POST", "/network/v2.0/ports", {"port": {"network_id": NOBODY}}),
    ("POST", "/network/v2.0/routers", {"router": {"external_gateway_info": {"network_id": NOBODY}}}),
    ("POST", "/network/v2.0/floatingips", {"floatingip": {"floating_network_id": NOBODY}}),
    ("POST", "/network/v2.0/security-group-rules", {"security_group_rules": [{"security_group_id": NOBODY}]}),
    ("POST", "/network/v2.0/no", {"no": {}}),
    ("PUT", f"/network/v2.0/networks/{NOBODY}/tags", {"tags": []}),
    ("PUT", "/network/v2.0/routers/ROUTER/add_router_interface", {"subnet_id": NOBODY}),
    ("PUT", "/network/v2.0/routers/ROUTER/remove_router_interface", {"subnet_id": NOBODY}),
    ("POST", "/volume/v3/volumes", {"volume": {"name": "v", "size": 1, "imageRef": NOBODY}}),
    ("POST", f"/volume/v3/volumes/{NOBODY}/action", {"os-extend": {"new_size": 2}}),
    ("PATCH", f"/image/v2/images/{NOBODY}", []),
    ("PUT", f"/image/v2/images/{NOBODY}/file", {}),
    ("PUT", "/compute/v2.1/servers/SERVER/no", {}),
    ("POST", "/compute/v2.1/servers/SERVER/os-interface", {"interfaceAttachment": {"net_id": NOBODY}}),
    ("POST", "/compute/v2.1/servers/SERVER/os-volume_attachments", {"volumeAttachment": {"volumeId": NOBODY}}),
    ("POST", f"/compute/v2.1/flavors/{NOBODY}/os-extra_specs", {"extra_specs": {}}),
]


@pytest.fixture(scope="module")
def bench() -> Bench:
    bench = Bench()
    assert bench.apply(stack.desired(1))["report"]["clean"]
    return bench


def asked(bench: Bench, method: str, path: str, body: Any = None) -> int:
    """Return the status of an answer."""
    cloud = bench.cloud
    cloud.session().token()
    path = path.replace("SERVER", next(iter(cloud.nova.servers)))
    path = path.replace("ROUTER", next(iter(cloud.neutron.store["routers"])))
    headers = {"X-Auth-Token": next(iter(cloud.tokens)), "OpenStack-API-Version": "compute 2.95"}
    return cloud.send(method, cloud.root + path, headers, None if body is None else json.dumps(body).encode()).status


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("path", PATHS)
def test_what_is_not_there_is_a_404(bench: Bench, path: str, method: str) -> None:
    assert asked(bench, method, path) == 404


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=[f"{one[0]} {one[1]}" for one in WRITES])
def test_what_names_something_that_is_not_there_is_refused(bench: Bench, method: str, path: str, body: Any) -> None:
    before = {plural: len(things) for plural, things in bench.cloud.neutron.store.items()}
    assert asked(bench, method, path, body) in {400, 404}
    assert {plural: len(things) for plural, things in bench.cloud.neutron.store.items()} == before


def test_rules_are_listed_and_shown(bench: Bench) -> None:
    session = bench.cloud.session()
    rules = list(session.pages("network", "/security-group-rules", "security_group_rules"))
    shown = session.get("network", f"/security-group-rules/{rules[0]['id']}")
    assert shown["security_group_rule"] == rules[0]
