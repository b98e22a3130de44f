"""Whatever people made by hand: its export plans nothing, adopting disturbs nobody, and nothing of it was lost."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from fakes import byhand
from fakes.bench import Bench, carried_out
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from novaform import core, declare
from novaform.cli import export as command
from novaform.stack import export

MARKING = ("/tags/", "/metadata")
GIVEN = ("name", "networks", "fixed", "config_drive", "zone", "hints", "user_data", "key_name", "vm_state")

texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(
    lambda text: text.isprintable() and not text.startswith("-")
)
words = st.sampled_from(["no", "0640", "12:30", "1.10", "null", "~", "{{ x }}", "- a", "#no", "a: b", "'", "x" * 200])
servers = st.fixed_dictionaries(
    {
        "name": st.one_of(st.sampled_from(["web", "web", "My Server #1", "a..b", "x-", "ä/ö"]), texts),
        "state": st.sampled_from(["active", "active", "stopped", "paused", "suspended", "shelved"]),
        "nics": st.lists(st.sampled_from([None, "10.9.0.7", "10.9.0.8"]), max_size=2),
        "groups": st.lists(st.sampled_from(["ssh", "web"]), max_size=2, unique=True),
        "apart": st.booleans(),
        "own_groups": st.booleans(),
        "metadata": st.dictionaries(st.sampled_from(["role", "a b", "x:y", "no"]), st.one_of(words, texts), max_size=3),
        "tags": st.lists(st.sampled_from(["blue", "0640", "é", "a:b"]), max_size=2, unique=True),
        "more": st.fixed_dictionaries(
            {},
            optional={
                "config_drive": st.booleans(),
                "key_name": st.just("mine"),
                "availability_zone": st.just("rack1"),
                "user_data": st.sampled_from([b"#!/bin/sh\r\necho no\n", b"\n", "#cloud-config\nä: '~'".encode()]),
                "hints": st.sampled_from([{"different_host": ["a", "b"]}, {"query": '["=","$x",1]'}]),
            },
        ),
    }
)
calm = settings(
    deadline=None,
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class World:
    """A cloud with servers that were made by hand, and the declaration that their export is."""

    def __init__(self, asked: list[dict[str, Any]]) -> None:
        self.bench = Bench()
        self.cloud = self.bench.cloud
        self.cloud.nova.zones.add("rack1")
        self.hand = byhand.Hand(self.cloud)
        self.made = [self.make(one, place) for place, one in enumerate(asked)]

    def make(self, one: dict[str, Any], place: int) -> str:
        more = {name: value for name, value in one["more"].items() if name != "hints"}
        hints = {**one["more"].get("hints", {}), **({"group": self.hand.group} if one["apart"] else {})}
        fixed = [address and address.replace(".9.", f".{place + 20}.") for address in one["nics"]]
        groups = [{"name": self.hand.groups[("ssh", "web").index(name)]} for name in one["groups"]]
        given = {"metadata": one["metadata"], "tags": one["tags"], "networks": self.hand.nics(*fixed) or "none"}
        ident = self.hand.make(one["name"], one["state"], **given, **more, hints=hints, security_groups=groups)
        ports = self.ports(ident)
        if one["own_groups"] and ports:
            ports[-1]["security_groups"] = [self.hand.groups[1]]
        return ident

    def ports(self, ident: str) -> list[dict[str, Any]]:
        return [one for one in self.cloud.neutron.store["ports"].values() if one["device_id"] == ident]

    def export(self, folder: Path) -> core.desired.Desired:
        made = export.export(self.cloud.session(), "shop", (), everything=False)
        assert not made.left_out
        command.write(folder / "instances.yml", made, force=False)
        return core.flatten.from_declaration(declare.load(folder / "instances.yml"))

    def shapes(self) -> dict[str, list[Any]]:
        """Return what matters of every server, by name; what was not asked for counts as what it was given."""
        found: dict[str, list[Any]] = {}
        for ident, one in self.cloud.nova.servers.items():
            ports = sorted((port["network_id"], sorted(port["security_groups"])) for port in self.ports(ident))
            fixed = sorted(port["fixed_ips"][0]["ip_address"] for port in self.ports(ident))
            kept = {name: one[name] for name in GIVEN if name != "fixed"}
            own = {name: one["metadata"][name] for name in sorted(one["metadata"]) if not name.startswith("novaform")}
            tags = sorted(tag for tag in one["tags"] if not tag.startswith("novaform"))
            found.setdefault(one["name"], []).append((kept, own, tags, ports, fixed))
        return {name: sorted(shapes, key=repr) for name, shapes in found.items()}


@calm
@given(st.lists(servers, min_size=1, max_size=4))
def test_an_export_plans_nothing_and_is_adopted_while_everything_runs(asked: list[dict[str, Any]]) -> None:
    world = World(asked)
    before = world.shapes()
    with tempfile.TemporaryDirectory() as folder:
        desired = world.export(Path(folder))
    decision = world.bench.plan(desired)
    assert not decision.steps
    assert decision.clean, decision.notes
    world.cloud.log.clear()
    run = world.bench.run(desired, adopt=("*",))
    result = carried_out(run, [one for one in run.plan().decision.doable if one.action == "adopt"])
    assert {one["outcome"] for one in result["outcomes"]} == {"done"}
    sent = [one for one in world.cloud.log if one[0] != "GET" and "/auth/" not in one[1]]
    assert all(any(word in path for word in MARKING) for _, path in sent), sent
    assert sorted(world.cloud.nova.servers) == sorted(world.made)
    assert world.shapes() == before
    look = world.bench.run(desired).plan()
    assert look.decision.clean
    awake = {
        one.id: one.mark for one in look.observed.of_kind("server") if one.status["vm_state"] != "shelved_offloaded"
    }
    assert all(mark is not None and mark.proven and mark.stack == "shop" for mark in awake.values())


@calm
@given(st.lists(servers, min_size=1, max_size=3))
def test_what_an_export_makes_anew_is_as_it_was(asked: list[dict[str, Any]]) -> None:
    world = World(asked)
    before = world.shapes()
    with tempfile.TemporaryDirectory() as folder:
        desired = world.export(Path(folder))
    run = world.bench.run(desired, adopt=("*",))
    carried_out(run, [one for one in run.plan().decision.doable if one.action == "adopt"])
    for ident in world.made:
        world.cloud.nova.delete(world.cloud.nova.servers[ident])
    world.hand.settle()
    assert not world.cloud.nova.servers
    result = world.bench.apply(desired)
    assert {one["outcome"] for one in result["outcomes"]} == {"done"}, result["outcomes"]
    assert world.shapes() == before
