"""Every declared word about a server's interfaces and its place is compared, and what can be is put right in place."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench, notes, steps
from novaform import core

model = core.model
Port, OnChange = model.Port, model.OnChange
NETWORKS = (
    model.Network("private", "10.0.0.0/24", router="edge"),
    model.Network("second", "10.1.0.0/24"),
)


def desired(*ports: model.Port, **more: Any) -> core.desired.Desired:
    """Return a server with these interfaces."""
    groups = {name: more.pop(name) for name in ("server_groups",) if name in more}
    return stack.desired(0, servers=(stack.server(1, networks=ports, **more),), networks=NETWORKS, **groups)


def made(*ports: model.Port, **more: Any) -> Bench:
    """Return a cloud with that server."""
    bench = Bench()
    assert bench.apply(desired(*ports, **more))["report"]["clean"]
    return bench


def ports(bench: Bench) -> list[dict[str, Any]]:
    """Return the server's ports."""
    ident = bench.servers()["web-1"]["id"]
    return [one for one in bench.cloud.neutron.store["ports"].values() if one["device_id"] == ident]


def addresses(bench: Bench) -> list[str]:
    """Return the server's addresses."""
    return [fixed["ip_address"] for port in ports(bench) for fixed in port["fixed_ips"]]


def test_a_fixed_address_is_the_servers_and_stays() -> None:
    bench = made(Port("private", fixed_ip="10.0.0.50"))
    assert addresses(bench) == ["10.0.0.50"]
    assert bench.plan(desired(Port("private", fixed_ip="10.0.0.50"))).clean
    assert bench.plan(desired(Port("private"))).clean  # who declares none compares none


def test_another_fixed_address_is_denied_by_default_and_says_what_would_do_it() -> None:
    bench = made(Port("private", fixed_ip="10.0.0.50"))
    decision = bench.plan(desired(Port("private", fixed_ip="10.0.0.60")))
    assert steps(decision) == []
    assert not decision.clean
    (note,) = decision.notes
    assert note.text.startswith("fixed_ip is 10.0.0.50 on private and should be 10.0.0.60 on private: denied ")
    assert note.text.endswith("(on_change: {fixed_ip: update} would do it, changes-ip)")


@pytest.mark.parametrize("floating", [None, "public"])
def test_an_address_is_changed_in_place_where_that_is_declared(floating: str | None) -> None:
    bench = made(Port("private", fixed_ip="10.0.0.50", floating=floating))
    before = bench.servers()["web-1"]["id"]
    port = ports(bench)[0]
    port["fixed_ips"].append({"subnet_id": "s6", "ip_address": "fd00::5"})
    other = desired(Port("private", fixed_ip="10.0.0.60", floating=floating), on_change=OnChange(fixed_ip="update"))
    decision = bench.plan(other)
    assert [(step.action, getattr(step, "consequence", "")) for step in decision] == [("update", "changes-ip")]
    assert not list(bench.plan(other, max_consequence="destroys-root-disk").doable)
    assert bench.apply(other)["report"]["clean"]
    assert addresses(bench) == ["10.0.0.60", "fd00::5"]
    assert (bench.servers()["web-1"]["id"], ports(bench)[0]["id"]) == (before, port["id"])
    leads = [one["fixed_ip_address"] for one in bench.cloud.neutron.store["floatingips"].values()]
    assert leads == ["10.0.0.60"] * len(leads)
    assert len(leads) == (floating is not None)


def test_an_address_that_somebody_else_has_is_refused_and_nothing_is_lost() -> None:
    bench = made(Port("private", fixed_ip="10.0.0.50"))
    bench.cloud.neutron.make("ports", {"network_id": ports(bench)[0]["network_id"], "device_id": "theirs",
        "fixed_ips": [{"subnet_id": "s", "ip_address": "10.0.0.60"}]})  # fmt: skip
    other = desired(Port("private", fixed_ip="10.0.0.60"), on_change=OnChange(fixed_ip="update"))
    assert ["already allocated" in one["why"] for one in bench.apply(other)["outcomes"]] == [True]
    assert addresses(bench) == ["10.0.0.50"]


def test_a_replacement_brings_the_address() -> None:
    bench = made(Port("private", fixed_ip="10.0.0.50"))
    other = desired(Port("private", fixed_ip="10.0.0.60"), on_change=OnChange(fixed_ip="replace"))
    assert steps(bench.plan(other)) == ["replace server web-1"]
    assert bench.apply(other)["report"]["clean"]
    assert addresses(bench) == ["10.0.0.60"]
    ignored = desired(Port("private", fixed_ip="10.0.0.70"), on_change=OnChange(fixed_ip="ignore"))
    assert bench.plan(ignored).clean


def test_an_interface_is_plugged_in_with_its_address_and_the_right_one_out() -> None:
    one, two = Port("private", fixed_ip="10.0.0.50"), Port("private", fixed_ip="10.0.0.60")
    bench = made(one)
    assert bench.apply(desired(one, two))["report"]["clean"]
    assert addresses(bench) == ["10.0.0.50", "10.0.0.60"]
    assert steps(bench.plan(desired(two))) == ["update server web-1"]
    assert bench.apply(desired(two))["report"]["clean"]
    assert addresses(bench) == ["10.0.0.60"]


def test_two_interfaces_on_one_network_count_twice() -> None:
    bench = made(Port("private"), Port("private"))
    assert len(ports(bench)) == 2
    assert bench.apply(desired(Port("private")))["report"]["clean"]
    assert len(ports(bench)) == 1


def test_another_order_is_told_and_nothing_is_done() -> None:
    bench = made(Port("private"), Port("second"))
    assert not bench.plan(desired(Port("private"), Port("second"))).notes
    decision = bench.plan(desired(Port("second"), Port("private")))
    assert decision.clean
    assert [note.text for note in decision.notes] == [
        "its interfaces are in the order private, second, not second, private: only a new server would differ"
    ]


def test_a_group_that_one_interface_lacks_is_a_difference() -> None:
    bench = made(Port("private"), Port("second"))
    ports(bench)[1]["security_groups"] = []
    decision = bench.plan(desired(Port("private"), Port("second")))
    fields = decision.steps[0].fields  # type: ignore[attr-defined]
    assert [(one.before, one.after) for one in fields] == [({"private": ["web"], "second": []}, ["web"])]
    assert bench.apply(desired(Port("private"), Port("second")))["report"]["clean"]
    assert len({tuple(port["security_groups"]) for port in ports(bench)}) == 1


APART = {"server_groups": (model.ServerGroup("apart", "anti-affinity"),), "server_group": "apart"}


def test_a_server_that_is_no_member_of_its_group_is_told_or_made_anew() -> None:
    bench = made(Port("private"))
    assert notes(bench.plan(desired(Port("private"), **APART))) == ["ignored server web-1"]
    strict = desired(Port("private"), **APART, on_change=OnChange(server_group="replace"))
    assert steps(bench.plan(strict)) == ["create server_group apart", "replace server web-1"]
    assert bench.apply(strict)["report"]["clean"]
    assert not bench.plan(desired(Port("private"), **APART)).notes


def test_other_hints_are_told_and_those_of_a_stranger_are_not_known() -> None:
    near = {"hints": (("same_host", ("a",)),)}
    bench = made(Port("private"), **near)
    assert not bench.plan(desired(Port("private"), **near)).notes
    far = (("different_host", ("a",)),)
    assert notes(bench.plan(desired(Port("private"), hints=far))) == ["ignored server web-1"]
    assert notes(made(Port("private")).plan(desired(Port("private"), hints=far))) == ["ignored server web-1"]
    strict = desired(Port("private"), hints=far, on_change=OnChange(hints="replace"))
    assert bench.apply(strict)["report"]["clean"]
    assert bench.servers()["web-1"]["hints"] == {"different_host": "a"}
    for name in ("novaform:hints", "novaform:spec"):
        del bench.servers()["web-1"]["metadata"][name]
    assert not bench.plan(desired(Port("private"), **near)).notes


def test_a_rebuild_keeps_the_hints_that_the_server_was_made_with() -> None:
    def told(text: str, host: str) -> core.desired.Desired:
        data = model.UserData(text, core.mark.uid_of("", "", text), "inline")
        return desired(Port("private"), hints=(("same_host", (host,)),), user_data=data,
            on_change=OnChange(user_data="rebuild"))  # fmt: skip

    bench = Bench()
    assert bench.apply(told("a", "x"))["report"]["clean"]
    before = bench.servers()["web-1"]["metadata"]["novaform:hints"]
    assert bench.apply(told("b", "y"))["report"]["clean"]
    assert bench.servers()["web-1"]["metadata"]["novaform:hints"] == before
    assert notes(bench.plan(told("b", "y"))) == ["ignored server web-1"]


def test_a_floating_address_of_another_network_is_told_and_kept() -> None:
    bench = made(Port("private", floating="public"))
    bench.cloud.neutron.make("networks", {"name": "other", "router:external": True})
    decision = bench.plan(desired(Port("private", floating="other")))
    assert steps(decision) == []
    assert [note.text for note in decision.notes] == ["external cannot be changed from public to other"]
