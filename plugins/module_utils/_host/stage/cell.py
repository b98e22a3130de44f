"""Nova's cell mappings alone, for a site whose schemas somebody else brings up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..._site.decide import cell as decision
from ..door import nova
from . import schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..._core.plan import Plan


class Cells:
    """The stage of cell mappings: ``[{name, database, transport}]`` in the API's database at a URL."""

    def __init__(self, api: str, desired: Sequence[Mapping[str, str]], secrets: Mapping[str, Any]) -> None:
        self.api = secret.resolve(api, secrets)
        told = secret.resolve(desired, secrets)
        self.mappings = {one["name"]: (one["database"], one["transport"]) for one in told}

    def plan(self, planned: Plan | None) -> Plan:
        """Compare by exact names; a mapping that nobody declared is never looked at."""
        return decision.decide_mappings(self.mappings, schema.observe_mappings(self.api, waiting=planned is None))

    def apply(self, plan: Plan) -> None:
        """Let Nova's own objects write them, all in one child."""
        nova.run([schema.act_of(step, self.mappings) for step in plan])
