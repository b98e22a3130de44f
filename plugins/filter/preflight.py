# Copyright: (c) Novaform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From what every host said to one table of everything that is wrong with any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleFilterError
from ansible_collections.novaform.compute.plugins.filter import site as sites
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._core.blueprint import compose
from ansible_collections.novaform.compute.plugins.module_utils._core.decide import contact, membership
from ansible_collections.novaform.compute.plugins.module_utils._core.decide import preflight as decision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def preflight(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Return ``[{host, problem, remedy}]`` for all hosts that a play has asked with ``host_info``."""
    hosts = _judged(hostvars, groups)
    return [*decision.problems(hosts), *membership.problems(hosts)]


def preflight_notes(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> str:
    """Return a table of what stops nothing and should be known; empty when there is nothing."""
    rows = membership.notes(_judged(hostvars, groups))
    return decision.render_notes(rows)


def _judged(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Any]]:
    """Return what is judged of each host that was asked."""
    try:
        site = sites.to_site(hostvars, groups)
    except errors.Error as error:
        raise AnsibleFilterError(str(error)) from error
    hosts = {}
    for host in site.hosts:
        answer = hostvars[host.name].get(sites.FACTS)
        if answer is None:  # outside --limit: nobody asked it
            continue
        external = [site.cloud.external_interface] if site.cloud.external_interface and "network" in host.roles else []
        hosts[host.name] = {
            "groups": sorted(host.roles),
            "facts": answer.get("facts"),
            "error": contact.error_text(answer),
            "rules": [rule for rule in compose.ports(site, host) if rule["proto"] == "tcp"],
            "interfaces": external,
            "address": host.address,
        }
    return hosts


def problem_table(problems: Sequence[Mapping[str, str]]) -> str:
    """Return the problems as one aligned table."""
    return decision.render_table(problems)


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return ``{name: function}``."""
        return {"preflight": preflight, "preflight_notes": preflight_notes, "problem_table": problem_table}
