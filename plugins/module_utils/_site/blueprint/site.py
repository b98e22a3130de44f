"""What a site is: its hosts, and the settings of cloud.yml with a default for everything.

``to_site`` checks the whole declaration and names every mistake at once; after it nothing can be malformed.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..._core.errors import DeclareError
from .. import setting
from . import host_variable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Options = "dict[str, dict[str, Any]]"

ROLES = ("control", "network", "compute")
MOST = 100
"""So many mistakes are told; more have one cause, and it is among these."""
_LONGEST = 80


@dataclass(frozen=True)
class Host:
    """One host of the site. ``name`` is its inventory name and Nova's and Neutron's ``host`` value, exactly.

    ``tunnel_address`` is where other hosts send what their guests say to this host's: ``address`` when it is empty.
    ``forgotten`` is ``{service: who}`` for those that should have a record of a service there and had none ``read_at``,
    in seconds since 1970 by the host's own clock. This run goes on without a host that is ``away``.
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
    away: bool = False


@dataclass(frozen=True)
class Settings:
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

    cloud: Settings
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


FIELDS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "region": ("region", setting.name),
    "address": ("address", setting.address),
    "external.interface": ("external_interface", setting.interface),
    "external.cidr": ("external_cidr", setting.network),
    "external.gateway": ("external_gateway", setting.ipv4),
    "external.pool": ("external_pool", setting.pool),
    "overcommit.cpu": ("cpu_ratio", setting.number(0.1, 64)),
    "overcommit.ram": ("ram_ratio", setting.number(0.1, 16)),
    "overcommit.disk": ("disk_ratio", setting.number(0.1, 16)),
    "reserved.memory_mb": ("reserved_memory_mb", setting.integer(0, 1 << 30)),
    "reserved.disk_gb": ("reserved_disk_gb", setting.integer(0, 1 << 20)),
    "virt_type": ("virt_type", setting.choice("auto", "kvm", "qemu")),
    "workers": ("workers", setting.integer(1, 128)),
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


def to_cloud(raw: Mapping[str, Any], where: Callable[[Any], str] = _nowhere) -> Settings:
    """Check the mapping ``cloud`` and return it. ``where`` tells ``file:line:column`` of a key or a value."""
    errors: list[str] = []
    values: dict[str, Any] = {}
    keys: dict[str, Any] = {}
    for path, key, value in _flatten(raw):
        if path not in FIELDS:
            errors.append(f"{where(key)}: {_unknown(path, hint=len(errors) < MOST)}")
            continue
        name, check = FIELDS[path]
        keys[name] = key
        problem = check(value)
        if problem:
            errors.append(f"{where(key)}: cloud {path} {problem}")
        else:
            values[name] = _of_its_type(name, value)
    errors += [f"{where(keys[name])}: cloud {problem}" for name, problem in _external_errors(values)]
    refuse(errors)
    return Settings(**values)


def _of_its_type(name: str, value: Any) -> Any:
    """Return a right value as the field has it: 4 is a ratio of 4.0 wherever it is written."""
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return float(value) if isinstance(getattr(Settings, name), float) else value


def _unknown(path: str, *, hint: bool) -> str:
    if any(known.startswith(f"{path}.") for known in FIELDS):
        return f"cloud {path} must be a mapping"
    near = difflib.get_close_matches(path, FIELDS, 1) if hint and len(path) <= _LONGEST else []
    told = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(FIELDS)}"
    return f"unknown key {host_variable.quote(path)} in cloud; {told}"


def _external_errors(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return ``(field, problem)`` of addresses of the external network that are not in it or in each other's way."""
    cidr, gateway = values.get("external_cidr"), values.get("external_gateway")
    pool = values.get("external_pool", ())
    given = {"external_gateway": [gateway] if gateway else [], "external_pool": pool}
    if not cidr:
        return [(name, f"{name.replace('_', '.')} needs a right external.cidr") for name, used in given.items() if used]
    found = [
        (name, f"{name.replace('_', '.')} must be inside external.cidr, {cidr}")
        for name, used in given.items()
        if not all(setting.inside(one, cidr) for one in used)
    ]
    if not found and gateway and pool and setting.between(gateway, *pool):
        found.append(("external_pool", "external.pool must leave out external.gateway"))
    return found


def refuse(errors: Sequence[str]) -> None:
    """Raise one ``DeclareError`` with all errors, one a line, if there are any."""
    if not errors:
        return
    told = list(errors[:MOST])
    if len(errors) > MOST:
        told.append(f"and {len(errors) - MOST} more")
    raise DeclareError("\n".join(told), errors=told)


def tunnel_errors(site: Site) -> list[str]:
    """Return why guests on different hosts could not talk: a switch in user space sends only from its own bridge."""
    switching = [host for host in site.hosts if host.roles & {"network", "compute"}]
    mute = [host.name for host in switching if host.datapath == "netdev" and not host.tunnel_address]
    if len(switching) == 1 or not mute:
        return []
    return [f"{', '.join(mute)}: {MUTE}: {MUTE_REMEDY}"]


MUTE = "the kernel has no openvswitch module, and a switch in user space sends tunnels only from its own bridge"
MUTE_REMEDY = "load the module, or give the host a tunnel_address"


def group_errors(site: Site) -> list[str]:
    """Return what is wrong with who is in which group."""
    errors = [
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
    return errors


def check_site(site: Site) -> Site:
    """Return the site, or raise one ``DeclareError`` with everything that cannot be."""
    refuse([*tunnel_errors(site), *group_errors(site)])
    return site
