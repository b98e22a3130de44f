"""A resize waits for its host's proof: until it is confirmed Nova keeps the old guest, and can take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import consequence as c
from ..change import HELD, FieldChange, Note
from ..policy import MISSING_DOMAIN
from . import definition, lifecycle, power, server_field
from .thing import differs, step

if TYPE_CHECKING:
    from ..desired import Wanted
    from ..observed import Item
    from .index import Index
    from .thing import Found


RUNNING = frozenset({"active", "paused", "suspended"})
"""The declared states in which a guest runs when it is resized."""


def decide(index: Index, wanted: Wanted, item: Item) -> list[Found]:
    """Confirm or revert a resize to what is declared; any other one is somebody else's business.

    So it is also where the policy is to let flavors differ, and where the way back is none that can be gone.
    """
    if "flavor" in wanted.fields and differs(*server_field.both(index, wanted, item, "flavor")):
        held = lifecycle.way(wanted.state, lifecycle.RESIZED, None).held or ""
        return [Note(HELD, "server", wanted.key, held, wanted.at("flavor"))]
    host = str(item.status.get("host") or "its host")
    proof = index.proof(item)
    if not proof.asked:
        why = "its resize waits to be confirmed; on Nova's word, because no host was asked"
        return [step("confirm", wanted, item, (), why)]
    if proof.domain is None:
        text = f"its resize is not confirmed: {host} has no such guest"
        return [Note(HELD, "server", wanted.key, text, wanted.at("flavor"), drift=MISSING_DOMAIN, host=host)]
    wrong = [
        *([f"it is {proof.domain.state}"] if wanted.state in RUNNING and proof.domain.state in power.DOWN else []),
        *definition.wrong_sizes(proof.domain, item.fields.get("flavor") or {}),
    ]
    if not wrong:
        return [step("confirm", wanted, item, (), f"{host} runs it with the sizes of its flavor")]
    told = "; ".join(wrong)
    fields = (FieldChange("flavor", told, "as before", wanted.at("flavor"), c.MOVES_HOST),)
    return [step("revert", wanted, item, fields, f"its resize is not what {host} runs: {told}")]
