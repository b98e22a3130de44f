"""What is installed is what requirements.lock names: everything that pyproject.toml asks for, once, by content."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from pathlib import Path

REMEDY = "run .ci/lock"
PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^ ;\\]+)")


@pytest.fixture(scope="module")
def pins(root: Path) -> dict[str, list[tuple[str, str]]]:
    """``{name: [(version, the rest of its entry)]}``; a name may have a version for each kind of Python."""
    found: dict[str, list[tuple[str, str]]] = {}
    for entry in re.split(r"\n(?=\S)", (root / "requirements.lock").read_text()):
        pin = PINNED.match(entry)
        assert pin, f"{entry[:80]!r} is not pinned: {REMEDY}"
        found.setdefault(canonicalize_name(pin["name"]), []).append((pin["version"], entry))
    return found


def test_everything_asked_for_is_locked_in_a_version_that_was_asked_for(
    root: Path, pins: dict[str, list[tuple[str, str]]]
) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    asked = [Requirement(one) for one in project["dependencies"] + project["optional-dependencies"]["dev"]]
    wrong = [
        str(one)
        for one in asked
        if not any(one.specifier.contains(version) for version, _ in pins.get(canonicalize_name(one.name), []))
    ]
    assert not wrong, f"{', '.join(wrong)}: {REMEDY}"


def test_every_file_is_known_by_its_content(pins: dict[str, list[tuple[str, str]]]) -> None:
    bare = [name for name, entries in pins.items() for _, entry in entries if "--hash=sha256:" not in entry]
    assert not bare, f"{', '.join(bare)}: {REMEDY}"


def test_installed_versions_are_the_locked_ones(pins: dict[str, list[tuple[str, str]]]) -> None:
    from importlib.metadata import distributions

    installed = {canonicalize_name(one.name): one.version for one in distributions()}
    wrong = [
        f"{name} {installed[name]}, not {' or '.join(version for version, _ in entries)}"
        for name, entries in pins.items()
        if name in installed and installed[name] not in [version for version, _ in entries]
    ]
    assert not wrong, "\n".join(wrong)
