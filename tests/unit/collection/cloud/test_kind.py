"""A kind is whole or it is not there: what one place says of it, the other places say, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._api.shape import SHAPES
from ansible_collections.novaform.compute.plugins.module_utils._cloud.kind.registry import KINDS, LISTINGS
from ansible_collections.novaform.compute.plugins.module_utils._cloud.look import observe
from ansible_collections.novaform.compute.plugins.module_utils._stack.decide.stack import ORDER
from ansible_collections.novaform.compute.plugins.module_utils._stack.decide.thing import RULES, UPDATE
from ansible_collections.novaform.compute.plugins.module_utils._stack.flatten.declaration import SOURCES
from fakes import stack, whole
from fakes.bench import Bench
from novaform import core, declare
from novaform.declare import instances

if TYPE_CHECKING:
    from pathlib import Path

DECIDED_APART = {"server", "volume"}
"""Kinds with a decision of their own, besides or instead of the table of rules."""


class Asked(dict[str, Any]):
    """Lists that know which of them were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return default

    def __missing__(self, name: str) -> Any:
        self.names.add(name)
        return []


def test_what_is_decided_on_has_a_record_and_the_other_way_round() -> None:
    assert set(KINDS) == set(ORDER)
    assert len(ORDER) == len(set(ORDER))
    assert set(RULES) == set(KINDS) - DECIDED_APART


def test_each_list_has_a_shape_and_each_shape_a_list() -> None:
    assert {listing.name for listing in LISTINGS.values()} == set(SHAPES)
    assert len(LISTINGS) == len(SHAPES)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_listed_under_its_name_and_says_what_else_it_is_read_off(name: str) -> None:
    kind = KINDS[name]
    assert kind.listing.of in ({"port"} if name == "interface" else {name})
    assert set(kind.besides) <= set(LISTINGS) - {name}
    assert (kind.read is None) != (kind.read_among is None)
    assert set(observe.lists_needed([name])) == {kind.listing.of, *kind.besides}
    asked = Asked()
    assert kind.read_among is None or not list(kind.read_among(asked))
    assert asked.names <= {kind.listing.of, *kind.besides}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_has_an_address_below_its_list_or_removes_itself(name: str) -> None:
    kind = KINDS[name]
    assert kind.path or kind.remove is not None
    assert not kind.path or kind.listing.path.partition("?")[0] in {kind.path, f"{kind.path}/detail"}


@pytest.mark.parametrize("name", RULES)
def test_what_the_rules_change_in_place_can_be_changed(name: str) -> None:
    rules = {rule.how for rule in RULES[name].values()}
    assert (UPDATE in rules) == (KINDS[name].update is not None)


def test_what_can_be_declared_becomes_values_and_wanted_things(tmp_path: Path) -> None:
    sections = {"servers" if name == "instances" else name for name in instances.SECTIONS} - {"defaults"}
    assert {name for name, _ in SOURCES} == sections
    for name, text in {**whole.FILES, "instances.yml": whole.WHOLE}.items():
        (tmp_path / name).write_text(text)
    declaration = declare.load(tmp_path / "instances.yml")
    assert {name: len(getattr(declaration, name)) > 0 for name in sections} == dict.fromkeys(sections, True)
    assert {one.kind for one in core.flatten.from_declaration(declaration).wanted} == set(KINDS)


def one_of_each() -> core.desired.Desired:
    """Return a stack with a thing of each kind."""
    port = core.model.Port("private", floating="public")
    server = stack.server(1, networks=(port,), volumes=("data",), server_group="apart")._replace(image="tiny")
    found = stack.desired(
        0,
        servers=(server,),
        images=(core.model.Image("tiny", file=__file__),),
        volumes=(core.model.Volume("data", 1),),
        server_groups=(core.model.ServerGroup("apart", "anti-affinity"),),
    )
    return core.flatten.with_contents(found, {"tiny": {"content": "sha256:x", "file": __file__}})


def test_a_thing_of_each_kind_is_made_read_as_ours_and_removed_again() -> None:
    bench = Bench()
    desired = one_of_each()
    assert {one.kind for one in desired.wanted} == set(KINDS)
    bench.apply(desired)
    seen = observe.observe(bench.cloud.session(), ORDER)
    assert [kind for kind in ORDER if not seen.covers(kind)] == []
    ours = {item.kind for item in seen.items if item.mark is not None}
    assert ours == set(KINDS) - {"key"}, "Nova has no place for a mark on a key pair"
    assert bench.plan(desired).clean
    nothing = core.desired.Desired(desired.stack)
    limits = {"max_delete": 99, "allow_shrink": True, "allow_empty": True}
    bench.apply(nothing, **limits)
    left = observe.observe(bench.cloud.session(), ORDER)
    assert [item.name for item in left.items if item.mark is not None or item.kind == "key"] == []
    assert bench.plan(nothing, **limits).clean
