"""Sites that are reviewed in tests/golden, and what there is to be of a host's components on any site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose, site
from ansible_collections.novaform.compute.plugins.module_utils._site.component import registry

GOLDEN = Path(__file__).parents[1] / "golden"
STORIES = sorted(folder.name for folder in GOLDEN.iterdir() if (folder / "site.json").exists())


def load(story: str) -> site.Site:
    """Return the site of a story."""
    told = json.loads((GOLDEN / story / "site.json").read_text(encoding="utf-8"))
    hosts = tuple(
        site.Host(**{**host, "roles": frozenset(host["roles"]), "ssh_keys": tuple(host.get("ssh_keys", ()))})
        for host in told["hosts"]
    )
    return site.check_site(site.Site(site.to_cloud(told["cloud"]), hosts))


def of_host(wanted: site.Site, host: site.Host) -> list[dict[str, Any]]:
    """Return the parts of every component of a host, in the order of coming up, and its ``secrets``."""
    return [{**registry.to_parts(told), "secrets": told["secrets"]} for told in compose.options(wanted, host)]


def of_component(wanted: site.Site, host: site.Host, name: str) -> dict[str, Any]:
    """Return the parts of one."""
    return next(made for made in of_host(wanted, host) if made["name"] == name)
