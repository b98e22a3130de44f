"""What a site is: its hosts, and the settings of cloud.yml with a default for everything.

``to_site`` checks the whole declaration and names every mistake at once; after it nothing can be malformed.
"""

from __future__ import annotations

import difflib
import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import DeclareError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Options = "dict[str, dict[str, Any]]"

ROLES = ("control", "network", "compute")
SERVICES = {
    "keystone": ("all",),
    "glance": ("all",),
    "placement": ("all",),
    "nova": ("all", "api", "metadata", "conductor", "scheduler", "console", "compute"),
    "neutron": ("all", "server", "agent", "l3", "dhcp", "metadata"),
}
CONFIG_VARIABLES = tuple(f"{service}_config" for service in SERVICES)


@dataclass(frozen=True)
class Host:
    """One host of the site. ``name`` is its inventory name and Nova's and Neutron's ``host`` value, exactly.

    ``tunnel_address`` is where other hosts send what their guests say to this host's: ``address`` when it is empty.
    ``forgotten`` is ``{service: who}`` for those that should have a record of a service there and had none ``read_at``,
    in seconds since 1970 by the host's own clock.
    """

    name: str
    address: str
    roles: frozenset[str]
    cores: int = 2
    memory_mb: int = 4096
    virt_type: str = "qemu"
    datapath: str = "system"
    tunnel_address: str = ""
    ssh_keys: tuple[str, ...] = ()
    config: Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]] = field(default_factory=dict)
    qemu_conf: Mapping[str, Any] = field(default_factory=dict)
    forgotten: Mapping[str, str] = field(default_factory=dict)
    read_at: float = 0.0


@dataclass(frozen=True)
class Cloud:
    """The settings of cloud.yml. Sizes in MiB for memory and GiB for disk; ratios are virtual to physical."""

    region: str = "RegionOne"
    address: str = ""
    external_interface: str = ""
    external_cidr: str = ""
    external_gateway: str = ""
    external_pool: tuple[str, ...] = ()
    cpu_ratio: float = 16.0
    ram_ratio: float = 1.5
    disk_ratio: float = 1.0
    reserved_memory_mb: int = 512
    reserved_disk_gb: int = 0
    virt_type: str = "auto"
    workers: int = 0


@dataclass(frozen=True)
class Site:
    """All hosts and the settings they share."""

    cloud: Cloud
    hosts: tuple[Host, ...]

    def having(self, role: str) -> tuple[Host, ...]:
        """Return the hosts with a role, in inventory order."""
        return tuple(host for host in self.hosts if role in host.roles)

    def host(self, name: str) -> Host:
        """Return the host with exactly this name."""
        return next(host for host in self.hosts if host.name == name)


def workers(site: Site, host: Host) -> int:
    """Return how many processes an API on this host runs: one a core, at least 2, at most 8."""
    return site.cloud.workers or max(2, min(8, host.cores))


def _number(low: float, high: float) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
        return "" if good else f"must be a number from {low:g} to {high:g}"

    return check


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else "must be a text"


def _choice(*names: str) -> Callable[[Any], str]:
    return lambda value: "" if value in names else f"must be one of {', '.join(names)}"


def _pool(value: Any) -> str:
    good = isinstance(value, (list, tuple)) and len(value) == 2 and all(isinstance(one, str) for one in value)
    return "" if good else "must be [first address, last address]"


def _network(value: Any) -> str:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return "must be a network such as 203.0.113.0/24"
    return ""


FIELDS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "region": ("region", _text),
    "address": ("address", _text),
    "external.interface": ("external_interface", _text),
    "external.cidr": ("external_cidr", _network),
    "external.gateway": ("external_gateway", _text),
    "external.pool": ("external_pool", _pool),
    "overcommit.cpu": ("cpu_ratio", _number(0.1, 64)),
    "overcommit.ram": ("ram_ratio", _number(0.1, 16)),
    "overcommit.disk": ("disk_ratio", _number(0.1, 16)),
    "reserved.memory_mb": ("reserved_memory_mb", _number(0, 1 << 30)),
    "reserved.disk_gb": ("reserved_disk_gb", _number(0, 1 << 30)),
    "virt_type": ("virt_type", _choice("auto", "kvm", "qemu")),
    "workers": ("workers", _number(1, 128)),
}


def _flatten(raw: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return ``(dotted path, key as written, value)`` for every setting."""
    flat: list[tuple[str, Any, Any]] = []
    groups = {path.split(".")[0] for path in FIELDS if "." in path}
    for key, value in raw.items():
        if key in groups and isinstance(value, dict):
            flat += [(f"{key}.{inner}", inner, entry) for inner, entry in value.items()]
        else:
            flat.append((str(key), key, value))
    return flat


def _nowhere(_value: Any) -> str:
    return "cloud.yml"


def to_cloud(raw: Mapping[str, Any], where: Callable[[Any], str] = _nowhere) -> Cloud:
    """Check the mapping ``cloud`` and return it. ``where`` tells ``file:line:column`` of a key or a value."""
    errors: list[str] = []
    values: dict[str, Any] = {}
    for path, key, value in _flatten(raw):
        if path not in FIELDS:
            near = difflib.get_close_matches(path, FIELDS, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(FIELDS)}"
            errors.append(f"{where(key)}: unknown key {path!r} in cloud{hint}")
            continue
        name, check = FIELDS[path]
        problem = check(value)
        if problem:
            errors.append(f"{where(key)}: cloud {path} {problem}")
        values[name] = tuple(value) if isinstance(value, (list, tuple)) else value
    if errors:
        raise DeclareError("\n".join(errors), errors=errors)
    return Cloud(**values)


def config_errors(host: Host, where: Callable[[Any], str] = _nowhere) -> list[str]:
    """Return what is malformed in a host's ``<service>_config`` overrides (the options themselves a host judges)."""
    errors = []
    for service, components in host.config.items():
        known = SERVICES[service.removesuffix("_config")]
        if not isinstance(components, dict):
            errors.append(f"{where(components)}: {service} must be {{component: {{section: {{option: value}}}}}}")
            continue
        for component, sections in components.items():
            if component not in known:
                errors.append(f"{where(component)}: {service} has no {component!r}; known: {', '.join(known)}")
            elif not isinstance(sections, dict) or not all(isinstance(one, dict) for one in sections.values()):
                errors.append(f"{where(component)}: {service}.{component} must be {{section: {{option: value}}}}")
    return errors


def tunnel_errors(site: Site) -> list[str]:
    """Return why guests on different hosts could not talk: a switch in user space sends only from its own bridge."""
    switching = [host for host in site.hosts if host.roles & {"network", "compute"}]
    mute = [host.name for host in switching if host.datapath == "netdev" and not host.tunnel_address]
    if len(switching) == 1 or not mute:
        return []
    why = "the kernel has no openvswitch module, and a switch in user space sends tunnels only from its own bridge"
    return [f"{', '.join(mute)}: {why}: load the module, or give the host a tunnel_address"]


def check_site(site: Site, where: Callable[[Any], str] = _nowhere) -> Site:
    """Return the site, or raise one ``DeclareError`` with everything that cannot be."""
    errors = [error for host in site.hosts for error in config_errors(host, where)]
    errors += [
        f"{where(host.tunnel_address)}: tunnel_address of {host.name} must be an address, not {host.tunnel_address!r}"
        for host in site.hosts
        if host.tunnel_address and _network(host.tunnel_address)
    ]
    errors += tunnel_errors(site)
    errors += [
        f"group {role} has no host: put at least one into it in hosts.yml"
        for role in ("control", "compute")
        if not site.having(role)
    ]
    if len(site.having("control")) > 1:
        names = ", ".join(host.name for host in site.having("control"))
        errors.append(f"several control hosts ({names}) are not supported yet: keep one in group control")
    both = [host.name for host in site.hosts if {"control", "compute"} <= host.roles]
    if both and len(site.hosts) > 1:
        errors.append(
            f"{', '.join(both)}: nova-conductor (group control) on a compute host is refused unless the site is one "
            "single host, since compute hosts must hold no database credentials: take it out of one of the two groups"
        )
    if errors:
        raise DeclareError("\n".join(errors), errors=errors)
    return site
