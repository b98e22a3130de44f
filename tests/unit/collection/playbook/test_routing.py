"""Every module that site.yml sends to a host answers through the one door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from ansible_collections.novaform.compute.plugins.module_utils._core.blueprint import compose

if TYPE_CHECKING:
    from pathlib import Path


def test_every_module_of_a_host_is_checked(root: Path) -> None:
    routed = yaml.safe_load((root / "meta" / "runtime.yml").read_text())["plugin_routing"]["modules"]
    components = [path.stem for path in (root / "plugins/modules").glob("*.py") if "main_component" in path.read_text()]
    assert {*compose.NAMES, "firewall", "host", "host_info", "lease", *components} == set(routed)
    assert {tuple(one.items()) for one in routed.values()} == {(("action_plugin", "novaform.compute.checked"),)}


def test_names_of_roles_are_ours(root: Path) -> None:
    """No name of a role is made of what a host answers."""
    for path in (root / "playbooks").glob("*.yml"):
        for play in yaml.safe_load(path.read_text()):
            for task in play.get("tasks", ()):
                loop = str(task.get("loop", ""))
                assert "host_prepared" not in loop or "select('in', host_prepared.pending)" in loop, path
