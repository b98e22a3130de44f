"""Every module that site.yml sends to a host answers through the one door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_every_module_of_a_host_is_checked(root: Path) -> None:
    routed = yaml.safe_load((root / "meta" / "runtime.yml").read_text())["plugin_routing"]["modules"]
    components = [path.stem for path in (root / "plugins/modules").glob("*.py") if "main_of" in path.read_text()]
    others = {"host", "host_info", "lease", "namespace_ping_info", "site_verify"}
    assert {*compose.NAMES, *others, *components} == set(routed)
    assert {tuple(one.items()) for one in routed.values()} == {(("action_plugin", "novaform.compute.checked"),)}


OURS = {"include_role", "import_role", "include_tasks", "debug", "fail", "assert", "meta"}
"""What runs on the controller, and asks no host."""
HARMLESS = {"ansible.builtin.command", "ansible.builtin.copy"}
"""What is done to this machine, or with no answer that decides."""


def tasks(many: Any) -> Iterator[dict[str, Any]]:
    for task in many or ():
        parts = [name for name in ("block", "always", "rescue") if name in task]
        for name in parts:
            yield from tasks(task[name])
        if not parts:
            yield task


def test_whatever_a_play_asks_a_host_comes_through_the_door(root: Path) -> None:
    """Also what a task in the background has said: Ansible obeys an answer, whichever module brings it."""
    routed = yaml.safe_load((root / "meta" / "runtime.yml").read_text())["plugin_routing"]["modules"]
    doors = {f"novaform.compute.{name}" for name in (*routed, "job_status")}
    found = [
        task for path in (root / "roles").glob("*/tasks/*.yml") for task in tasks(yaml.safe_load(path.read_text()))
    ]
    for path in (root / "playbooks").glob("*.yml"):
        found += [task for play in yaml.safe_load(path.read_text()) for task in tasks(play.get("tasks"))]
    asked = {name for task in found for name in task if "." in name}
    assert asked - {f"ansible.builtin.{name}" for name in OURS} - HARMLESS <= doors
    assert "novaform.compute.job_status" in asked


def test_names_of_roles_are_ours(root: Path) -> None:
    """No name of a role is made of what a host answers."""
    for path in (root / "playbooks").glob("*.yml"):
        for play in yaml.safe_load(path.read_text()):
            for task in play.get("tasks", ()):
                loop = str(task.get("loop", ""))
                assert "host_prepared" not in loop or "selectattr('component', 'in', host_prepared.pending)" in loop, (
                    path
                )


def test_each_component_is_brought_up_by_a_file_of_tasks_that_says_what_it_reads(root: Path) -> None:
    for name in ("ground", "nova", "agents", "cells"):
        for row in compose.phase(name):
            role = root / "roles" / row["role"]
            (task,) = yaml.safe_load((role / "tasks" / f"{row['tasks']}.yml").read_text())
            assert f"novaform.compute.{row['component']}" in task
            assert f"'{row['component']}'" in task["module_defaults"][f"novaform.compute.{row['component']}"]
            spec = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"][row["tasks"]]
            assert spec["options"]["novaform_secrets"]["no_log"]
