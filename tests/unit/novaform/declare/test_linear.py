"""Four times as many mistakes take four times as long, and no document takes all memory."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import pytest
from novaform import core, declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def names(count: int, letter: str = "n") -> list[str]:
    return [f"{letter}ame-{number:05d}" for number in range(count)]


def images(count: int) -> str:
    declared = "".join(f"  {name}: {{builtin: tiny}}\n" for name in names(2000))
    wrong = "".join(f"  {name}: {{image: {name}x, flavor: f}}\n" for name in names(count))
    return f"stack: a\nimages:\n{declared}instances:\n{wrong}"


def variables(count: int) -> str:
    declared = "".join(f"  {name}: x\n" for name in names(1000))
    wrong = "".join(f"  {name}: {{image: {{from_var: {name}x}}, flavor: f}}\n" for name in names(count))
    return f"stack: a\nvars:\n{declared}instances:\n{wrong}"


def volumes(count: int) -> str:
    declared = "".join(f"  {name}: {{size: 1GiB}}\n" for name in names(2000))
    wrong = "".join(f"  {name}: {{image: i, flavor: f, volumes: [{name}x]}}\n" for name in names(count))
    return f"stack: a\nvolumes:\n{declared}instances:\n{wrong}"


def words(count: int) -> str:
    return "stack: a\ninstances:\n" + "".join(
        f"  {name}: {{image: i, flavor: f, state: {name}, on_change: {{image: rebuidl}}}}\n" for name in names(count)
    )


def fields(count: int) -> str:
    return "stack: a\ninstances: {w: {" + ", ".join(f"{name}: x" for name in names(count, "f")) + "}}\n"


def groups(count: int) -> str:
    rules = "".join(f"  {name}: [{{tcp: 80, from_group: {name}x}}]\n" for name in names(count))
    return f"stack: a\nsecurity_groups:\n{rules}"


def taken(folder: Path, text: str) -> float:
    path = folder / "instances.yml"
    path.write_text(text)
    times = []
    for _ in range(3):
        began = time.process_time()
        with contextlib.suppress(core.errors.DeclareError):
            declare.load(path)
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.parametrize("make", [images, variables, volumes, words, fields, groups])
def test_four_times_the_mistakes_take_four_times_as_long(tmp_path: Path, make: Callable[[int], str]) -> None:
    few, many = taken(tmp_path, make(1500)), taken(tmp_path, make(6000))
    assert many < 8 * few, f"{few:.2f} s and {many:.2f} s: it grows with the square"


def test_a_hint_is_given_while_it_is_worth_it(tmp_path: Path) -> None:
    (tmp_path / "instances.yml").write_text(volumes(300))
    with pytest.raises(core.errors.DeclareError) as caught:
        declare.load(tmp_path / "instances.yml")
    assert "'name-00000x' is not declared in 'volumes'; did you mean 'name-00000'?" in str(caught.value)


def test_values_are_counted_over_all_files(tmp_path: Path) -> None:
    for name in "abc":
        volumes = "".join(f"  {name}{number}: {{size: 1GiB}}\n" for number in range(55_000))
        (tmp_path / f"{name}.yml").write_text(f"volumes:\n{volumes}")
    (tmp_path / "instances.yml").write_text("stack: a\ninclude: [a.yml, b.yml, c.yml]\n")
    with pytest.raises(core.errors.DeclareError) as caught:
        declare.load(tmp_path / "instances.yml")
    assert "c.yml:" in str(caught.value)
    assert "more than 600000 values in all: no declaration is like that" in str(caught.value)


def test_bytes_are_counted_over_all_files(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.yml").write_text("volumes: {}\n" + "#" * (9 << 20))
    (tmp_path / "instances.yml").write_text("stack: a\ninclude: [a.yml, b.yml]\n")
    with pytest.raises(core.errors.DeclareError, match=r"b\.yml: is larger than \d+ bytes, which is"):
        declare.load(tmp_path / "instances.yml")
