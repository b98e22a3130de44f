"""The lab that all end to end tests share. Molecule makes it; tests find it by its name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from e2e import site, stack
from novaform.lab import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

LAB = "NOVAFORM_E2E_LAB"
DEFAULT = "molecule-allinone"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> site.Site:
    """The deployed site."""
    name = os.environ.get(LAB, DEFAULT)
    try:
        found = site.Site(name, ROOT, tmp_path_factory.mktemp("site"))
    except LabError as error:
        pytest.fail(f"{error}: first run `molecule converge -s allinone`, or name another lab in {LAB}", pytrace=False)
    if not found.answers():
        pytest.fail(f"lab {name} has no finished cloud: see what `molecule converge -s allinone` says", pytrace=False)
    return found


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[site.Site]:
    """A host like the deployed one, with nothing on it."""
    name, program = "e2e-empty", str(site.PROGRAMS / "novaform")
    site.run_well(program, "lab", "down", name)
    site.run_well(program, "lab", "up", "--topology", "allinone", "--name", name)
    made = site.Site(name, ROOT, tmp_path_factory.mktemp("empty"))
    site.run_well(program, "site", "secrets", str(made.inventory))
    yield made
    site.run_well(program, "lab", "down", name)


@pytest.fixture(scope="session")
def shop(cloud: site.Site) -> stack.Stack:
    """The stack that the lab shows."""
    return stack.Stack(cloud, ROOT / "inventory" / "lab" / "instances.yml")
