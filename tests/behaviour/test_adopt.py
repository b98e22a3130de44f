"""Taking over what somebody else made: the one that is named, by marks alone, and never by guessing."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import byhand, stack
from fakes.bench import Bench, blocked, carried_out, notes, steps
from novaform import core

model = core.model
ALL = {"adopt": ("*",)}
HARMLESS = ("/tags/", "/metadata")


class Yard:
    """A bench with a server that was made by hand, and a declaration that says which it is."""

    def __init__(self, state: str = "active", **declared: Any) -> None:
        self.bench = Bench()
        self.hand = byhand.Hand(self.bench.cloud)
        self.ident = self.hand.make("pet", state)
        wanted = {"adopt": model.Adopt(id=self.ident), "state": state, **declared}
        self.server = model.Server("pet", "pet", 0, "pet", "cirros", "m1", **wanted)
        self.bench.cloud.log.clear()

    @property
    def desired(self) -> core.desired.Desired:
        names = (("image", "cirros"), ("flavor", "m1"))
        external = tuple(model.DeclaredExternal(kind, name, model.NOWHERE.of("")) for kind, name in names)
        return core.flatten.from_declaration(model.Declaration("shop", (self.server,), external=external))

    @property
    def there(self) -> dict[str, Any]:
        return self.bench.cloud.nova.servers[self.ident]

    def changes(self) -> list[tuple[str, str]]:
        """Return what was asked of Nova that changes anything."""
        log = self.bench.cloud.log
        return [one for one in log if one[0] != "GET" and "/compute/" in one[1]]

    def plan(self, **limits: Any) -> core.change.Decision:
        return self.bench.plan(self.desired, **limits)

    def adopt(self, **limits: Any) -> dict[str, Any]:
        run = self.bench.run(self.desired, **ALL, **limits)
        return carried_out(run, [one for one in run.plan().decision.doable if one.action == "adopt"])


def test_until_it_is_asked_for_nothing_differs_and_nothing_is_done() -> None:
    yard = Yard()
    decision = yard.plan()
    assert decision.clean
    assert notes(decision) == ["ignored server pet"]
    assert "novaform adopt takes it over" in decision.notes[0].text
    yard.bench.apply(yard.desired)
    assert not yard.changes()


@pytest.mark.parametrize("state", ["active", "stopped", "paused", "suspended"])
def test_it_is_marked_and_nothing_else_happens_to_it(state: str) -> None:
    yard = Yard(state)
    result = yard.adopt()
    assert [(one["action"], one["outcome"]) for one in result["outcomes"]] == [("adopt", "done")]
    assert len(yard.changes()) == 3
    assert all(any(word in path for word in HARMLESS) for _, path in yard.changes())
    assert yard.there["vm_state"] == state
    decision = yard.plan(**ALL)
    assert decision.clean
    assert not decision.notes
    look = yard.bench.run(yard.desired).plan()
    (item,) = (one for one in look.observed.of_kind("server") if one.id == yard.ident)
    assert item.mark is not None
    assert (item.mark.proven, item.mark.key) == (True, "pet")
    yard.bench.cloud.log.clear()
    assert not yard.adopt()["changed"]
    assert not yard.changes()


def test_a_shelved_one_is_ours_by_its_id_and_marked_when_it_wakes() -> None:
    yard = Yard("shelved")
    assert yard.plan().clean
    assert yard.adopt()["outcomes"][0]["outcome"] == "done"
    assert not yard.changes()
    assert yard.plan().clean
    assert "is marked when it is awake" in yard.plan().notes[0].text
    yard.server = yard.server._replace(state="active")
    assert steps(yard.plan()) == ["unshelve server pet", "adopt server pet"]
    result = yard.bench.apply(yard.desired)
    assert {one["outcome"] for one in result["outcomes"]} == {"done"}
    assert result["report"]["clean"]
    assert "novaform:key" in yard.there["metadata"]


def test_one_that_is_not_as_declared_is_taken_only_when_told() -> None:
    yard = Yard(metadata=(("role", "pet"),))
    assert blocked(yard.plan()) == ["update server pet"]
    decision = yard.plan(**ALL)
    assert blocked(decision) == ["adopt server pet", "update server pet"]
    assert "it is not as declared (metadata)" in decision.steps[0].blocked  # type: ignore[attr-defined]
    assert not yard.adopt()["outcomes"]
    assert yard.adopt(adopt_differing=True)["outcomes"][0]["outcome"] == "done"
    assert steps(yard.plan()) == ["update server pet"]
    yard.bench.apply(yard.desired)
    assert yard.there["metadata"]["role"] == "pet"


@pytest.mark.parametrize("half", ["tags", "metadata"])
def test_half_a_mark_is_completed_when_asked(half: str) -> None:
    yard = Yard()
    yard.adopt()
    whole = [*yard.there["tags"], *yard.there["metadata"]]
    yard.there[half] = type(yard.there[half])()
    decision = yard.plan()
    assert notes(decision) == ["held server pet"]
    assert "novaform adopt pet completes it" in decision.notes[0].text
    assert yard.adopt()["outcomes"][0]["outcome"] == "done"
    assert [*yard.there["tags"], *yard.there["metadata"]] == whole
    assert yard.plan().clean


def test_protection_is_part_of_the_mark() -> None:
    yard = Yard(protect=True)
    assert yard.plan().clean
    yard.adopt()
    assert yard.there["metadata"]["novaform:protect"] == "true"
    assert yard.plan().clean


def test_another_stacks_server_is_left_alone() -> None:
    yard = Yard()
    yard.there["tags"] = core.mark.tags_of("other", core.mark.uid_of("other", "server", "x"))
    yard.there["metadata"] = core.mark.proof_of("other", "x")
    assert "belongs to stack other" in yard.plan(**ALL).notes[0].text
    assert not yard.adopt()["outcomes"]


def test_a_server_of_ours_under_another_key_is_neither_taken_nor_deleted() -> None:
    yard = Yard()
    yard.adopt()
    yard.server = yard.server._replace(key="rex")
    decision = yard.plan(**ALL)
    assert notes(decision) == ["held server rex"]
    assert not decision.steps


def test_an_id_that_nobody_has_makes_no_server() -> None:
    yard = Yard(adopt=model.Adopt(id=f"{0:08}-0000-0000-0000-{0:012}"))
    decision = yard.plan(**ALL)
    assert notes(decision) == ["denied server pet"]
    assert "there is no server" in decision.notes[0].text


def test_what_was_ours_and_is_gone_is_made_anew() -> None:
    yard = Yard()
    yard.adopt()
    del yard.bench.cloud.nova.servers[yard.ident]
    assert steps(yard.plan()) == ["create server pet"]


def test_by_name_only_one_may_be_meant() -> None:
    yard = Yard(adopt=model.Adopt(name="pet"))
    assert yard.plan().clean
    twin = yard.hand.make("pet")
    assert "several servers could be meant" in yard.plan(**ALL).notes[0].text
    del yard.bench.cloud.nova.servers[twin]
    assert yard.adopt()["outcomes"][0]["outcome"] == "done"


def test_the_next_of_that_name_is_not_taken_unasked() -> None:
    yard = Yard(adopt=model.Adopt(name="pet"))
    assert yard.adopt()["outcomes"][0]["outcome"] == "done"
    del yard.bench.cloud.nova.servers[yard.ident]
    yard.hand.make("pet", "stopped")
    yard.bench.cloud.log.clear()
    plan = yard.plan()
    assert all(step.blocked == "it is not ours yet: novaform adopt takes it over" for step in plan.steps)
    yard.bench.apply(yard.desired)
    assert not yard.changes()


def test_one_that_is_at_work_waits() -> None:
    yard = Yard()
    yard.there.update(task_state="rebooting", until=None)
    decision = yard.plan(**ALL)
    assert not decision.steps
    assert {note.level for note in decision.notes} == {core.change.HELD}


def test_images_and_groups_may_be_given_by_id() -> None:
    bench = Bench()
    hand = byhand.Hand(bench.cloud)
    bench.cloud.glance.add("cirros")
    ident = hand.make("pet")
    server = model.Server("pet", "pet", 0, "pet", hand.image, "m1", adopt=model.Adopt(id=ident))
    external = (model.DeclaredExternal("image", hand.image, model.NOWHERE.of("")),)
    desired = core.flatten.from_declaration(model.Declaration("shop", (server,), external=external))
    assert bench.plan(desired).clean
    assert not bench.plan(stack.desired(1)).clean
