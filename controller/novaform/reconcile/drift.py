"""Everything on which declaration, Nova and hosts disagree; a guest that nobody knows is asked for by its id first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from novaform import core

if TYPE_CHECKING:
    from novaform.clients import cloud
    from novaform.reconcile.stack import Stack


def observe_drift(stack: Stack) -> list[core.drift.Drift]:
    """Return all drift of a stack, and of the hosts of its inventory if one is given."""
    found = classified(stack.look(), stack.session)
    silent = stack.hosts.silent if stack.hosts is not None else {}
    unseen = [
        core.drift.Drift(core.drift.UNSEEN, host, host, f"does not answer: {why}") for host, why in silent.items()
    ]
    return [*found, *unseen]


def classified(look: cloud.run.Look, session: cloud.session.Session) -> list[core.drift.Drift]:
    """Return all drift of one look."""
    servers = {item.id for item in look.observed.of_kind("server")}
    strangers = {uuid for guests in (look.observed.domains or {}).values() for uuid in guests} - servers
    gone = {uuid: known for uuid in sorted(strangers) if (known := is_gone(session, uuid)) is not None}
    return core.drift.classify(look.observed, look.decision, gone)


def is_gone(session: cloud.session.Session, uuid: str) -> bool | None:
    """Tell whether Nova positively says that it has no such server; None where it could not be asked."""
    try:
        return session.get("compute", f"/servers/{uuid}", absent_ok=True) is None
    except core.errors.ObserveError:
        return None
