"""What a run may do: the limits that a person sets, and those that hold when nobody set any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from .._core.errors import DeclareError
from . import consequence

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERY = "*"
POWER, MISSING_DOMAIN, HOST = "power", "missing-domain", "host"
NOTHING = "none"
HOLD, REBOOT = "hold", "reboot"
ON_ERROR = (HOLD, REBOOT)
"""What may happen to a server that ran and is in ERROR."""
HEALED = (POWER, MISSING_DOMAIN)
"""The classes of drift for which there is a repair: a hard reboot."""


class Policy(NamedTuple):
    """The limits of one run.

    ``max_consequence`` blocks graver steps. ``max_delete`` is how many servers may lose their disk or their life; None
    means a tenth of those that are ours, and at least one. ``allow_empty`` lets a declaration without servers
    take them all away, ``allow_shrink`` more than half of them (both within ``max_delete``). ``heal`` names the drift
    classes that may be repaired; ``on_error`` is what happens to a server that ran and is in ERROR: hold | reboot.
    ``adopt`` names the servers (keys, or ``*`` for all) that may be marked as ours in this run, and ``adopt_differing``
    lets that happen although they are not as declared.
    """

    max_consequence: str = consequence.LADDER[-1]
    max_delete: Optional[int] = None
    allow_empty: bool = False
    allow_shrink: bool = False
    heal: tuple[str, ...] = (POWER,)
    on_error: str = HOLD
    grace: float = 30.0
    adopt: tuple[str, ...] = ()
    adopt_differing: bool = False

    def budget(self, owned: int) -> int:
        """Return how many of ``owned`` servers may die in one run."""
        return max(1, owned // 10) if self.max_delete is None else self.max_delete

    def adopts(self, key: str) -> bool:
        """Tell whether a server may be marked as ours."""
        return key in self.adopt or EVERY in self.adopt


def from_options(options: Mapping[str, Any]) -> Policy:
    """Build a policy from options, of which None means "not given". Raises ``DeclareError`` on an unknown word."""
    policy = Policy(**{name: value for name, value in options.items() if value is not None})
    if policy.max_consequence not in consequence.LADDER:
        known = ", ".join(consequence.LADDER)
        raise DeclareError(f"{policy.max_consequence} is not a consequence; known are: {known}")
    for word in policy.heal:
        if word not in {*HEALED, NOTHING}:
            raise DeclareError(f"{word} is not a drift that can be healed; known are: {', '.join(HEALED)}, {NOTHING}")
    if policy.on_error not in ON_ERROR:
        raise DeclareError(f"{policy.on_error} is nothing to do on an error; known are: {', '.join(ON_ERROR)}")
    return policy._replace(heal=tuple(policy.heal), adopt=tuple(policy.adopt))


class Applied(NamedTuple):
    """What the journal remembers of one thing: a cache that may be lost, never a licence to delete.

    ``fields`` as last applied by us, ``id`` in the cloud, ``intent_at`` the time (epoch seconds) of a creation whose
    outcome is not known.
    """

    fields: Mapping[str, Any] = {}
    id: str = ""
    intent_at: Optional[float] = None
