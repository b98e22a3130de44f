"""The registry: which stage does which part of a component, and in which order.

A stage's own imports are paid for only by a component that has such a part; they stay plain import statements, for
only those are shipped to the host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core.errors import DeclareError
from .lock.lock import Lock
from .proof.proof import Proofs
from .stage.file import Files
from .stage.package import Packages
from .stage.unit import Units

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .._core.converge import Stage
    from .._site.decide.fence import SiteRun

DEFAULT_ORDER = (
    "packages",
    "files",
    "databases",
    "broker",
    "keys",
    "migrations",
    "schemas",
    "bridges",
    "units",
    "settle",
    "catalog",
    "firewall",
    "proofs",
    "networks",
    "cell_hosts",
)


def _databases(component: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    from .stage.database import Databases

    return Databases(component["databases"], secrets)


def _broker(component: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    from .stage.broker import Broker

    return Broker(component["broker"], secrets)


def _migrations(component: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    from .stage.migration import Migrations

    return Migrations(component["migrations"], secrets)


def _schemas(component: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    from .stage.schema import Schemas

    return Schemas(component["schemas"], secrets)


def _bridges(component: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    from .stage.bridge import Bridges

    return Bridges(component["bridges"], secrets)


def _firewall(component: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    from .stage.firewall import Firewall

    return Firewall(component["firewall"], secrets)


def _settle(component: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    from .stage.settle import Settle

    return Settle(component["settle"], secrets)


def _cell_hosts(component: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    from .stage.cell_host import CellHosts

    return CellHosts(component["cell_hosts"], secrets)


def _keys(component: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    from .stage.keys import Keys

    return Keys(component["keys"], secrets)


def _catalog(component: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    from .stage.catalog import Catalog

    return Catalog(component["catalog"], secrets)


def _networks(component: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    from .stage.network import Networks

    return Networks(component["networks"], secrets)


REGISTRY: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Stage]] = {
    "packages": lambda component, _: Packages(component["packages"]),
    "files": lambda component, secrets: Files(component["files"], secrets),
    "databases": _databases,
    "broker": _broker,
    "keys": _keys,
    "migrations": _migrations,
    "schemas": _schemas,
    "bridges": _bridges,
    "firewall": _firewall,
    "settle": _settle,
    "cell_hosts": _cell_hosts,
    "catalog": _catalog,
    "networks": _networks,
    "units": lambda component, secrets: Units(component["units"], component.get("files") or [], secrets),
    "proofs": lambda component, secrets: Proofs(component["proofs"], secrets),
}


def for_component(
    component: Mapping[str, Any],
    secrets: Mapping[str, Any],
    order: Sequence[str] = DEFAULT_ORDER,
    run: SiteRun | None = None,
) -> list[Stage]:
    """Return the stages of a component, the host's lock first; a kind that it does not have is left out.

    ``run`` is the site's run that the module is part of. Raises ``DeclareError`` for a kind that nobody knows or that
    ``order`` forgets.
    """
    lost = [kind for kind in component if kind not in ("name", "secrets") and component[kind] and kind not in order]
    if lost:
        raise DeclareError(f"component {component.get('name')} has parts that nothing here does: {', '.join(lost)}")
    return [Lock(str(component.get("name") or ""), run), *of_kinds(component, secrets, order)]


def of_kinds(component: Mapping[str, Any], secrets: Mapping[str, Any], kinds: Sequence[str]) -> list[Stage]:
    """Return the stages of a component that are of these kinds, in this order."""
    return [REGISTRY[kind](component, secrets) for kind in kinds if component.get(kind)]
