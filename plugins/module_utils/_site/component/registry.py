"""Every component: the value that it is told, and the function of which its parts follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from ..._core.errors import DeclareError
from .. import option
from . import (
    firewall,
    glance,
    keystone,
    memcached,
    mysql,
    neutron_agent,
    neutron_server,
    nova,
    nova_cell,
    nova_compute,
    nova_database,
    part,
    placement,
    rabbitmq,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class Component(NamedTuple):
    """A component: the type of what it is told, and what there is to be of it on its host."""

    record: type
    parts: Callable[[Any], dict[str, Any]]


COMPONENTS: dict[str, Component] = {
    "firewall": Component(firewall.FirewallOptions, firewall.parts),
    "mysql": Component(mysql.MysqlOptions, mysql.parts),
    "rabbitmq": Component(rabbitmq.RabbitmqOptions, rabbitmq.parts),
    "memcached": Component(memcached.MemcachedOptions, memcached.parts),
    "keystone": Component(keystone.KeystoneOptions, keystone.parts),
    "glance": Component(glance.GlanceOptions, glance.parts),
    "placement": Component(placement.PlacementOptions, placement.parts),
    "neutron_server": Component(neutron_server.NeutronServerOptions, neutron_server.parts),
    "neutron_agent": Component(neutron_agent.NeutronAgentOptions, neutron_agent.parts),
    "nova_database": Component(nova.NovaOptions, nova_database.parts),
    "nova_api": Component(nova.NovaOptions, nova.api_parts),
    "nova_conductor": Component(nova.NovaOptions, nova.conductor_parts),
    "nova_scheduler": Component(nova.NovaOptions, nova.scheduler_parts),
    "nova_metadata": Component(nova.NovaOptions, nova.metadata_parts),
    "nova_console": Component(nova.NovaOptions, nova.console_parts),
    "nova_compute": Component(nova_compute.NovaComputeOptions, nova_compute.parts),
    "nova_cell_host": Component(nova_cell.CellHostOptions, nova_cell.parts),
}


def to_parts(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a component of ``{name, options, forgotten, origins}``, as the module ``host`` is told it.

    Raises ``DeclareError`` for a component that there is not, and for options that are not as they should be.
    """
    component = COMPONENTS.get(told["name"])
    if component is None:
        raise DeclareError(f"{told['name']!r} is not a component: {', '.join(COMPONENTS)}")
    known = {field.name for field, _, _ in option.shapes(component.record)}
    strange = sorted(set(told["options"]) - known)
    if strange:
        raise DeclareError(f"{told['name']} has no option {', '.join(strange)}: it has {', '.join(sorted(known))}")
    try:
        value: Any
        value, _ = option.from_params(component.record, told["options"])
        made = part.with_forgotten(component.parts(value), told.get("forgotten") or ())
    except DeclareError as error:
        raise DeclareError(f"{told['name']}: {error}") from error
    for item in made.get("files", ()):
        if item["path"] in (told.get("origins") or {}):
            item["origins"] = told["origins"][item["path"]]
    return made
