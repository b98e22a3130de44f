"""A whole run on a real Nova: plan, apply, nothing left to plan, and no twin however many answers are lost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from fakes import lossy, served, stack
from fakes.bench import carried_out
from novaform import core
from novaform.cloud import credential, run, session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVERS = 20


@pytest.fixture(scope="module", autouse=True)
def furnished(nova_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give Nova the image and the outer network that the stack takes as there."""
    found = opened(nova_url, tmp_path_factory.mktemp("furnish"))
    if not any(one["name"] == "debian" for one in found.pages("image", "/images", "images")):
        found.send("image", "POST", "/images", {"name": "debian", "status": "active"})
    if not any(one["name"] == "public" for one in found.pages("network", "/networks", "networks")):
        found.send("network", "POST", "/networks", {"network": {"name": "public", "router:external": True}})


def opened(url: str, folder: Path) -> session.Session:
    return session.Session(credential.load(None, str(served.clouds(folder, url))))


def names(found: session.Session) -> Counter[str]:
    seen = found.pages("compute", "/servers/detail", "servers")
    return Counter(one["name"] for one in seen if one["metadata"].get("novaform:stack") == "shop")


@pytest.fixture
def emptied(nova_url: str, tmp_path: Path) -> Iterator[session.Session]:
    """Return a session; all of the stack goes when the test ends."""
    found = opened(nova_url, tmp_path)
    yield found
    nothing = core.flatten.from_declaration(core.model.Declaration("shop"))
    carried_out(run.Run(found, nothing, core.policy.Policy(max_delete=100, allow_empty=True), tmp_path / "state"))
    assert not names(found)


def applied(found: session.Session, desired: core.desired.Desired, folder: Path) -> dict[str, Any]:
    return carried_out(run.Run(found, desired, core.policy.Policy(), folder / "state"))


def test_a_run_makes_what_its_plan_says_and_leaves_nothing_to_plan(emptied: session.Session, tmp_path: Path) -> None:
    desired = stack.desired(SERVERS)
    plan = run.Run(emptied, desired, core.policy.Policy(), tmp_path / "state").plan().decision
    result = applied(emptied, desired, tmp_path)
    assert Counter((one["action"], one["kind"], one["name"]) for one in result["outcomes"]) == Counter(
        (step.action, step.kind, step.name) for step in plan.doable
    )
    assert {one["outcome"] for one in result["outcomes"]} == {"done"}
    assert result["report"]["clean"]
    assert run.Run(emptied, desired, core.policy.Policy(), tmp_path / "elsewhere").plan().decision.clean
    assert names(emptied) == {f"web-{number + 1}": 1 for number in range(SERVERS)}


def test_lost_answers_make_no_twins(nova_url: str, emptied: session.Session, tmp_path: Path) -> None:
    losses = lossy.Losses(0.1, "/compute/v2.1/servers", seed=5)
    desired = stack.desired(SERVERS)
    (tmp_path / "lossy").mkdir()
    with lossy.between(nova_url, losses) as url:
        result = applied(opened(url, tmp_path / "lossy"), desired, tmp_path)
    assert losses.lost > 0
    assert {one["outcome"] for one in result["outcomes"]} == {"done"}
    assert result["report"]["clean"]
    assert names(emptied) == {f"web-{number + 1}": 1 for number in range(SERVERS)}
