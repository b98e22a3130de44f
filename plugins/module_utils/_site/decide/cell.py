"""Nova's cells: which mappings there are, and which compute hosts belong to which cell, by exact names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CELL0 = "00000000-0000-0000-0000-000000000000"
_PASSWORD = re.compile(r"((?://|,)[^:/@,]*):(?!\{)[^@/]*@")


def decide_mappings(desired: Mapping[str, tuple[str, str]], observed: Mapping[str, tuple[str, str]]) -> Plan:
    """Return the steps between ``{cell: (database URL, transport URL)}`` and the same as observed."""
    steps = []
    for name, urls in desired.items():
        seen = observed.get(name)
        if seen != urls:
            action = "map" if seen is None else "update"
            steps.append(Step(action, "cell", name, _show(seen or ()), _show(urls)))
    return Plan(tuple(steps))


def _show(urls: Sequence[str]) -> str:
    return "".join(f"{mask_url(url)}\n" for url in urls)


def mask_url(url: str) -> str:
    """Return a URL without its literal passwords; what a template says in their places is shown."""
    return _PASSWORD.sub(r"\1:***@", url)


def decide_hosts(desired: Sequence[str], mapped: Sequence[str]) -> Plan:
    """Return a step for every desired host that no cell has yet."""
    return Plan(tuple(Step("map", "cell_host", name) for name in desired if name not in mapped))
