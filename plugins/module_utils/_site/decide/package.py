"""Which packages have to come: the declared names that dpkg does not have installed and configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

KIND = "package"
STARTS = "service-starts"


def decide(desired: Iterable[str], observed: Collection[str], *, denied: bool = False) -> Plan:
    """Return ``install package NAME`` for each name missing from ``observed``, the installed names.

    ``denied`` says that an earlier run was killed and left its ban on service starts behind: lifting it is a step.
    """
    lifted = Step("allow", KIND, STARTS, reason="an earlier run was interrupted and left them denied")
    missing = [name for name in dict.fromkeys(desired) if name not in observed]
    return Plan((*([lifted] if denied else []), *(Step("install", KIND, name, after=f"{name}\n") for name in missing)))
