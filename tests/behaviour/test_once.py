"""Created at most once: whatever answer is lost and wherever the process is killed, there is no twin and no leak."""

from __future__ import annotations

import pytest
from fakes import stack
from fakes.bench import Bench, carried_out, notes, steps
from novaform import core
from novaform.simulate import fault


@pytest.mark.parametrize("path", ["/compute/v2.1/servers", "/network/v2.0/networks", "/network/v2.0/security-groups"])
def test_a_lost_answer_is_looked_for(path: str) -> None:
    bench = Bench()
    lost: list[str] = []

    def lose(method: str, asked: str) -> fault.Accident | None:
        if method == "POST" and asked == path and not lost:
            lost.append(asked)
            return fault.LOSE_ANSWER
        return None

    bench.cloud.faults.append(lose)
    bench.apply()
    assert lost
    bench.cloud.faults.clear()
    bench.apply()
    assert bench.plan().clean
    assert set(bench.servers()) == {"web-1", "web-2", "web-3"}
    posts = [one for one in bench.cloud.log if one == ("POST", path)]
    names = {"/compute/v2.1/servers": 3}.get(path, 1)
    assert len(posts) == names


def test_a_lost_request_is_not_sent_again_before_grace_is_over() -> None:
    bench = Bench()
    bench.cloud.faults.append(
        lambda method, path: fault.LOSE_REQUEST if (method, path) == ("POST", "/compute/v2.1/servers") else None
    )
    result = bench.apply()
    assert {one["outcome"] for one in result["outcomes"] if one["kind"] == "server"} == {"unknown"}
    bench.cloud.faults.clear()
    assert bench.apply()["report"]["clean"]
    assert set(bench.servers()) == {"web-1", "web-2", "web-3"}


def test_a_creation_without_an_answer_is_not_repeated_by_the_next_run() -> None:
    """Killed once it was written down, and started again at once: it may be on its way, and in no list yet."""
    bench = Bench()
    bench.apply(stack.desired(0))

    def die(method: str, path: str) -> fault.Accident | None:
        return fault.KILL_BEFORE if method == "POST" and path.endswith("/servers") else None

    bench.cloud.faults.append(die)
    with pytest.raises(fault.Killed):
        bench.apply(stack.desired(1))
    bench.cloud.faults.clear()
    plan = bench.plan(stack.desired(1))
    assert (steps(plan), notes(plan)) == ([], ["held server web-1"])
    bench.cloud.skew = -86400.0  # a clock that was put back holds nothing for a day
    assert steps(bench.plan(stack.desired(1))) == ["create server web-1"]
    bench.cloud.skew = 0.0
    before = bench.cloud.now
    assert bench.apply(stack.desired(1))["report"]["clean"]
    assert 30 <= bench.cloud.now - before < 60


def test_one_failure_stops_no_other_and_running_again_resumes() -> None:
    bench = Bench()
    bench.cloud.nova.fails["web-2"] = "No valid host was found."
    result = bench.apply()
    failed = [one for one in result["outcomes"] if one["outcome"] != "done"]
    assert [(one["name"], one["why"]) for one in failed] == [("web-2", "No valid host was found.")]
    bench.cloud.nova.fails.clear()
    assert bench.apply()["report"]["clean"]


def test_two_applies_of_one_stack_do_not_overlap() -> None:
    from novaform.cloud import lock

    bench = Bench(kept=True)
    with lock.alone(bench.folder), pytest.raises(core.errors.ApplyError, match="another apply"):
        bench.apply()


def test_a_damaged_journal_is_put_aside_and_nothing_is_lost() -> None:
    bench = Bench(kept=True)
    bench.apply()
    for file in bench.folder.glob("journal*"):
        file.write_bytes(b"\0" * 100)
    assert bench.plan().clean
    assert (bench.folder / "journal.damaged").exists()


def test_a_server_that_a_long_list_leaves_out_is_looked_for_by_its_tag() -> None:
    bench = Bench(kept=True)
    bench.apply()
    (bench.folder / "journal.sqlite").unlink()
    bench.cloud.page = 1
    bench.cloud.nova.skipped = {bench.servers()["web-2"]["id"]}
    made = set(bench.cloud.nova.servers)
    assert [one["outcome"] for one in bench.apply()["outcomes"]] == ["done"]
    assert set(bench.cloud.nova.servers) == made
    bench.cloud.nova.skipped = set()
    assert bench.plan().clean


def test_a_kept_plan_does_nothing_to_what_has_moved() -> None:
    bench = Bench()
    bench.apply()
    large = {"flavor": "large", "rolling": core.model.Rolling(max_unavailable=2)}
    servers = tuple(stack.server(number)._replace(**large) for number in (1, 2))
    servers += (stack.server(3, rolling=large["rolling"]),)
    desired = stack.desired_of(servers)
    approved = list(bench.plan(desired).steps)
    bench.servers()["web-1"]["vm_state"] = "stopped"
    outcomes = carried_out(bench.run(desired), approved)["outcomes"]  # type: ignore[arg-type]
    assert sorted((one["name"], one["outcome"]) for one in outcomes) == [("web-1", "failed"), ("web-2", "done")]


def test_without_a_journal_nothing_is_made() -> None:
    bench = Bench(kept=True)
    (bench.folder / "journal.sqlite").mkdir()
    with pytest.raises(core.errors.ApplyError, match="cannot be opened"):
        bench.apply()
    (bench.folder / "journal.sqlite").rmdir()
    (bench.folder / "lock").unlink(missing_ok=True)  # the look before it takes none
    (bench.folder / "lock").mkdir()
    with pytest.raises(core.errors.ApplyError, match="cannot be used"):
        bench.apply()
    assert not [one for one in bench.cloud.requests() if one[0] != "GET" and "auth/tokens" not in one[1]]


def test_a_lost_journal_hides_nothing_that_is_to_go_after_the_next_creation() -> None:
    bench = Bench(kept=True)
    bench.apply(stack.desired(1))
    (bench.folder / "journal.sqlite").unlink()
    bench.apply(stack.desired(2))
    bare = stack.desired(2, routers=(), networks=(stack.model.Network("private", "10.0.0.0/24"),))
    planned = steps(bench.plan(bare))
    assert "delete router edge" in planned
    (bench.folder / "journal.sqlite").unlink()
    assert steps(bench.plan(bare)) == planned  # as when everything is listed


def test_a_kept_plan_does_nothing_for_another_declaration() -> None:
    """The servers are as they were, and what is wanted of them is not what was approved."""
    bench = Bench()
    bench.apply(stack.desired(1))
    blue, green = (stack.desired_of((stack.server(1)._replace(tags=(tag,)),)) for tag in ("blue", "green"))
    approved = [step for step in bench.plan(blue).doable if isinstance(step, core.change.Change)]
    outcomes = carried_out(bench.run(green), approved)["outcomes"]
    assert [(one["action"], one["outcome"]) for one in outcomes] == [("update", "failed")]
    assert "green" not in bench.servers()["web-1"]["tags"]
