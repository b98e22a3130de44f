"""What was declared once and is not any more goes where it is surely ours, and is told where it stays."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench, blocked, notes, steps

model = stack.model
UNLIMITED = {"max_delete": 100, "allow_empty": True, "allow_shrink": True}
OTHER_KEY = stack.PUBLIC_KEY[:-4] + "AAAA"
SPECS = (("hw:cpu_policy", "shared"), ("quota:disk_total_iops_sec", "100"))


def applied(**more: Any) -> Bench:
    """Return a cloud on which one server was declared and made."""
    bench = Bench()
    assert bench.apply(stack.desired(1, **more))["report"]["clean"]
    return bench


def without(bench: Bench, **more: Any) -> list[str]:
    """Apply another declaration, which must leave nothing to do, and return the steps that it took."""
    wanted = stack.desired(1, **more)
    plan = bench.plan(wanted, **UNLIMITED)
    bench.apply(wanted, **UNLIMITED)
    assert not bench.plan(wanted, **UNLIMITED).steps
    return steps(plan)


def flavors(**more: Any) -> dict[str, Any]:
    return {"flavors": (model.Flavor("small", 1, 512, 4, **more), model.Flavor("large", 2, 1024, 8))}


def texts(bench: Bench, kind: str, wanted: Any, **limits: Any) -> list[str]:
    return [note.text for note in bench.plan(wanted, **limits).notes if note.kind == kind]


# Key pairs and server groups.

TWO_KEYS = (model.Key("ops", stack.PUBLIC_KEY), model.Key("old", OTHER_KEY))


@pytest.mark.parametrize("name", ["old key", "me@here"])
def test_a_key_pair_goes_whatever_its_name(name: str) -> None:
    bench = applied(keys=(TWO_KEYS[0], model.Key(name, OTHER_KEY)))
    assert without(bench) == [f"delete key {name}"]
    assert set(bench.cloud.nova.keys) == {"ops"}


def test_a_key_pair_that_we_made_goes() -> None:
    bench = applied(keys=TWO_KEYS)
    assert without(bench) == ["delete key old"]
    assert set(bench.cloud.nova.keys) == {"ops"}


def test_a_key_pair_with_another_content_than_ours_stays_and_is_told() -> None:
    bench = applied(keys=TWO_KEYS)
    bench.cloud.nova.keys["old"]["public_key"] = stack.PUBLIC_KEY
    assert without(bench) == []
    assert "it is not the public key that we gave it" in texts(bench, "key", stack.desired(1))[0]
    assert set(bench.cloud.nova.keys) == {"ops", "old"}


def test_a_key_pair_that_somebody_else_made_is_never_ours() -> None:
    """It was there before, equal to the declared one; and one that we deleted is somebody else's when it comes back."""
    bench = Bench()
    bench.cloud.nova.keys["old"] = {"name": "old", "public_key": OTHER_KEY}
    bench.apply(stack.desired(1, keys=TWO_KEYS))
    assert without(bench) == []
    bench = applied(keys=TWO_KEYS)
    without(bench)
    bench.cloud.nova.keys["old"] = {"name": "old", "public_key": OTHER_KEY}
    assert without(bench) == []
    assert "old" in bench.cloud.nova.keys


def test_a_key_pair_of_a_server_that_stays_stays() -> None:
    bench = applied(keys=TWO_KEYS, servers=(stack.server(key_name="old"),))
    assert without(bench) == []
    assert texts(bench, "key", stack.desired(1)) == ["is no longer declared and stays: server web-1 still uses it"]


@pytest.mark.parametrize(
    ("section", "kind"), [("keys", "key"), ("flavors", "flavor"), ("networks", "network"), ("routers", "router")]
)
def test_what_the_declaration_uses_by_name_stays(section: str, kind: str) -> None:
    """A section that is taken out, while what it made is still named, takes nothing away, nor what belongs to it."""
    bench = applied()
    keys = [one.key for one in stack.desired(0).wanted if one.kind == kind]
    named = [model.DeclaredExternal(kind, key, model.NOWHERE.of("")) for key in keys]
    wanted = stack.desired(1, external=(*stack.declaration().external, *named), **{section: ()})
    plan = bench.plan(wanted, **UNLIMITED)
    assert {f"ignored {kind} {one.name}" for one in named} <= set(notes(plan))
    assert not plan.steps


GROUP = (model.ServerGroup("apart", "anti-affinity"),)


def test_a_server_group_goes_with_its_last_member() -> None:
    bench = applied(server_groups=GROUP, servers=(stack.server(server_group="apart"), stack.server(2)))
    kept = stack.desired(1, servers=(stack.server(), stack.server(2)))
    assert texts(bench, "server_group", kept) == ["is no longer declared and stays: server web-1 still uses it"]
    bench.apply(kept)
    assert len(bench.cloud.nova.groups) == 1
    alone = stack.desired(1, servers=(stack.server(2),))
    assert steps(bench.plan(alone, **UNLIMITED)) == ["delete server web-1", "delete server_group apart"]
    assert bench.apply(alone, **UNLIMITED)["report"]["clean"]
    assert not bench.cloud.nova.groups


def test_a_server_group_of_another_name_or_project_stays() -> None:
    bench = applied(server_groups=GROUP)
    (ours,) = bench.cloud.nova.groups.values()
    for name in ("apart", ours["name"].replace("apart", "other"), ours["name"][:-1] + "x"):
        bench.cloud.nova.groups[name] = {**ours, "id": name, "name": name}
    foreign = {**ours, "id": "foreign", "project_id": "another"}
    bench.cloud.nova.groups["foreign"] = foreign
    assert without(bench) == ["delete server_group apart"]
    assert len(bench.cloud.nova.groups) == 4
    assert ours["id"] not in bench.cloud.nova.groups


def test_a_server_group_of_another_stack_stays() -> None:
    bench = applied(server_groups=GROUP)
    assert not bench.plan(stack.desired(0)._replace(stack="next", wanted=()), **UNLIMITED).steps


def test_what_a_locked_server_uses_stays_with_it() -> None:
    """Its own removal is blocked, and with it that of its key pair and its group."""
    two = (stack.server(), stack.server(2, key_name="old", server_group="apart"))
    bench = applied(keys=TWO_KEYS, server_groups=GROUP, servers=two)
    bench.servers()["web-2"]["locked"] = True
    plan = bench.plan(stack.desired(1), **UNLIMITED)
    assert set(blocked(plan)) == {"delete server web-2", "delete key old", "delete server_group apart"}
    bench.servers()["web-2"]["locked"] = False
    assert without(bench) == ["delete server web-2", "delete server_group apart", "delete key old"]


# Options.


@pytest.mark.parametrize("left", [(), SPECS[:1]])
def test_an_extra_spec_that_we_set_goes(left: Any) -> None:
    bench = applied(**flavors(extra_specs=SPECS))
    small = next(one for one in bench.cloud.nova.flavors.values() if one["name"] == "small")
    bench.cloud.nova.flavors[small["id"]] = {**small, "extra_specs": {**small["extra_specs"], "theirs": "1"}}
    assert without(bench, **flavors(extra_specs=left)) == ["update flavor small"]
    assert bench.cloud.nova.flavors[small["id"]]["extra_specs"] == {**dict(left), "theirs": "1"}


def test_an_extra_spec_that_somebody_else_set_since_stays() -> None:
    bench = applied(**flavors(extra_specs=SPECS[:1]))
    small = next(one for one in bench.cloud.nova.flavors.values() if one["name"] == "small")
    bench.cloud.nova.flavors[small["id"]] = {**small, "extra_specs": {"hw:cpu_policy": "dedicated"}}
    assert without(bench, **flavors()) == []


def image(**more: Any) -> dict[str, Any]:
    return {"images": (model.Image("own", file=__file__, sha256="0" * 64, **more),)}


def test_image_options_go() -> None:
    bench = applied(**image(properties=(("hw_disk_bus", "scsi"), ("os_type", "linux")), min_ram_mb=64, public=True))
    assert without(bench, **image(properties=(("os_type", "linux"),))) == ["update image own"]
    own = next(one for one in bench.cloud.glance.images.values() if one["name"] == "own")
    assert (own["os_type"], own["min_ram"], own["visibility"]) == ("linux", 0, "private")
    assert "hw_disk_bus" not in own


def network(**more: Any) -> dict[str, Any]:
    return {"networks": (model.Network("private", "10.0.0.0/24", **{"router": "edge", **more}),)}


def test_network_options_go_or_are_told() -> None:
    bench = applied(**network(dns=("9.9.9.9",), shared=True, dhcp=False, mtu=1400))
    assert without(bench, **network()) == ["update network private", "update subnet private"]
    (subnet,) = (one for one in bench.cloud.neutron.store["subnets"].values() if one["name"] == "private")
    assert (subnet["dns_nameservers"], subnet["enable_dhcp"]) == ([], True)
    bench = applied(**network(mtu=1400, pool=("10.0.0.10", "10.0.0.20")))
    assert without(bench, **network()) == []
    told = [*texts(bench, "network", stack.desired(1)), *texts(bench, "subnet", stack.desired(1))]
    assert [text.split()[0] for text in told] == ["mtu", "pool"]
    assert bench.plan(stack.desired(1)).clean


def test_a_network_is_guarded_again_when_its_openness_is_taken_out() -> None:
    bench = Bench()
    assert bench.apply(stack.desired(0, **network(port_security=False)))["report"]["clean"]
    assert steps(bench.plan(stack.desired(0, **network()))) == ["update network private"]


def test_a_router_without_its_network_loses_its_way_out() -> None:
    bench = applied()
    inner = {"routers": (model.Router("edge"),)}
    (step,) = bench.plan(stack.desired(1, **inner)).steps
    assert (step.action, step.kind, step.consequence) == ("update", "router", "downtime")
    assert without(bench, **inner) == ["update router edge"]


def test_another_flavor_comes_when_its_ephemeral_disk_is_taken_out() -> None:
    bench = Bench()
    bench.apply(stack.desired(0, **flavors(ephemeral_gb=2)))
    bench.apply(stack.desired(0, **flavors()))
    small = next(one for one in bench.cloud.nova.flavors.values() if one["name"] == "small")
    assert small["OS-FLV-EXT-DATA:ephemeral"] == 0


def test_what_stays_on_a_server_is_told() -> None:
    said = model.UserData("#!/bin/sh\n", "0" * 64, "")
    bench = applied(servers=(stack.server(user_data=said, protect=True, config_drive=True),))
    bare = stack.desired(1, servers=(stack.server(key_name=None),))
    assert {text.split()[0] for text in texts(bench, "server", bare)} == {
        "key_name",
        "protect",
        "config_drive",
        "user_data",
    }
    assert bench.plan(bare).clean


# What runs with what a name meant before.


def test_a_server_that_runs_with_other_extra_specs_is_told() -> None:
    bench = applied(**flavors(extra_specs=SPECS))
    other = stack.desired(1, **flavors(extra_specs=(SPECS[0], (SPECS[1][0], "200"))))
    for _ in range(2):
        (text,) = texts(bench, "server", other)
        assert text.startswith("runs with the extra specs of before (quota:disk_total_iops_sec): a resize")
        assert bench.apply(other)["report"]["clean"]
    assert texts(bench, "server", stack.desired(1, **flavors(extra_specs=SPECS))) == []
    for one in bench.servers().values():
        one["flavor"] = next(found for found in bench.cloud.nova.flavors.values() if found["name"] == "small")
    assert texts(bench, "server", other) == []


def test_a_key_pair_that_is_replaced_names_the_servers_that_keep_the_old_one() -> None:
    bench = Bench()
    bench.apply(stack.desired(5))
    other = stack.desired(5, keys=(model.Key("ops", OTHER_KEY),))
    (text,) = texts(bench, "key", other)
    assert text.startswith("web-1, web-2, web-3 and 2 more keep the key of before")
