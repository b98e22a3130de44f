"""Is a schema as new as the code? Told from the revisions in the database and on disk, without starting either."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_REVISION = re.compile(r"^revision\s*(?::\s*\w+)?\s*=\s*(.+)$", re.MULTILINE)
# What a revision depends on is implied by it, so alembic's table names neither.
_PARENTS = re.compile(r"^(?:down_revision|depends_on)\s*(?::[^=]+)?=\s*(\([^)]*\)|.+)$", re.MULTILINE)
_QUOTED = re.compile(r"""["']([^"']+)["']""")


def heads(sources: Iterable[str]) -> frozenset[str]:
    """Return the revisions that are nobody's parent, from the texts of alembic's revision files."""
    revisions: set[str] = set()
    parents: set[str] = set()
    for text in sources:
        found = _REVISION.search(text)
        if found:
            revisions.update(_QUOTED.findall(found.group(1)))
            for below in _PARENTS.findall(text):
                parents.update(_QUOTED.findall(below))
    return frozenset(revisions - parents)


def decide(wanted: Mapping[str, frozenset[str] | None], observed: Mapping[str, frozenset[str] | None]) -> Plan:
    """Return a step for every schema that is not at its code's heads.

    ``wanted[name]`` None: the code is not on the host yet. ``observed[name]`` None: there is no such table yet.
    """
    steps = []
    for name, newest in wanted.items():
        current = observed[name]
        if newest is None or current != newest:
            before = ", ".join(sorted(current or ())) or "nothing"
            after = ", ".join(sorted(newest or ())) or "the newest"
            steps.append(Step("migrate", "schema", name, f"{before}\n", f"{after}\n"))
    return Plan(tuple(steps))
