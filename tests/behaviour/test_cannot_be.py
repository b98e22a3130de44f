"""What the cloud would refuse, or could never give back as it was asked for, is known before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fakes import stack
from fakes.bench import Bench, blocked, steps
from novaform import core, declare

if TYPE_CHECKING:
    from pathlib import Path

model = core.model
HERE = model.NOWHERE.of("")


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    assert bench.apply()["report"]["clean"]
    return bench


def with_web(**more: Any) -> core.desired.Desired:
    """Return the stack with one server that has these fields."""
    return stack.desired(0, servers=(stack.server(1, **more),))


def test_every_reference_may_be_an_id(bench: Bench) -> None:
    cloud = bench.cloud
    theirs = {"id": "big", "name": "theirs", "description": None}
    flavor = cloud.nova.flavors["big"] = {**next(iter(cloud.nova.flavors.values())), **theirs}
    image = next(one for one in cloud.glance.images.values() if one["name"] == "debian")["id"]
    network = next(one for one in cloud.neutron.store["networks"].values() if one["name"] == "private")["id"]
    server = model.Server("id-1", "id", 1, "id-1", image, flavor["id"], networks=(model.Port(network),))
    outside = [("flavor", flavor["id"]), ("image", image), ("network", network)]
    external = tuple(model.DeclaredExternal(kind, name, HERE) for kind, name in outside)
    desired = stack.desired(servers=(server, *stack.declaration().servers), external=external)
    after = bench.apply(desired)["report"]
    assert after["clean"], after
    assert bench.plan(desired).clean


@pytest.mark.parametrize(
    ("flavor", "said"),
    [
        (model.Flavor("little", 1, 512, 2), "no disk can shrink from 4 to 2 GiB"),
        (model.Flavor("little", 1, 512, 0), "no disk can shrink from 4 to 0 GiB"),
    ],
)
def test_a_smaller_disk_is_denied_with_the_way_that_there_is(bench: Bench, flavor: model.Flavor, said: str) -> None:
    flavors = (*stack.declaration().flavors, flavor)
    smaller = stack.desired(0, servers=(stack.server(1)._replace(flavor="little"),), flavors=flavors)
    decision = bench.plan(smaller, allow_shrink=True)
    assert not [step for step in steps(decision) if step.startswith("resize")]
    denied = next(note for note in decision.notes if note.level == core.change.DENIED)
    assert said in denied.text
    assert "on_change: {flavor: replace}" in denied.text


@pytest.mark.parametrize(
    ("more", "lacks"),
    [
        ({"networks": (model.Port("private"), model.Port("nosuch"))}, "nosuch"),
        ({"security_groups": ("web", "nosuch")}, "nosuch"),
        ({"networks": (model.Port("private", security_groups=("nosuch",)),)}, "nosuch"),
    ],
)
def test_an_update_waits_for_what_it_needs(bench: Bench, more: dict[str, Any], lacks: str) -> None:
    decision = bench.plan(with_web(**more), allow_shrink=True, max_delete=3)
    assert blocked(decision) == ["update server web-1"]
    step = next(one for one in decision.steps if one.name == "web-1")
    assert lacks in step.blocked
    assert "is not there" in step.blocked


def test_an_update_of_one_field_does_not_wait_for_what_another_needs(bench: Bench) -> None:
    bench.cloud.nova.keys.clear()
    renamed = with_web(metadata=(("a", "b"),), key_name=None)
    assert "update server web-1" in steps(bench.plan(renamed, allow_shrink=True, max_delete=3))


def test_rules_that_neutron_gives_each_group_may_be_declared(bench: Bench) -> None:
    open_all = tuple(
        model.Rule(direction="egress", protocol=None, cidr=cidr, ethertype=kind)
        for kind, cidr in (("IPv4", "0.0.0.0/0"), ("IPv6", "::/0"), ("IPv4", None))
    )
    group = model.SecurityGroup("web", (model.Rule(protocol="tcp", port_min=80, port_max=80), *open_all))
    desired = stack.desired(security_groups=(group,))
    assert bench.plan(desired).clean


@pytest.mark.parametrize(
    ("zone", "said"),
    [("nova:compute1", "zone: nova, host: compute1"), (":compute1", "host: compute1"), ("nova::node1", "host: node1")],
)
def test_a_zone_that_names_a_host_is_refused_with_the_right_words(tmp_path: Path, zone: str, said: str) -> None:
    path = tmp_path / "instances.yml"
    path.write_text(f'stack: z\ninstances:\n  a: {{image: i, flavor: f, zone: "{zone}"}}\n')
    with pytest.raises(core.errors.DeclareError, match=r"instances\.yml:3:") as caught:
        declare.load(path)
    assert said in str(caught.value)


def with_image(form: str) -> core.desired.Desired:
    """Return a stack with one server of an image of its own, in some format."""
    image = model.Image("own", file=__file__, sha256="0" * 64, format=form)
    return stack.desired(0, servers=(stack.server(1)._replace(image="own"),), images=(image,))


@pytest.mark.parametrize(
    ("takes", "form", "said"),
    [
        (["qcow2", "raw", "iso"], "vmdk", "takes images in iso, qcow2, raw, and not in vmdk: convert it (qemu-img"),
        (["raw"], "qcow2", "takes images in raw, and not in qcow2: convert it"),
        (["raw", "vdi"], "vdi", ""),
        ([], "vdi", ""),
    ],
)
def test_a_format_that_glance_does_not_take_is_told_before_anything_is_made(
    takes: list[str], form: str, said: str
) -> None:
    """Which these are is the cloud's own setting, and its schema of images tells which."""
    bench = Bench()
    bench.cloud.glance.formats = takes
    decision = bench.plan(with_image(form))
    assert blocked(decision) == (["create image own", "create server web-1"] if said else [])
    if said:
        assert said in next(one for one in decision.steps if one.name == "own").blocked
        bench.apply(with_image(form))
        assert [one["name"] for one in bench.cloud.glance.images.values()] == ["debian"]
        assert not bench.servers()
