"""What the APIs say to an account that needs them: lists, a compute host's provider, and who is alive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._api.wire import Lost, Unreached
from ..._core.errors import ObserveError
from ..._site.decide import alive
from ..door import signin
from .web import Silent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._api.session import Session


def _session(item: Mapping[str, Any]) -> Session:
    """Return a session with a token. Raises ``ObserveError``."""
    auth = item["auth"]
    account = (auth["username"], auth["password"], auth["project_name"])
    session = signin.session(auth["auth_url"], item["region"], account, once=True)
    try:
        session.token()
    except (Lost, Unreached) as error:
        if item.get("api") == "identity":
            raise Silent(str(error)) from error
        raise
    except ObserveError as error:
        refused = signin.is_refusal(error)
        raise ObserveError(f"keystone does not let {auth['username']} in" if refused else str(error)) from error
    return session


def ask_api(item: Mapping[str, Any]) -> str:
    """Read a list as an account. Raises ``Silent`` when the service, and not keystone, does not answer."""
    session = _session(item)
    try:
        told = session.get(item["api"], item["path"])
    except (Lost, Unreached) as error:
        raise Silent(str(error)) from error
    wanted = item["list"]
    found = isinstance(told, dict) and isinstance(told.get(wanted), list)
    return "" if found else f"the answer is not a list of {wanted}"


def ask_provider(item: Mapping[str, Any]) -> str:
    """Return why no server can be placed on a compute host, as Placement has it."""
    try:
        with open(item["provider"], encoding="ascii") as source:
            ident = source.read(100).strip()
    except (OSError, ValueError) as error:
        return f"{item['provider']} cannot be read: {error}"
    if not alive.UUID.fullmatch(ident):
        return f"{item['provider']} holds no uuid"
    session = _session(item)
    path = f"/resource_providers/{ident}"
    found = session.get("placement", f"{path}/inventories", absent_ok=True)
    traits = session.get("placement", f"{path}/traits", absent_ok=True)
    return alive.provider_fault(item["host"], found, traits)


def ask_fleet(item: Mapping[str, Any]) -> str:
    """Return which services and agents of the site are missing, dead or disabled, as Nova and neutron have them."""
    session = _session(item)
    services = list(session.pages("compute", "/os-services", "services"))
    agents = list(session.pages("network", "/agents", "agents"))
    return "; ".join(alive.faults(item["fleet"], services, agents))
