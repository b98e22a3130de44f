"""A served cloud, its clouds.yaml, and a home of its own, for commands as a person calls them."""

from __future__ import annotations

import gc
import sqlite3
from functools import partial
from typing import TYPE_CHECKING

import pytest
from fakes import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from novaform.simulate.cloud.cloud import Cloud


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """The cloud; the working folder is empty but for clouds.yaml."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    monkeypatch.delenv("OS_CLOUD", raising=False)
    monkeypatch.chdir(tmp_path)
    with served.serve(tmp_path) as made:
        yield made


class Base(sqlite3.Connection):
    """A connection that tells, as Python does from 3.13 on, when nobody has closed it."""

    forgotten = 0
    closed = False

    def close(self) -> None:
        self.closed = True
        super().close()

    def __del__(self) -> None:
        Base.forgotten += not self.closed


@pytest.fixture(autouse=True)
def journals(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each command closes the journal that it opened, also one that ends in an error."""
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Base))
    Base.forgotten = 0
    yield
    gc.collect()
    assert not Base.forgotten
