from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from novaform.lab import home, record, topology

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def plan() -> record.LabRecord:
    return record.LabRecord("shop", "shop", topology.load("small"), "10.64.2.0/24", "10.64.3.0/24", "nft")


@pytest.fixture
def place(tmp_path: Path) -> home.Home:
    return home.Home(tmp_path)


@pytest.fixture
def lab(place: home.Home) -> home.LabHome:
    made = place.lab("shop")
    made.path.mkdir(parents=True)
    return made
