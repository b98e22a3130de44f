"""What other hosts must know of a host, kept for a day on which it does not answer: its SSH keys and its switch.

It is kept on the controller, in a file beside the inventory that holds no secret.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "host_facts.json"
NAMES = ("openvswitch_datapath", "ssh_host_keys")
_VERSION = 1


def render(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the file's text for ``{host: facts}``; hosts of which nothing is known are left out."""
    hosts = {host: {name: found[name] for name in NAMES if name in found} for host, found in facts.items() if found}
    return json.dumps({"version": _VERSION, "hosts": hosts}, indent=1, sort_keys=True)


def from_text(text: str) -> dict[str, dict[str, Any]]:
    """Return ``{host: facts}``. What is not a file of ours, of this version, holds nothing.

    The facts themselves are data, and are checked where those that a host tells are.
    """
    try:
        found = json.loads(text)
        hosts = found["hosts"] if found["version"] == _VERSION else {}
        return {str(host): {name: kept[name] for name in NAMES if name in kept} for host, kept in hosts.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
