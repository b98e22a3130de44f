"""What Placement has set aside on each host, and for whom; and which of those nobody knows any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ..._core.errors import ObserveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..._api.session import Session

CONNECTIONS = 4
FORBIDDEN = frozenset({401, 403})


def observe_allocations(session: Session) -> Optional[dict[str, dict[str, Mapping[str, int]]]]:
    """Return for each host the amounts by consumer and resource class; None for who may not ask, or where none is.

    Raises ``ObserveError`` for half an answer. Providers below a host and shared storage are none of the hosts.
    """
    if "placement" not in session.token().catalog:
        return None
    try:
        listed = session.get("placement", "/resource_providers")["resource_providers"]
    except ObserveError as error:
        if error.details.get("status") in FORBIDDEN:
            return None
        raise
    hosts = {one["name"]: one["uuid"] for one in listed if one.get("parent_provider_uuid") is None}

    def ask(uuid: str) -> Any:
        return session.get("placement", f"/resource_providers/{uuid}/allocations")["allocations"]

    told = session.crowd(CONNECTIONS, ask, list(hosts.values()))
    return {
        host: {consumer: one["resources"] for consumer, one in allocations.items()}
        for host, allocations in zip(hosts, told)
    }


def are_gone(session: Session, idents: Iterable[str]) -> dict[str, bool]:
    """Tell of servers that are not in the project's list whether Nova surely has none of this id.

    Of who could not be asked for nothing is said. Whoever may see all projects' servers needs one list for most.
    """
    asked = sorted(idents)
    others = elsewhere(session) if asked else frozenset()
    rest = [ident for ident in asked if ident not in others]
    found = dict(zip(rest, session.crowd(CONNECTIONS, lambda ident: _is_gone(session, ident), rest)))
    told = {ident: known for ident, known in found.items() if known is not None}
    return {**dict.fromkeys(others & set(asked), False), **told}


def elsewhere(session: Session) -> frozenset[str]:
    """Return the ids of all projects' servers; nothing for who may not see them."""
    try:
        return frozenset(one["id"] for one in session.pages("compute", "/servers/detail?all_tenants=1", "servers"))
    except ObserveError:
        return frozenset()


def _is_gone(session: Session, ident: str) -> Optional[bool]:
    """Tell whether Nova positively says that it has no such server; None where it could not be asked."""
    try:
        return session.get("compute", f"/servers/{ident}", absent_ok=True) is None
    except ObserveError:
        return None


def migrations(session: Session) -> Optional[frozenset[str]]:
    """Return the ids of migrations, which hold what their servers leave behind; None for who may not ask."""
    try:
        return frozenset(one["uuid"] for one in session.pages("compute", "/os-migrations?limit=1000", "migrations"))
    except ObserveError:
        return None
