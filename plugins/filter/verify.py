# Copyright: (c) Novaform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a trial of the cloud needs to know of its site, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.novaform.compute.plugins.filter import site as sites
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose, endpoint, reach
from ansible_collections.novaform.compute.plugins.module_utils._site.component import shared
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import verify as decision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import site as blueprint


def verification(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return how to sign in as the site's administrator, with a placeholder for the password."""
    site = sites.to_site(hostvars, groups, asked=False)
    auth = shared.administrator(endpoint.url(site, "keystone"), reach.ADMIN)
    return {"auth": auth, "region": site.cloud.region, "secrets": compose.secret_names(auth)}


def _unverified_hosts(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the compute hosts that were read by this run and on which no trial has gone well yet."""
    site = sites.to_site(hostvars, groups)
    facts = {host.name: sites.facts_of(host.name, hostvars[host.name]) for host in site.hosts}
    good = next((facts[host.name].get("verified") for host in site.having("control")), None) or {}
    computes = {
        host.name: facts[host.name].get("compute_id") for host in site.having("compute") if _is_here(host, facts)
    }
    return [name for name, identity in computes.items() if name not in good or good[name] != identity]


def _is_here(host: blueprint.Host, facts: Mapping[str, Mapping[str, Any]]) -> bool:
    return bool(facts[host.name]) and not host.away


def verify_rows(
    boot: Mapping[str, Any], pings: Sequence[Any], moved: Mapping[str, Any], again: Sequence[Any]
) -> dict[str, Any]:
    """Return what came of each host. ``pings`` and ``again`` are results of ``namespace_ping_info``."""
    answers, later = ([one.get("answers") for one in results] for results in (pings, again))
    first = decision.ping_phase(boot, answers) if pings else {}
    still = {host: row for host, row in boot.items() if (moved.get(host) or {}).get("to")}
    second = decision.ping_phase(still, later, moved) if again else {}
    return decision.merge([boot, first, moved, second])


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return ``{name: function}``."""
        named = {
            "verification": verification,
            "unverified": _unverified_hosts,
            "verify_rows": verify_rows,
            "verify_table": decision.render_table,
        }
        return {name: sites.sentence(function) for name, function in named.items()}
