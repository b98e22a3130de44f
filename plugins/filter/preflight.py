# Copyright: (c) Novaform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From what every host said to one table of everything that is wrong with any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.novaform.compute.plugins.filter import site as sites
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._site import fact
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose, host_variable, neutron
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import contact, lease, membership
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import preflight as decision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import site as blueprint


def preflight(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Return ``[{host, problem, remedy}]``: of the declaration alone where that cannot be, else of all its hosts."""
    try:
        site = sites.to_site(hostvars, groups, asked=False)
    except errors.Error as error:
        return [{"host": "", "problem": line, "remedy": ""} for line in str(error).splitlines()]
    near = [
        one for host in site.hosts for one in host_variable.unknown(host.name, hostvars[host.name], sites.where_of_host)
    ]
    found = [{"host": "", "problem": line, "remedy": ""} for line in near]
    found += _lacking(hostvars[site.hosts[0].name].get("novaform_secrets"), site)
    hosts = _judge(site, hostvars)
    return [*found, *lease.problems(hosts), *decision.problems(hosts), *membership.problems(hosts)]


def preflight_notes(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> str:
    """Return a table of what stops nothing and should be known; empty when there is nothing."""
    try:
        site = sites.to_site(hostvars, groups, asked=False)
    except errors.Error:  # it is told with the problems
        return ""
    hosts = _judge(site, hostvars)
    away = [contact.to_note(name, host["away"]) for name, host in hosts.items() if host["away"]]
    return decision.render_notes([*away, *lease.notes(hosts), *membership.notes(hosts)])


def _judge(site: blueprint.Site, hostvars: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {host.name: _host(site, host, hostvars[host.name]) for host in site.hosts}


def _lacking(secrets: Any, site: blueprint.Site) -> Iterator[dict[str, str]]:
    names = {name for host in site.hosts for name in compose.granted_secrets(compose.options(site, host))}
    known = secrets if isinstance(secrets, dict) else {}
    missing = sorted(names - set(known))
    if missing:
        yield {"host": "", "problem": f"novaform_secrets lacks {', '.join(missing)}", "remedy": sites.LACKING}
    wrong = sorted(name for name in names & set(known) if not isinstance(known[name], str) or not known[name])
    if wrong:
        yield {"host": "", "problem": f"novaform_secrets: {', '.join(wrong)} must be a text", "remedy": ""}


def _host(site: blueprint.Site, host: blueprint.Host, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to be judged of a host: what it said, and what must be true of it."""
    answer = variables.get(sites.FACTS)
    answer = answer if isinstance(answer, dict) else {"failed": True, "msg": contact.NOT_ASKED}
    facts = answer.get("facts")
    wrong = fact.problem(facts) if facts is not None else ""
    error = contact.NOT_FACTS + wrong if wrong else contact.error_text(answer)
    outside = neutron.bridges_outside(site, host) and site.cloud.external_interface
    return {
        "groups": sorted(host.roles),
        "facts": None if wrong else facts,
        "error": None if host.away else error,
        "away": error if host.away else None,
        "run": answer.get("run"),
        "busy": answer.get("busy"),
        "rules": [rule for rule in compose.ports(site, host) if rule["proto"] == "tcp"],
        "interfaces": [site.cloud.external_interface] if outside else [],
        "virt_type": host.virt_type if "compute" in host.roles else "",
        "address": host.address,
        "tunnel": neutron.tunnel(host) if host.roles & {"network", "compute"} else "",
        "tunnel_comes": neutron.tunnels_outside(site, host),
        "tunnel_own": bool(host.tunnel_address),
    }


def problem_table(problems: Sequence[Mapping[str, str]], notes: str = "") -> str:
    """Return the problems as one aligned table; where there are none, the notes."""
    return decision.render_table(problems) if problems or not notes else notes


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return ``{name: function}``."""
        return {
            "preflight": preflight,
            "preflight_notes": preflight_notes,
            "problem_table": problem_table,
        }
