"""What another project shares with us under our mark is told, and neither used nor changed; of two things none is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench, blocked, notes, steps
from novaform import core

mark, model, observed = core.mark, core.model, core.observed
FILE = Path(__file__)
SHA256 = hashlib.sha256(FILE.read_bytes()).hexdigest()
SHA512 = hashlib.sha512(FILE.read_bytes()).hexdigest()
OWN = model.Image("own", file=str(FILE), sha256=SHA256)
IMAGE = {
    "name": "own",
    "status": "active",
    "novaform_stack": "shop",
    "novaform_key": "own",
    "novaform_content": f"sha256:{SHA256}",
    "tags": mark.tags_of("shop", mark.uid_of("shop", "image", "own")),
}
NETWORK = {
    "name": "00-evil",
    "shared": True,
    "description": mark.description_of("shop", "network", "private"),
    "tags": mark.tags_of("shop", mark.uid_of("shop", "network", "private")),
}
KINDS = ("image", "network", "subnet", "router", "security_group", "server_group", "volume", "server", "floating_ip")


def desired(**more: Any) -> core.desired.Desired:
    """Return a stack whose server boots an image of its own."""
    servers = (stack.server(1)._replace(image="own"),)
    made = stack.desired(0, images=(OWN,), servers=servers, **more)
    return with_digests(made, sha512=SHA512)


def with_digests(made: core.desired.Desired, **digests: str) -> core.desired.Desired:
    found = {"content": f"sha256:{SHA256}", "file": str(FILE), "digests": digests}
    return core.flatten.with_contents(made, {"own": found})


def shared(bench: Bench, visibility: str = "public") -> None:
    """Let a stranger share an image and a network that bear our marks, with a server's subnet."""
    with bench.cloud.stranger("evil"):
        bench.cloud.glance.answer("POST", "/images", {}, {**IMAGE, "visibility": visibility})
        bench.cloud.neutron.make("networks", dict(NETWORK))


BOTH = ["ignored image own", "ignored network private"]


@pytest.mark.parametrize(("visibility", "told"), [("community", BOTH[1:]), ("shared", BOTH), ("public", BOTH)])
def test_a_strangers_things_with_our_marks_are_told_and_not_used(visibility: str, told: list[str]) -> None:
    """Glance lists what another project gives to all (community) to nobody who does not ask for that."""
    bench = Bench()
    shared(bench, visibility)
    evil = {one["id"] for one in (*bench.cloud.glance.images.values(), *bench.cloud.neutron.store["networks"].values())}
    plan = bench.plan(desired())
    assert {"create image own", "create network private", "create server web-1"} <= set(steps(plan))
    assert notes(plan) == told
    assert all("another project (evil)" in note.text for note in plan.notes)
    result = bench.apply(desired())
    assert result["report"]["clean"]
    server = bench.servers()["web-1"]
    assert server["image"] not in evil
    assert not set(server["networks"]) & evil
    assert {one["name"] for one in bench.cloud.neutron.store["networks"].values()} == {"private", "public", "00-evil"}


def test_they_do_not_hide_what_is_there_nor_go_when_nothing_is_declared() -> None:
    bench = Bench()
    assert bench.apply(desired())["report"]["clean"]
    shared(bench)
    before = bench.servers()["web-1"]["image"]
    assert bench.plan(desired()).clean
    assert bench.apply(desired())["changed"] is False
    assert bench.servers()["web-1"]["image"] == before
    nothing = core.flatten.from_declaration(model.Declaration("shop"))
    bench.apply(nothing, max_delete=10, allow_empty=True)
    assert "00-evil" in {one["name"] for one in bench.cloud.neutron.store["networks"].values()}
    assert "own" in {one["name"] for one in bench.cloud.glance.images.values()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_mark_counts_on_things_of_the_project_alone(kind: str) -> None:
    found = mark.Mark("shop", "k", mark.uid_of("shop", kind, "k"), proven=True)
    items = [observed.Item(kind, str(n), "k", {}, found, owner=owner) for n, owner in enumerate(("p", "evil", None))]
    ours, foreign, nobodys = observed.of_project(items, "p")
    assert (ours.mark, ours.claim) == (found, None)
    assert (foreign.mark, foreign.claim) == (None, found)
    assert nobodys.mark == found._replace(proven=False)


@pytest.mark.parametrize("kind", ["flavor", "key"])
def test_flavors_and_keys_have_no_project(kind: str) -> None:
    item = observed.Item(kind, "1", "k", {}, mark.Mark("shop", "k", "u", proven=True))
    assert list(observed.of_project([item], "p")) == [item]


def test_an_administrator_calls_an_image_that_others_only_share_by_its_id() -> None:
    bench = Bench()
    bench.cloud.roles = ["admin"]
    with bench.cloud.stranger("evil"):
        evil = bench.cloud.glance.add("fedora")
    named = (*stack.declaration().external, model.DeclaredExternal("image", "fedora", model.NOWHERE.of("")))
    decision = bench.plan(stack.desired(1, external=named))
    assert "denied image fedora" in notes(decision)
    by_id = (*stack.declaration().external, model.DeclaredExternal("image", evil, model.NOWHERE.of("")))
    assert not notes(bench.plan(stack.desired(1, external=by_id)))


def twin(bench: Bench, kind: str) -> tuple[str, str]:
    """Put a second thing of ours there, and return both ids."""
    plurals = {"network": "networks", "subnet": "subnets", "router": "routers", "security_group": "security-groups"}
    cloud = bench.cloud
    if kind == "volume":
        store: dict[str, Any] = cloud.cinder.volumes
    elif kind == "image":
        store = cloud.glance.images
    else:
        store = cloud.neutron.store[{**plurals, "floating_ip": "floatingips"}[kind]]
    first = next(one for one in store.values() if "novaform" in str(one))
    second = {**first, "id": cloud.id("twin")}
    store[second["id"]] = second
    return first["id"], second["id"]


def everything() -> core.desired.Desired:
    floating = (model.Port("private", floating="public"),)
    servers = (stack.server(1, networks=floating, volumes=("data",))._replace(image="own"),)
    volumes = (model.Volume("data", 10, server="web-1"),)
    return with_digests(stack.desired(0, images=(OWN,), servers=servers, volumes=volumes))


@pytest.mark.parametrize("kind", ["image", "network", "subnet", "router", "security_group", "volume", "floating_ip"])
def test_of_two_things_with_one_mark_none_is_taken(kind: str) -> None:
    bench = Bench()
    assert bench.apply(everything())["report"]["clean"]
    both = twin(bench, kind)
    decision = bench.plan(everything())
    told = [note for note in decision.notes if note.kind == kind and note.level == "held"]
    assert [all(ident in note.text for ident in both) for note in told] == [True]
    assert not [one for one in decision.doable if one.kind == kind]
    more = core.desired.Desired("shop", (*everything().wanted, *stack.desired(0, servers=(second(),)).wanted[-1:]))
    waiting = bench.plan(more)
    if kind in {"image", "network"}:
        assert blocked(waiting) == ["create server web-2"]
        assert all(ident in str(waiting.steps[0].blocked) for ident in both)


def second() -> model.Server:
    return stack.server(2)._replace(image="own")


def test_of_two_things_with_one_name_none_is_taken() -> None:
    bench = Bench()
    both = next(iter(bench.cloud.glance.images)), bench.cloud.glance.add("debian")
    decision = bench.plan()
    assert [all(ident in note.text for ident in both) for note in decision.notes] == [True]
    assert "create server web-1" in blocked(decision)


def test_what_glance_computed_counts_more_than_what_the_properties_say() -> None:
    bench = Bench()
    assert bench.apply(desired())["report"]["clean"]
    image = next(one for one in bench.cloud.glance.images.values() if one["name"] == "own")
    image["os_hash_value"] = "0" * 128
    decision = bench.plan(desired())
    assert steps(decision) == ["create image own"]
    assert notes(decision) == ["denied server web-1"]
    del bench.cloud.nova.servers[bench.servers()["web-1"]["id"]]
    decision = bench.plan(desired())
    assert steps(decision) == ["create image own", "delete image own", "create server web-1"]
    assert "Glance's own digest" in decision.steps[1].reason


def test_an_algorithm_that_was_not_computed_here_says_nothing() -> None:
    bench = Bench()
    assert bench.apply(desired())["report"]["clean"]
    for image in bench.cloud.glance.images.values():
        image["os_hash_algo"] = "blake2b"
    assert bench.plan(desired()).clean
