"""Nova's schemas and cell mappings: the API's, cell0's and every cell's.

The URLs in the mappings are templates that each Nova service fills from its own configuration, so that a rotated
password never touches a mapping.
"""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..._site.decide import cell as decision
from ..._site.decide import migration as schemas
from ..door import nova, sql
from . import migration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._core.plan import Plan, Step

API = "nova/db/api/migrations/versions"
MAIN = "nova/db/main/migrations/versions"
CELL0 = "cell0"
_NAMESPACE = uuid.UUID("6f0f4f0e-6f7a-5d0c-9d9b-2f2f6c1c1f10")


class Schemas:
    """The stage of everything that Nova keeps in databases."""

    def __init__(self, desired: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        told = secret.resolve(desired, secrets)
        self.api = told["api"]
        self.cells = {CELL0: told["cell0"], **{one["name"]: one["database"] for one in told["cells"]}}
        self.mappings = {name: (one["database"], one["transport"]) for name, one in told["mappings"].items()}

    def plan(self, planned: Plan | None) -> Plan:
        """Compare revisions and mappings; what cannot be reached is not there yet, if we only plan."""
        waiting = planned is None
        api = schemas.decide(
            {"nova_api": migration.code_heads(API)}, {"nova_api": migration.database_heads(self.api, waiting=waiting)}
        )
        seen = {f"nova_{name}": migration.database_heads(url, waiting=waiting) for name, url in self.cells.items()}
        cells = schemas.decide(dict.fromkeys(seen, migration.code_heads(MAIN)), seen)
        return api + decision.decide_mappings(self.mappings, observe_mappings(self.api, waiting=waiting)) + cells

    def apply(self, plan: Plan) -> None:
        """The API's schema and the mappings in one child, then all cells side by side."""
        first = [self._act(step) for step in plan if not self._is_cell(step)]
        if first:
            nova.run(first)
        rest = [[self._act(step)] for step in plan if self._is_cell(step)]
        with ThreadPoolExecutor(max_workers=max(1, len(rest))) as pool:
            for done in [pool.submit(nova.run, acts) for acts in rest]:
                done.result()

    def _is_cell(self, step: Step) -> bool:
        return step.kind == "schema" and step.name != "nova_api"

    def _act(self, step: Step) -> dict[str, Any]:
        if step.name == "nova_api":
            return {"act": "api"}
        if step.kind == "schema":
            return {"act": "cell", "cell": step.name[len("nova_") :]}
        return act_of(step, self.mappings)


def act_of(step: Step, mappings: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """Return what Nova's own objects are told about one mapping."""
    database, transport = mappings[step.name]
    act = {"act": f"{step.action}_cell", "cell": step.name, "database": database, "transport": transport}
    return {**act, "uuid": _uuid_of(step.name)} if step.action == "map" else act


def _uuid_of(cell: str) -> str:
    """Return the uuid that a new cell gets, always the same for the same name."""
    return decision.CELL0 if cell == CELL0 else str(uuid.uuid5(_NAMESPACE, cell))


def observe_mappings(api: str, *, waiting: bool) -> dict[str, tuple[str, str]]:
    """Return ``{cell: (database URL, transport URL)}``; ``waiting`` and errors are those of ``sql.reading``."""
    server = sql.reading(api, waiting=waiting)
    if server is None:
        return {}
    with server:
        rows = server.table("SELECT uuid, name, database_connection, transport_url FROM cell_mappings")
    return {
        CELL0 if known == decision.CELL0 else str(name): (str(database), str(transport))
        for known, name, database, transport in rows or ()
    }
