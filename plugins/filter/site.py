# Copyright: (c) Novaform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From Ansible's variables to the blueprint: what a play asks about its site."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

# ansible-core 2.19 tells where a value was written, but has no public name for it yet; pyproject.toml pins 2.19.
from ansible._internal._datatag._tags import Origin
from ansible.errors import AnsibleFilterError
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._core.blueprint import compose, endpoint
from ansible_collections.novaform.compute.plugins.module_utils._core.blueprint import site as sites
from ansible_collections.novaform.compute.plugins.module_utils._core.decide import membership

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# The register in which site.yml keeps what `host_info` found on a host.
FACTS = "novaform_host"


def _where(value: Any) -> str:
    """Return ``file:line:column`` of a value that Ansible read from a file."""
    origin = Origin.get_tag(value)
    if origin is None or not origin.path:
        return "cloud.yml"
    return ":".join(str(one) for one in (origin.path, origin.line_num, origin.col_num) if one is not None)


def _facts(variables: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (variables.get(FACTS) or {}).get("facts") or {}
    return found


def _host(name: str, variables: Mapping[str, Any], roles: frozenset[str], virt_type: str) -> sites.Host:
    facts = _facts(variables)
    return sites.Host(
        name=str(name),
        address=str(variables.get("address") or variables.get("ansible_host") or name),
        roles=roles,
        cores=int(facts.get("cores", 2)),
        memory_mb=int(facts.get("memory_mb", 4096)),
        virt_type=facts.get("virt_type", "qemu") if virt_type == "auto" else virt_type,
        datapath=str(facts.get("openvswitch_datapath", "system")),
        tunnel_address=variables.get("tunnel_address") or "",
        ssh_keys=tuple(facts.get("ssh_host_keys", ())),
        config={name: variables[name] for name in sites.CONFIG_VARIABLES if variables.get(name)},
        qemu_conf=variables.get("nova_compute_qemu_conf") or {},
    )


def to_site(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> sites.Site:
    """Return the site that an inventory declares. Raises ``DeclareError`` naming file and line."""
    members = {role: list(groups.get(role, ())) for role in sites.ROLES}
    members["network"] = members["network"] or members["control"]
    names = list(dict.fromkeys(name for role in sites.ROLES for name in members[role]))
    if not names:
        message = "the inventory has no host in group control: see hosts.yml"
        raise errors.DeclareError(message)
    declared = hostvars[names[0]].get("cloud") or {}
    if not isinstance(declared, dict):
        message = f"{_where(declared)}: cloud must be a mapping"
        raise errors.DeclareError(message)
    cloud = sites.to_cloud(declared, _where)
    hosts = tuple(
        _host(name, hostvars[name], frozenset(role for role in sites.ROLES if name in members[role]), cloud.virt_type)
        for name in names
    )
    hosts = _with_records(hosts, hostvars)
    return sites.check_site(sites.Site(cloud, hosts), _where)


def _with_records(hosts: tuple[sites.Host, ...], hostvars: Mapping[str, Any]) -> tuple[sites.Host, ...]:
    """Return the hosts, each with those of its services that the cloud has no record of."""
    facts = {host.name: _facts(hostvars[host.name]) for host in hosts}
    remembered = membership.remembered_by(facts[host.name] for host in hosts if "control" in host.roles)
    return tuple(
        dataclasses.replace(
            host,
            forgotten=membership.forgotten(host.name, host.roles, remembered),
            read_at=float(facts[host.name].get("time", 0.0)),
        )
        for host in hosts
    )


def blueprint(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]], host: str) -> list[dict[str, Any]]:
    """Return every component of a host."""
    site = to_site(hostvars, groups)
    return [_told(one) for one in compose.components(site, site.host(host))]


def component(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]], host: str, name: str) -> dict[str, Any]:
    """Return one component of a host."""
    site = to_site(hostvars, groups)
    return _told(compose.component(site, site.host(host), name))


def _told(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the component; files whose options a host checks say where in the inventory each was written."""
    for item in wanted.get("files", ()):
        options = item["options"].items() if item.get("namespaces") else ()
        origins = {
            f"{section}/{option}": _where(value)
            for section, values in options
            for option, value in values.items()
            if Origin.is_tagged_on(value)
        }
        if origins:
            item["origins"] = origins
    return wanted


def secrets_for(secrets: Mapping[str, Any], wanted: Any) -> dict[str, Any]:
    """Return only those secrets that a component, or a list of them, has placeholders for, fit for where they go."""
    names = compose.secret_names(wanted)
    missing = [name for name in names if name not in secrets]
    if missing:
        message = f"{_where(secrets)}: novaform_secrets lacks {', '.join(missing)}: `novaform init` adds them"
        raise errors.DeclareError(message)
    return {name: endpoint.fit(name, secrets[name]) for name in names}


def _sentence(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with our errors as Ansible's, so that a play fails with a sentence."""

    def filtered(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except errors.Error as error:
            raise AnsibleFilterError(str(error)) from error

    return filtered


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return ``{name: function}``."""
        named = {"blueprint": blueprint, "component": component, "secrets_for": secrets_for}
        return {name: _sentence(function) for name, function in named.items()}
