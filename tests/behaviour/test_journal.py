"""A journal that lost power, or lies on a disk that turns bits: it may forget, and nothing else."""

from __future__ import annotations

import random
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from fakes import stack
from fakes.bench import Bench, steps
from novaform import core
from novaform.cloud import journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def flipped(number: int) -> Callable[[random.Random, bytearray], bytes]:
    """Return what turns so many bits."""

    def harm(chance: random.Random, raw: bytearray) -> bytes:
        for _ in range(number):
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        return bytes(raw)

    return harm


HARMS: dict[str, Callable[[random.Random, bytearray], bytes]] = {
    "a bit": flipped(1),
    "many bits": flipped(40),
    "the end": lambda chance, raw: bytes(raw[: chance.randrange(len(raw))]),
    "a block": lambda chance, raw: bytes(raw[: (at := chance.randrange(len(raw)))] + bytes(512) + raw[at + 512 :]),
    "everything": lambda _, __: b"",
    "to a text": lambda _, __: b"hello",
}


@pytest.fixture(scope="module")
def bench() -> Bench:
    made = Bench(kept=True)
    assert made.apply()["report"]["clean"]
    return made


@pytest.mark.parametrize("name", HARMS)
def test_a_harmed_journal_is_put_aside_or_read_and_nothing_is_done(bench: Bench, name: str) -> None:
    path = bench.folder / "journal.sqlite"
    good = path.read_bytes()
    try:
        for seed in range(15):
            path.write_bytes(HARMS[name](random.Random(f"{name}{seed}"), bytearray(good)))
            assert not steps(bench.plan())
            again = bench.open_journal(bench.folder)
            assert all(one.stack == "shop" for _, one in again.history())
            again.close()
    finally:
        path.write_bytes(good)


def test_a_run_that_another_has_followed_writes_nothing(tmp_path: Path) -> None:
    """Between its last look and a write another run may begin: what that one intends is not cleared by the first."""
    wanted = stack.desired().wanted[0]
    with closing(journal.Journal(tmp_path)) as first, closing(journal.Journal(tmp_path)) as second:
        first.lead()
        first.hold()
        second.lead()
        second.intend([wanted], 7.0)
        for write in (
            lambda: first.clear([wanted.uid]),
            lambda: first.forget([wanted.uid]),
            lambda: first.intend([wanted], 9.0),
            lambda: first.settle([(wanted, "id")]),
            lambda: first.keep(9.0, stack.desired()),
        ):
            with pytest.raises(core.errors.ApplyError, match="another run of this stack has begun"):
                write()
        assert second.load_applied()[wanted.uid].intent_at == 7.0
        assert (first.leads(), second.leads(), second.history()) == (False, True, [])


def test_what_is_found_while_a_run_reads_ends_no_run(tmp_path: Path) -> None:
    with closing(journal.Journal(tmp_path)) as kept:
        kept.lead()
        kept.lead()
        wanted = stack.desired().wanted[0]
        kept.settle([(wanted, "id")])
        other: Any = journal.Journal(tmp_path)
        with other.base:
            other.base.execute("UPDATE thing SET key = 'x', id = CAST(x'ff' AS TEXT)")
        other.close()
        assert kept.load_applied() == {}
        assert (tmp_path / "journal.damaged").exists()
        kept.hold()
        kept.settle([(wanted, "id")])
        assert kept.load_applied()[wanted.uid].id == "id"
