"""Cells are mapped by exact names, and no password of theirs is shown."""

from __future__ import annotations

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import cell

TEMPLATE = "{scheme}://{username}:{password}@{hostname}:{port}/{path}?{query}"
CELL0 = ("{scheme}://{username}:{password}@{hostname}:{port}/nova_cell0?{query}", "none:///")
CELL1 = (TEMPLATE, "{scheme}://{username}:{password}@{hostname}:{port}/{path}")
DESIRED = {"cell0": CELL0, "cell1": CELL1}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mysql+pymysql://nova:pa%40ss@192.0.2.11:3306/nova", "mysql+pymysql://nova:***@192.0.2.11:3306/nova"),
        (
            "rabbit://a:one@192.0.2.1:5672,b:two@192.0.2.2:5672/v",
            "rabbit://a:***@192.0.2.1:5672,b:***@192.0.2.2:5672/v",
        ),
        ("rabbit://:only@192.0.2.1:5672/v", "rabbit://:***@192.0.2.1:5672/v"),
        ("mysql+pymysql://nova@192.0.2.11:3306/nova", "mysql+pymysql://nova@192.0.2.11:3306/nova"),
        (TEMPLATE, TEMPLATE),
        ("none:///", "none:///"),
    ],
)
def test_only_literal_passwords_are_masked(url: str, shown: str) -> None:
    assert cell.mask_url(url) == shown


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ({}, ["map cell cell0", "map cell cell1"]),
        (DESIRED, []),
        ({**DESIRED, "cell10": CELL1}, []),
        ({"cell0": CELL0, "cell10": CELL1}, ["map cell cell1"]),
        ({**DESIRED, "cell0": ("sqlite://", "none:///")}, ["update cell cell0"]),
        ({**DESIRED, "cell1": (TEMPLATE, "none:///")}, ["update cell cell1"]),
    ],
)
def test_mappings(observed: dict[str, tuple[str, str]], expected: list[str]) -> None:
    assert [" ".join(step.key) for step in cell.decide_mappings(DESIRED, observed)] == expected


def test_a_corrected_mapping_shows_no_password() -> None:
    seen = ("mysql+pymysql://nova:hunter2@192.0.2.11/nova", "rabbit://nova:hunter2@192.0.2.11/nova")
    (step,) = cell.decide_mappings({"cell1": CELL1}, {"cell1": seen})
    assert step.before == "mysql+pymysql://nova:***@192.0.2.11/nova\nrabbit://nova:***@192.0.2.11/nova\n"


@pytest.mark.parametrize(
    ("mapped", "expected"),
    [
        ([], ["compute1", "compute10"]),
        (["compute10"], ["compute1"]),
        (["compute1"], ["compute10"]),
        (["compute10", "compute1", "compute2"], []),
    ],
)
def test_compute1_is_not_compute10(mapped: list[str], expected: list[str]) -> None:
    assert [step.name for step in cell.decide_hosts(["compute1", "compute10"], mapped)] == expected
