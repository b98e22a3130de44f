"""10,000 explicit servers in one file, read with every position."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from novaform import declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COLD_SECONDS = 1.5
SERVER = """\
  node-{number:05d}:
    image: debian-13
    flavor: small
    networks: [private]
    key: ops
    zone: nova
    security_groups: [web, ssh]
    metadata: {{role: frontend, owner: team-{team}, comment: "number {number} of ten thousand in a rack"}}
    state: active
    on_change: {{flavor: resize, image: deny}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "instances.yml"
    many = "".join(SERVER.format(number=number, team=number % 17) for number in range(10_000))
    path.write_text("stack: shop\nflavors: {small: {vcpus: 1, ram: 512MiB, disk: 4GiB}}\ninstances:\n" + many)
    return path


def least(runs: int, act: Callable[[], object]) -> float:
    """Return the least CPU seconds of several runs: the machine's other work only ever adds."""
    taken = []
    for _ in range(runs):
        began = time.process_time()
        act()
        taken.append(time.process_time() - began)
    return min(taken)


def test_cold(file: Path) -> None:
    assert file.stat().st_size > 2_800_000
    assert least(3, lambda: declare.load(file)) <= COLD_SECONDS


def test_one_line_that_makes_as_many(tmp_path: Path) -> None:
    path = tmp_path / "instances.yml"
    path.write_text("stack: shop\ninstances: {web: {count: 10000, image: i, flavor: f, spread: host}}\n")
    assert least(3, lambda: declare.load(path)) <= 0.2
