"""Put the components of a host together, in the order in which they must come up."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from ..._core import secret
from ..._core.errors import DeclareError
from .. import option
from ..component.firewall import FirewallOptions, PortRule
from . import backend, glance, keystone, neutron, nova, placement
from .site import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .site import Host, Site

PHASES = PORTS, GROUND, NOVA, AGENTS, CELLS = "ports", "ground", "nova", "agents", "cells"
"""In each of which hosts work side by side: firewalls, what Nova stands on, Nova itself, hypervisors, their cells."""


class _Row(NamedTuple):
    """A component, its phase, the roles that bring it, what its module is told on a host, and who reaches it there."""

    name: str
    phase: str
    roles: frozenset[str]
    options: Callable[[Site, Host], Any]
    ports: Callable[[Site, Host], list[dict[str, Any]]]


def _none(_: Site, __: Host) -> list[dict[str, Any]]:
    return []


def _firewall(site: Site, host: Host) -> FirewallOptions:
    """Return who reaches which port of a host's components."""
    rules = (
        PortRule(**{**rule, "port": str(rule["port"]), "sources": tuple(rule["sources"])}) for rule in ports(site, host)
    )
    return FirewallOptions(rules=tuple(rules))


_COMPONENTS: tuple[_Row, ...] = (
    _Row("firewall", PORTS, frozenset(ROLES), _firewall, _none),
    _Row("mysql", GROUND, frozenset({"control"}), backend.mysql, backend.mysql_ports),
    _Row("rabbitmq", GROUND, frozenset({"control"}), backend.rabbitmq, backend.rabbitmq_ports),
    _Row("memcached", GROUND, frozenset({"control"}), backend.memcached, backend.memcached_ports),
    _Row("nova_database", GROUND, frozenset({"control"}), nova.control, _none),
    _Row("keystone", GROUND, frozenset({"control"}), keystone.keystone, keystone.keystone_ports),
    _Row("glance", GROUND, frozenset({"control"}), glance.glance, glance.glance_ports),
    _Row("placement", GROUND, frozenset({"control"}), placement.placement, placement.placement_ports),
    _Row("neutron_server", GROUND, frozenset({"control"}), neutron.server, neutron.server_ports),
    # First, for it brings the account with which conductor and scheduler sign in, and they end when they cannot.
    _Row("nova_api", NOVA, frozenset({"control"}), nova.api, nova.api_ports),
    _Row("nova_conductor", NOVA, frozenset({"control"}), nova.control, _none),
    _Row("nova_scheduler", NOVA, frozenset({"control"}), nova.control, _none),
    _Row("nova_metadata", NOVA, frozenset({"control"}), nova.control, nova.metadata_ports),
    _Row("nova_console", NOVA, frozenset({"control"}), nova.control, nova.console_ports),
    _Row("neutron_agent", AGENTS, frozenset({"network", "compute"}), neutron.agent, neutron.agent_ports),
    _Row("nova_compute", AGENTS, frozenset({"compute"}), nova.compute, nova.compute_ports),
    _Row("nova_cell_host", CELLS, frozenset({"control"}), nova.cell_host, _none),
)
NAMES = tuple(row.name for row in _COMPONENTS)


def phase(name: str) -> list[dict[str, str]]:
    """Return the components of a phase in their order, as ``{component, role, tasks}``: who brings each up.

    Raises ``DeclareError`` for a phase that there is not.
    """
    if name not in PHASES:
        raise DeclareError(f"{name!r} is not a phase of a site: {', '.join(PHASES)}")
    return [_role(row.name) for row in _COMPONENTS if row.phase == name]


def services_before(name: str) -> list[str]:
    """Return the components that come up before one, in their order, without the firewall.

    That has a play of its own: what is left of it takes no question from the proofs of what comes later.
    """
    return [row.name for row in _COMPONENTS[: NAMES.index(name)] if row.phase != PORTS]


def _role(name: str) -> dict[str, str]:
    service, _, tasks = name.partition("_")
    return {"component": name, "role": service, "tasks": tasks or "main"}


def _without_facts(site: Site) -> Site:
    """Return the site as it is declared, with nothing in it that a host said of itself."""
    said: dict[str, Any] = {"cores": 2, "memory_mb": 4096, "virt_type": "qemu", "datapath": "system", "ssh_keys": ()}
    said.update(forgotten={}, read_at=0.0)
    return dataclasses.replace(site, hosts=tuple(dataclasses.replace(host, **said) for host in site.hosts))


def _here(host: Host) -> list[_Row]:
    return [row for row in _COMPONENTS if row.roles & host.roles]


def options(site: Site, host: Host) -> list[dict[str, Any]]:
    """Return what every component of a host is told, in the order of coming up.

    Each is ``{name, options, secrets, forgotten}``. The names in ``secrets`` are those that the declaration alone asks
    for: no word of a host adds one.
    """
    declared = _without_facts(site)
    return [_row_options(row, site, host, declared) for row in _here(host)]


def options_of(site: Site, host: Host, name: str) -> dict[str, Any]:
    """Return what one component of a host is told. Raises ``DeclareError`` when the host does not have it."""
    row = next((row for row in _here(host) if row.name == name), None)
    if row is None:
        raise DeclareError(f"{host.name} has no component {name}: its groups are {', '.join(sorted(host.roles))}")
    return _row_options(row, site, host, _without_facts(site))


def _row_options(row: _Row, site: Site, host: Host, declared: Site) -> dict[str, Any]:
    bare = option.to_params(row.options(declared, declared.host(host.name)))
    return {
        "name": row.name,
        "options": option.to_params(row.options(site, host)),
        "secrets": sorted(secret.names_in(bare)),
        "forgotten": _forgotten(host, row.name),
    }


def _forgotten(host: Host, component: str) -> list[dict[str, Any]]:
    """Return the services of a component's project that the cloud has forgotten on a host."""
    project = component.partition("_")[0]
    return [
        {"service": service, "by": by, "at": host.read_at}
        for service, by in host.forgotten.items()
        if service.partition("-")[0] == project
    ]


def ports(site: Site, host: Host) -> list[dict[str, Any]]:
    """Return what listens on a host, as firewall rules: ``{port, proto, sources, comment}``."""
    return [rule for row in _here(host) for rule in row.ports(site, host)]


def secret_names(value: Any) -> list[str]:
    """Return the names of the secrets that a value has placeholders for."""
    return sorted(set(secret.names_in(value)))


def granted_secrets(wanted: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the secrets that some components get: what they declare, whatever their values hold."""
    return sorted({name for one in wanted for name in one.get("secrets", ())})


def secret_errors(site: Site) -> list[str]:
    """Return which of the site's own secrets an override would take to a host that has no use for them."""
    asking = [host for host in site.hosts if secret.names_in(host.config)]
    if not asking:
        return []
    bare = dataclasses.replace(site, hosts=tuple(dataclasses.replace(host, config={}) for host in site.hosts))
    first = {role: bare.having(role)[:1] for role in ROLES}
    ours = {name for some in first.values() for host in some for name in granted_secrets(options(bare, host))}
    found: list[str] = []
    for host in asking:
        due = granted_secrets(options(bare, bare.host(host.name)))
        names = sorted((set(granted_secrets(options(site, host))) & ours) - set(due))
        found += [
            f"an override of {host.name} asks for <secret:{one}>, which is not for it: use your own" for one in names
        ]
    return found
