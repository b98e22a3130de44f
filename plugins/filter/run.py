# Copyright: (c) Novaform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a play asks about its own run: its number, and which hosts it goes on without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible import context
from ansible.errors import AnsibleFilterError
from ansible_collections.novaform.compute.plugins.filter import site as sites
from ansible_collections.novaform.compute.plugins.module_utils._site import known
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import contact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def site_run(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> dict[str, Any] | None:
    """Return ``{epoch, holder}`` of the run whose lease the control host has given, None where none was asked for."""
    for name in groups.get("control", ()):
        run = (hostvars[name].get(sites.FACTS) or {}).get("run") or {}
        if isinstance(run.get("epoch"), int):
            return {"epoch": run["epoch"], "holder": str(run.get("holder") or "")}
    return None


def whole_run(hosts: str) -> str:
    """Return the hosts of a play with which a run begins; refuse a run that begins elsewhere.

    With --start-at-task Ansible runs no task before the named one, not even those that are tagged ``always``: only
    what a play itself says is looked at. No play after this one has anything to stand on then.
    """
    if context.CLIARGS.get("start_at_task") is not None:
        message = "run without --start-at-task: every play needs what this run has read of its hosts before it"
        raise AnsibleFilterError(message)
    return hosts


def absence(answer: Mapping[str, Any], host: str) -> str:
    """Return in a sentence why a host was not read, empty when it was."""
    error = contact.error_text(dict(answer))
    if not error:
        return ""
    row = contact.to_note(host, error)
    return f"{row['problem']}: {row['remedy']}"


def known_facts(hostvars: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> str:
    """Return what is to be kept for a day on which a host does not answer, as JSON."""
    names = dict.fromkeys(name for role in ("control", "network", "compute") for name in groups.get(role, ()))
    facts = {name: sites.facts_of(name, hostvars[name]) for name in names}
    return known.render(facts)


def pending(hostvars: Mapping[str, Any], hosts: Sequence[str]) -> list[str]:
    """Return the components that have anything left to do on any of the hosts, as the role ``host`` has found."""
    found = (name for host in hosts for name in hostvars[host]["host_prepared"]["pending"])
    return list(dict.fromkeys(found))


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return ``{name: function}``."""
        return {
            "site_run": site_run,
            "whole_run": whole_run,
            "absence": absence,
            "known_facts": known_facts,
            "pending": pending,
        }
