"""Everything on which declaration, Nova, Placement and hosts disagree; a stranger is asked for by its id first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from novaform import cloud, core

if TYPE_CHECKING:
    from novaform.stack.stack import Stack

Drift = core.drift.Drift
UNSEEN = core.drift.UNSEEN


def observe_drift(stack: Stack) -> tuple[list[Drift], bool]:
    """Return all drift of a stack, with that of its inventory's hosts if one is given, and whether Placement told."""
    found, told = classify_look(stack.look(), stack.session)
    silent = stack.hosts.silent if stack.hosts is not None else {}
    unseen = [Drift(UNSEEN, host, "", f"does not answer: {why}", of="host") for host, why in silent.items()]
    return [*found, *unseen], told


def classify_look(look: cloud.run.Look, session: cloud.session.Session) -> tuple[list[Drift], bool]:
    """Return all drift of one look, and whether Placement told what it holds."""
    unseen = []
    try:
        observed = look.observed._replace(allocations=cloud.allocation.observe_allocations(session))
    except core.errors.ObserveError as error:
        observed = look.observed
        unseen = [Drift(UNSEEN, "Placement", "", str(error), of="service")]
    servers = {item.id for item in observed.of_kind("server")}
    guests = {uuid for found in (observed.domains or {}).values() for uuid in found}
    consumers = {uuid for found in (observed.allocations or {}).values() for uuid in found}
    gone = cloud.allocation.are_gone(session, (guests | consumers) - servers)
    lost = {uuid for uuid, known in gone.items() if known} & (consumers - guests)
    if lost:
        moves = cloud.allocation.migrations(session)
        gone = {uuid: known for uuid, known in gone.items() if uuid not in (lost if moves is None else moves)}
    return [*core.classify.classify(observed, look.decision, gone), *unseen], observed.allocations is not None
