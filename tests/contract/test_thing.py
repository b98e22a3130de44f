"""What stands beside servers in Nova, lists in pages, and the version that both sides understand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fakes import stack
from novaform import core
from novaform.cloud import session as sessions

if TYPE_CHECKING:
    from ground import Ground


def test_an_older_nova_is_met_where_it_is(ground: Ground) -> None:
    asked = sessions.Session(ground.session.credential, ground.session.transport, ground.session.clock)
    asked.version = (2, 999)
    assert isinstance(asked.get("compute", "/flavors/detail")["flavors"], list)
    assert (2, 69) <= asked.version <= sessions.NEWEST


def test_tags_in_the_request_want_their_version(ground: Ground) -> None:
    asked = sessions.Session(ground.session.credential, ground.session.transport, ground.session.clock)
    asked.version = (2, 51)
    body = {"server": ground.request(tags=["a"])}
    status, said = ground.refusal(lambda: asked.send("compute", "POST", "/servers", body))
    assert status == 400
    assert "'tags' was unexpected" in said


def test_lists_come_in_pages_without_a_gap(ground: Ground) -> None:
    made = {ground.create(tags=["contract.page"]) for _ in range(5)}
    for ident in made:  # while they are being built, one may slip from a page to the one before
        ground.until(ident, "active")
    seen = list(ground.session.pages("compute", "/servers/detail?tags=contract.page&limit=2", "servers"))
    assert sorted(one["id"] for one in seen) == sorted(made)
    page = ground.session.get("compute", "/servers/detail?tags=contract.page&limit=2")
    assert len(page["servers"]) == 2
    assert [one["rel"] for one in page["servers_links"]] == ["next"]
    whole = ground.session.get("compute", "/servers/detail?tags=contract.page&limit=6")
    assert "servers_links" not in whole


def test_a_page_after_nobody_is_an_error(ground: Ground) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(core.errors.ObserveError, match=rf"HTTP 400: marker \[{nobody}\] not found"):
        ground.session.get("compute", f"/servers/detail?marker={nobody}")


def test_a_flavor_is_made_once_and_keeps_its_specs(ground: Ground) -> None:
    made = ground.flavor("contract-specs", 1, 64, 1)
    path = f"/flavors/{made['id']}/os-extra_specs"
    ground.post(path, {"extra_specs": {"contract:stack": "shop"}})
    ground.post(path, {"extra_specs": {"contract:key": "small"}})
    found = {one["id"]: one for one in ground.session.pages("compute", "/flavors/detail?is_public=None", "flavors")}
    one = found[made["id"]]
    assert one["extra_specs"] == {"contract:stack": "shop", "contract:key": "small"}
    assert (one["swap"], one["OS-FLV-EXT-DATA:ephemeral"], one["os-flavor-access:is_public"]) == (0, 0, True)
    again = {"flavor": {"name": "contract-specs", "vcpus": 1, "ram": 64, "disk": 1}}
    assert ground.refusal(lambda: ground.post("/flavors", again))[0] == 409


def test_a_server_keeps_the_extra_specs_that_it_was_made_with(ground: Ground) -> None:
    """What is set on the flavor afterwards, or taken from it, is not the server's."""
    made = ground.flavor("contract-kept", 1, 64, 1)
    path = f"/flavors/{made['id']}/os-extra_specs"
    before = {"hw:cpu_policy": "shared", "quota:disk_total_iops_sec": "100"}
    ground.post(path, {"extra_specs": before})
    ident = ground.built(flavorRef=made["id"])
    ground.post(path, {"extra_specs": {"quota:disk_total_iops_sec": "200"}})
    ground.session.send("compute", "DELETE", f"{path}/hw%3Acpu_policy")
    assert ground.refusal(lambda: ground.session.send("compute", "DELETE", f"{path}/hw%3Acpu_policy"))[0] == 404
    found = {one["id"]: one for one in ground.session.pages("compute", "/flavors/detail?is_public=None", "flavors")}
    assert found[made["id"]]["extra_specs"] == {"quota:disk_total_iops_sec": "200"}
    listed = {one["id"]: one for one in ground.session.pages("compute", "/servers/detail", "servers")}
    assert listed[ident]["flavor"]["extra_specs"] == before


def test_a_key_is_checked_and_made_once(ground: Ground) -> None:
    body: dict[str, Any] = {"name": "contract-key", "public_key": "ssh-ed25519 AAAA", "type": "ssh"}
    wrong = ground.refusal(lambda: ground.post("/os-keypairs", {"keypair": body}))
    assert wrong == (400, "Keypair data is invalid: failed to generate fingerprint")
    body["public_key"] = f"{stack.PUBLIC_KEY} somebody"
    ground.post("/os-keypairs", {"keypair": body})
    try:
        status, said = ground.refusal(lambda: ground.post("/os-keypairs", {"keypair": body}))
        assert (status, said) == (409, "Key pair 'contract-key' already exists.")
        pairs = [one["keypair"] for one in ground.session.pages("compute", "/os-keypairs", "keypairs")]
        assert body["public_key"] in {one["public_key"] for one in pairs}
    finally:
        ground.session.send("compute", "DELETE", "/os-keypairs/contract-key")
    assert ground.refusal(lambda: ground.session.send("compute", "DELETE", "/os-keypairs/contract-key"))[0] == 404


def test_a_group_keeps_its_servers_apart(ground: Ground) -> None:
    body = {"server_group": {"name": "contract-apart", "policy": "anti-affinity"}}
    group = ground.post("/os-server-groups", body)["server_group"]
    assert (group["policy"], group["members"]) == ("anti-affinity", [])
    ground.left.append(("compute", f"/os-server-groups/{group['id']}"))
    first = ground.built(hints={"group": group["id"]})
    second = ground.create(hints={"group": group["id"]})
    found = list(ground.session.pages("compute", "/os-server-groups", "server_groups"))
    members = next(one["members"] for one in found if one["id"] == group["id"])
    assert set(members) == {first, second}
    ground.wait(second, lambda one: (one or {}).get("OS-EXT-STS:vm_state") in {"active", "error"})
    hosts = [(ground.show(one) or {})["OS-EXT-SRV-ATTR:hypervisor_hostname"] for one in (first, second)]
    assert hosts[0] != hosts[1]


def test_a_group_that_is_not_there_is_refused(ground: Ground) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    status, said = ground.refusal(lambda: ground.create(hints={"group": nobody}))
    assert status == 400
    assert nobody in said


def test_metadata_is_merged_and_removed_one_by_one(ground: Ground) -> None:
    ident = ground.built(metadata={"a": "1", "b": "2"})
    path = f"/servers/{ident}/metadata"
    ground.post(path, {"metadata": {"b": "3", "c": "4"}})
    assert (ground.show(ident) or {})["metadata"] == {"a": "1", "b": "3", "c": "4"}
    ground.session.send("compute", "DELETE", f"{path}/a")
    assert (ground.show(ident) or {})["metadata"] == {"b": "3", "c": "4"}
    assert ground.refusal(lambda: ground.session.send("compute", "DELETE", f"{path}/a"))[0] == 404


def test_tags_are_added_and_removed_one_by_one(ground: Ground) -> None:
    ident = ground.built(tags=["contract.one"])
    path = f"/servers/{ident}/tags"
    ground.session.send("compute", "PUT", f"{path}/contract.two")
    assert sorted((ground.show(ident) or {})["tags"]) == ["contract.one", "contract.two"]
    ground.session.send("compute", "DELETE", f"{path}/contract.one")
    assert (ground.show(ident) or {})["tags"] == ["contract.two"]
    assert ground.refusal(lambda: ground.session.send("compute", "DELETE", f"{path}/contract.one"))[0] == 404


def test_a_name_changes_in_place(ground: Ground) -> None:
    ident = ground.built()
    ground.session.send("compute", "PUT", f"/servers/{ident}", {"server": {"name": "contract-renamed"}})
    assert (ground.show(ident) or {})["name"] == "contract-renamed"


def test_an_interface_comes_and_goes(ground: Ground) -> None:
    ident = ground.built(networks="none")
    path = f"/servers/{ident}/os-interface"
    ground.post(path, {"interfaceAttachment": {"net_id": ground.network}})
    (port,) = ground.session.pages("network", f"/ports?device_id={ident}", "ports")
    ground.session.send("compute", "DELETE", f"{path}/{port['id']}")
    ground.wait(ident, lambda _: not list(ground.session.pages("network", f"/ports?device_id={ident}", "ports")))


def test_a_quota_is_told_and_held(ground: Ground) -> None:
    def told() -> dict[str, int]:
        found: dict[str, int] = ground.session.get("compute", "/limits")["limits"]["absolute"]
        return found

    before = told()
    path = f"/os-quota-sets/{ground.session.token().project}"
    ground.built()
    after = told()
    grown = {name: after[name] - before[name] for name in ("totalInstancesUsed", "totalCoresUsed", "totalRAMUsed")}
    assert grown == {"totalInstancesUsed": 1, "totalCoresUsed": 1, "totalRAMUsed": 128}
    has = after["totalInstancesUsed"]
    ground.session.send("compute", "PUT", path, {"quota_set": {"instances": has}})
    try:
        assert told()["maxTotalInstances"] == has
        status, said = ground.refusal(ground.create)
        assert status == 403
        assert said == f"Quota exceeded for instances: Requested 1, but already used {has} of {has} instances"
    finally:
        ground.session.send("compute", "PUT", path, {"quota_set": {"instances": before["maxTotalInstances"]}})


def test_an_interface_comes_with_its_address_and_gets_another(ground: Ground) -> None:
    ident = ground.built(networks="none")
    asked = {"net_id": ground.network, "fixed_ips": [{"ip_address": "10.9.0.200"}]}
    ground.post(f"/servers/{ident}/os-interface", {"interfaceAttachment": asked})
    (port,) = ground.session.pages("network", f"/ports?device_id={ident}", "ports")
    assert [one["ip_address"] for one in port["fixed_ips"]] == ["10.9.0.200"]
    body = {"port": {"fixed_ips": [{"ip_address": "10.9.0.201"}]}}
    ground.session.send("network", "PUT", f"/ports/{port['id']}", body)
    (port,) = ground.session.pages("network", f"/ports?device_id={ident}", "ports")
    assert [one["ip_address"] for one in port["fixed_ips"]] == ["10.9.0.201"]
    again = {"net_id": ground.network, "fixed_ips": [{"ip_address": "10.9.0.202"}]}
    ground.post(f"/servers/{ident}/os-interface", {"interfaceAttachment": again})
    other = next(
        one for one in ground.session.pages("network", f"/ports?device_id={ident}", "ports") if one["id"] != port["id"]
    )
    status, _ = ground.refusal(lambda: ground.session.send("network", "PUT", f"/ports/{other['id']}", body))
    assert status == 409
    told = [
        one["OS-EXT-IPS-MAC:mac_addr"] for group in (ground.show(ident) or {})["addresses"].values() for one in group
    ]
    assert told == [port["mac_address"], other["mac_address"]]  # in the order in which they were plugged in


def test_a_server_is_found_by_its_name_and_tells_addresses_and_groups(ground: Ground) -> None:
    ident = ground.built(name="contract-alone")
    found = list(ground.session.pages("compute", "/servers/detail?name=^contract-alone$", "servers"))
    assert [one["id"] for one in found] == [ident]
    addresses = [one for group in (ground.show(ident) or {})["addresses"].values() for one in group]
    assert [(one["version"], one["OS-EXT-IPS:type"]) for one in addresses] == [(4, "fixed")]
    groups = ground.session.get("compute", f"/servers/{ident}/os-security-groups")["security_groups"]
    assert [one["name"] for one in groups] == ["default"]
    flavor = ground.flavors["small"]
    assert ground.session.get("compute", f"/flavors/{flavor}")["flavor"]["id"] == flavor
    assert ground.session.get("compute", "/flavors/nobody", absent_ok=True) is None
