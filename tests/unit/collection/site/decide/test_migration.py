"""Which revisions are the newest, in every way that the services write them down, and what is behind."""

from __future__ import annotations

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import migration

FIRST = "revision = 'a1'\ndown_revision = None\n"
SECOND = "revision = 'b2'\ndown_revision = 'a1'\n"


def test_a_dependency_is_implied_by_what_depends_on_it() -> None:
    """neutron's contract branch: alembic's table names only the revision that depends on the other."""
    expand = "revision = 'e1'\ndown_revision = 'a1'\n"
    contract = "revision = 'c1'\ndown_revision = 'a1'\ndepends_on = ('e1',)\n"
    assert migration.heads([FIRST, expand, contract]) == {"c1"}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], set()),
        ([FIRST], {"a1"}),
        ([SECOND, FIRST], {"b2"}),
        ([FIRST, SECOND, "revision = 'c3'\ndown_revision = 'a1'\n"], {"b2", "c3"}),
        ([FIRST, SECOND, "revision = 'c3'\ndown_revision = 'a1'\ndepends_on = None\n"], {"b2", "c3"}),
        ([FIRST, 'revision: str = "b2"\ndown_revision: Union[str, None] = "a1"\n'], {"b2"}),
        ([FIRST, SECOND, "revision = 'c3'\ndown_revision = (\n    'a1',\n    'b2',\n)\n"], {"c3"}),
        ([FIRST, 'revision="b2"\ndown_revision="a1"\n'], {"b2"}),
        ([FIRST, '"""Say more.\n\nRevises: z9\n"""\n' + SECOND], {"b2"}),
        ([FIRST, "# a package's empty __init__.py\n"], {"a1"}),
    ],
)
def test_heads_are_nobodys_parents(texts: list[str], expected: set[str]) -> None:
    assert migration.heads(texts) == expected


@pytest.mark.parametrize(
    ("wanted", "observed", "shown"),
    [
        ({"b2"}, {"b2"}, None),
        ({"b2", "c3"}, {"c3", "b2"}, None),
        ({"b2"}, {"a1"}, ("a1\n", "b2\n")),
        ({"c3", "b2"}, {"b2"}, ("b2\n", "b2, c3\n")),
        ({"b2"}, None, ("nothing\n", "b2\n")),
        ({"b2"}, set(), ("nothing\n", "b2\n")),
        (None, None, ("nothing\n", "the newest\n")),
        (None, {"a1"}, ("a1\n", "the newest\n")),
    ],
)
def test_a_schema_behind_its_code_is_migrated(
    wanted: set[str] | None, observed: set[str] | None, shown: tuple[str, str] | None
) -> None:
    newest = None if wanted is None else frozenset(wanted)
    current = None if observed is None else frozenset(observed)
    plan = migration.decide({"nova_cell1": newest}, {"nova_cell1": current})
    expected = [] if shown is None else [("migrate", "nova_cell1", *shown)]
    assert [(step.action, step.name, step.before, step.after) for step in plan] == expected
