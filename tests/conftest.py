"""What every test may use: the repository's root, and its files as git sees them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

MARKED_ROOMS = ("e2e", "bench", "campaign")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the room they stand in: a forgotten mark must not run one in the wrong stage."""
    tests = Path(__file__).parent
    for item in items:
        room = item.path.relative_to(tests).parts[0] if item.path.is_relative_to(tests) else ""
        if room in MARKED_ROOMS:
            item.add_marker(room)


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def files(root: Path) -> list[Path]:
    """Every file that is or could be committed, relative to the root; links are left out."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = sorted(Path(name) for name in set(listed.split("\0")) if name)
    return [name for name in names if (root / name).is_file() and not (root / name).is_symlink()]
