"""A guest is a stranger: whatever it sends, and however slowly, a check of it ends in time and with plain words."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from fakes import stack
from fakes.bench import Bench, carried_out
from fakes.talker import Drip, served
from novaform import core
from novaform.cloud import health

if TYPE_CHECKING:
    from collections.abc import Iterable

SLOW = {
    "nothing": Drip(b"", b"", every=60),
    "a byte of a status": Drip(b"", b"H"),
    "a byte of a head": Drip(b"HTTP/1.1 200 OK\r\na: ", b"b"),
    "heads": Drip(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"),
    "promises": Drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a flood": [b"HTTP/1.1 200 OK\r\n" + b"a: " + b"b" * 60_000 + b"\r\n"] * 1000,
}


def reached(parts: Iterable[bytes]) -> str:
    with served(parts) as root:
        return health.reach("127.0.0.1", int(root.rpartition(":")[2]), "/")


@pytest.mark.parametrize("name", SLOW)
def test_a_guest_that_answers_slowly_does_not_answer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.4)
    began = time.monotonic()
    assert "does not answer" in reached(SLOW[name])
    assert time.monotonic() - began < 2


def test_what_a_guest_says_is_no_command_to_a_terminal() -> None:
    told = reached([b"\x1b]52;c;AAAA\x07 \x1b[2J" + b"x" * 5000 + b"\r\n\r\n"])
    assert told.isprintable()
    assert len(told) < 500


def test_a_page_and_a_port_that_answer_do() -> None:
    assert reached([b"HTTP/1.1 204 No\r\n\r\n"]) == ""
    assert reached([b"HTTP/1.1 503 No\r\n\r\n"]).endswith("answers 503")
    with served([]) as root:
        assert health.reach("127.0.0.1", int(root.rpartition(":")[2]), None) == ""


def test_many_deaf_guests_hold_up_no_other() -> None:
    """Forty guests take three seconds each to be found deaf: those who answer are done long before."""
    health_of = core.model.Health(tcp=80, within=100)
    servers = tuple(stack.server(number + 1, health=health_of) for number in range(44))
    bench = Bench()
    slow = {one.key for one in servers[:40]}

    def reach(address: str, port: int, path: str | None) -> str:
        told = bench.cloud.nova.reach(address, port, path)
        bench.cloud.nova.deaf.update(slow)
        if told:
            bench.cloud.sleep(3.0)
        return told

    bench.cloud.nova.deaf.update(slow)
    run = bench.run(stack.desired_of(servers))
    run.given = run.given._replace(reach=reach)
    result = carried_out(run)
    done = {one["name"] for one in result["outcomes"] if one["outcome"] == "done" and one["kind"] == "server"}
    assert {one.key for one in servers[40:]} <= done
    failed = [one for one in result["outcomes"] if one["outcome"] == "failed"]
    assert {one["name"] for one in failed} == slow
    assert all("does not answer" in one["why"] for one in failed)
