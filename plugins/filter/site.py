# Copyright: (c) Novaform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From Ansible's variables to the blueprint: what a play asks about its site."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

# ansible-core 2.19 to 2.21 tells where a value was written, without a public name for it; pyproject.toml pins these.
from ansible._internal._datatag._tags import Origin
from ansible.errors import AnsibleFilterError
from ansible_collections.novaform.compute.plugins.module_utils._core import errors, shape
from ansible_collections.novaform.compute.plugins.module_utils._site import fact, known, option
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose, endpoint, host_variable
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import site as sites
from ansible_collections.novaform.compute.plugins.module_utils._site.component import registry
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import contact, membership

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# The register in which site.yml keeps what `host_info` found on a host.
FACTS = "novaform_host"
USED = ("cores", "memory_mb", "virt_type", "openvswitch_datapath", "ssh_host_keys", "time", "remembered")
USED += ("compute_id", "verified")
"""The facts that decide what is done on a host; preflight looks at all of them."""
LACKING = "`novaform site secrets DIR` adds the site's own; one of yours goes into secrets.yml by hand"
# The register in which site.yml keeps what `host` has found to be left to do on a host.
GATE = "host_prepared"
AHEAD = 200  # steps of other components that a module is told of
WORD = re.compile(r"[\w ./:@+-]{1,200}", re.ASCII)


def _where(value: Any, otherwise: str = "cloud.yml") -> str:
    """Return ``file:line:column`` of a value that Ansible read from a file."""
    origin = Origin.get_tag(value)
    if origin is None or not origin.path:
        return otherwise
    return ":".join(str(one) for one in (origin.path, origin.line_num, origin.col_num) if one is not None)


def where_of_host(value: Any) -> str:
    """Return the place of a value, or of a name, of a host's variables."""
    return _where(value, "hosts.yml")


def facts_of(name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a host just told of itself, or what was last known of one that did not answer.

    What is not of its shape is refused, whoever let it come so far.
    """
    answer = variables.get(FACTS)
    facts = (answer.get("facts") if isinstance(answer, dict) else None) or {}
    if answer and not facts:
        facts = _last_known(variables.get("inventory_dir")).get(str(name), {})
    wrong = [(one, fact.FACTS[one](facts[one])) for one in USED if one in facts] if isinstance(facts, dict) else []
    told = shape.sentence([(one, what) for one, what in wrong if what])
    if told or not isinstance(facts, dict):
        message = f"the facts of {name} are not facts: {told or 'it is not a mapping'}"
        raise errors.DeclareError(message, errors=[message])
    return facts


def _last_known(folder: Any) -> dict[str, dict[str, Any]]:
    try:
        return known.from_text((Path(str(folder)) / known.FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _host(name: str, variables: Mapping[str, Any], roles: frozenset[str], facts: Mapping[str, Any]) -> sites.Host:
    declared = (variables.get("cloud") or {}).get("virt_type", "auto")
    return sites.Host(
        name=str(name),
        address=str(variables.get("address") or variables.get("ansible_host") or name),
        roles=roles,
        cores=facts.get("cores", 2),
        memory_mb=facts.get("memory_mb", 4096),
        virt_type=facts.get("virt_type", "qemu") if declared == "auto" else declared,
        datapath=facts.get("openvswitch_datapath", "system"),
        tunnel_address=variables.get("tunnel_address") or "",
        ssh_keys=tuple(facts.get("ssh_host_keys", ())),
        config={name: variables[name] for name in host_variable.CONFIG_VARIABLES if variables.get(name)},
        qemu_conf=variables.get(host_variable.QEMU) or {},
        away=contact.is_away(variables.get(FACTS), roles),
    )


def to_site(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]], *, asked: bool = True) -> sites.Site:
    """Return the site that an inventory declares, with what its hosts say of themselves unless ``asked`` is false.

    Raises one ``DeclareError`` with every mistake, each with file and line.
    """
    members = {role: list(groups.get(role, ())) for role in sites.ROLES}
    members["network"] = members["network"] or members["control"]
    names = list(dict.fromkeys(name for role in sites.ROLES for name in members[role]))
    if not names:
        message = "the inventory has no host in group control: see hosts.yml"
        raise errors.DeclareError(message)
    cloud = _settings_of(hostvars, names)
    hosts = tuple(
        _host(
            name,
            hostvars[name],
            frozenset(role for role in sites.ROLES if name in members[role]),
            facts_of(name, hostvars[name]) if asked else {},
        )
        for name in names
    )
    site = sites.Site(cloud, _with_records(hosts, hostvars) if asked else hosts)
    wrong = [*host_variable.shared_addresses({host.name: host.address for host in hosts}), *compose.secret_errors(site)]
    sites.refuse([*wrong, *sites.group_errors(site), *(sites.tunnel_errors(site) if asked else ())])
    return site


def _settings_of(hostvars: Mapping[str, Any], names: Sequence[str]) -> sites.Settings:
    """Return the settings of the site after a look at them and at every host's variables."""
    declared = hostvars[names[0]].get("cloud") or {}
    cloud, found = sites.Settings(), []
    if not isinstance(declared, dict):
        found.append(f"{_where(declared)}: cloud must be a mapping")
    else:
        try:
            cloud = sites.to_cloud(declared, _where)
        except errors.DeclareError as error:
            found += error.details["errors"]
    for name in names:
        found += host_variable.mistakes(name, hostvars[name], where_of_host)
    sites.refuse(list(dict.fromkeys(found)))
    return cloud


def _with_records(hosts: tuple[sites.Host, ...], hostvars: Mapping[str, Any]) -> tuple[sites.Host, ...]:
    """Return the hosts, each with those of its services that the cloud has no record of."""
    facts = {host.name: facts_of(host.name, hostvars[host.name]) for host in hosts}
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
    unread = [one.name for one in site.hosts if FACTS not in hostvars[one.name]]
    if unread:
        message = f"{', '.join(unread)}: not read in this run: run site.yml from its beginning, without --start-at-task"
        raise errors.DeclareError(message)
    return [_with_origins(one) for one in compose.options(site, site.host(host))]


def options(
    hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]], host: str, name: str, secrets: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the module of a component is told on a host, passwords included."""
    site = to_site(hostvars, groups)
    told = compose.options_of(site, site.host(host), name)
    granted = secrets_for(secrets, told)
    record = registry.COMPONENTS[name].record
    return {
        **option.unseal(record, told["options"], granted),
        "secrets": {one: granted[one] for one in option.placeholders_in(record, told["options"])},
        "forgotten": told["forgotten"],
        "awaits": [step for one in site.hosts for step in _left_ahead_of(name, hostvars[one.name].get(GATE))],
    }


def _left_ahead_of(name: str, gate: Any) -> Iterator[dict[str, str]]:
    """Return the steps that the services of a host that come up before this one had left when its gate looked.

    A host says so, and other hosts are told: what is no plain word is left out.
    """
    left = gate.get("left") if isinstance(gate, Mapping) else None
    found = [step for component in compose.services_before(name) for step in _list(left, component)]
    steps = [step for step in found if isinstance(step, Mapping)]
    for step in steps[:AHEAD]:
        words = {part: step.get(part) for part in ("action", "kind", "name")}
        if all(isinstance(word, str) and WORD.fullmatch(word) for word in words.values()):
            yield {part: str(word) for part, word in words.items()}


def _list(left: Any, component: str) -> list[Any]:
    found = left.get(component) if isinstance(left, Mapping) else None
    return found if isinstance(found, list) else []


def _with_origins(told: dict[str, Any]) -> dict[str, Any]:
    """Return what a component is told, with where in the inventory each option of a file was written.

    Only of files whose options a host checks.
    """
    found = {
        item["path"]: {
            f"{section}/{name}": _where(value)
            for section, values in item["options"].items()
            for name, value in values.items()
            if Origin.is_tagged_on(value)
        }
        for item in registry.to_parts(told).get("files", ())
        if item.get("namespaces")
    }
    return {**told, "origins": {path: places for path, places in found.items() if places}}


def secrets_for(secrets: Mapping[str, Any], wanted: Any) -> dict[str, Any]:
    """Return only those secrets that a component, or a list of them, declares, fit for where they go."""
    names = compose.granted_secrets([wanted] if isinstance(wanted, dict) else wanted)
    missing = [name for name in names if not isinstance(secrets.get(name), str)]
    if missing:
        message = f"{_where(secrets, 'secrets.yml')}: novaform_secrets lacks {', '.join(missing)}: {LACKING}"
        raise errors.DeclareError(message)
    return {name: endpoint.fit(name, secrets[name]) for name in names}


def sentence(function: Callable[..., Any]) -> Callable[..., Any]:
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
        named = {
            "blueprint": blueprint,
            "secrets_for": secrets_for,
            "options": options,
            "phase": compose.phase,
        }
        return {name: sentence(function) for name, function in named.items()}
