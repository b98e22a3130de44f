"""Declaration in, every file and everything else of every host out, as text that a reviewer reads.

Each folder of tests/golden is a story: ``site.json`` is the declaration, beside it what every host gets. With
NOVAFORM_WRITE_GOLDEN=1 the expectations are written anew; the diff of that commit is then the review.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site import ini
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose, site
from fakes import parts


def shown(item: dict[str, Any]) -> str:
    """Return a file as it will be on the host, its owner and mode first."""
    if item["format"] == "absent":
        return "absent\n"
    content = ini.render(item["options"]) if item["format"] == "ini" else item.get("content", "")
    return f"{item['format']} {item['owner']}:{item['group']} {item['mode']}\n{content}"


def expectations(wanted: site.Site) -> dict[str, str]:
    """Return ``{relative path: text}`` for everything that the blueprint says."""
    found: dict[str, str] = {}
    for host in wanted.hosts:
        components = parts.of_host(wanted, host)
        for component in components:
            for item in component.get("files", []):
                suffix = "/.directory" if item["format"] == "directory" else ""
                found[f"{host.name}/files{item['path']}{suffix}"] = shown(item)
            rest = {kind: value for kind, value in component.items() if kind != "files"}
            found[f"{host.name}/{component['name']}.json"] = json.dumps(rest, indent=1, sort_keys=True) + "\n"
    return found


@pytest.mark.parametrize("story", parts.STORIES)
def test_every_file_of_every_host_is_as_reviewed(story: str) -> None:
    wanted = expectations(parts.load(story))
    if os.environ.get("NOVAFORM_WRITE_GOLDEN"):
        for old in (parts.GOLDEN / story).glob("*/**/*"):
            if old.is_file():
                old.unlink()
        for path, text in wanted.items():
            target = parts.GOLDEN / story / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    folder = parts.GOLDEN / story
    reviewed = {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.glob("*/**/*")
        if path.is_file()
    }
    assert sorted(wanted) == sorted(reviewed)
    different = [path for path, text in wanted.items() if reviewed[path] != text]
    assert not different, f"{different[0]} is now:\n{wanted[different[0]]}"


@pytest.mark.parametrize("story", parts.STORIES)
def test_files_that_components_share_are_the_same_in_each(story: str) -> None:
    wanted = parts.load(story)
    for host in wanted.hosts:
        seen: dict[str, str] = {}
        for component in parts.of_host(wanted, host):
            for item in component.get("files", []):
                assert seen.setdefault(item["path"], shown(item)) == shown(item), item["path"]


@pytest.mark.parametrize("story", parts.STORIES)
def test_compute_hosts_hold_no_database_credentials(story: str) -> None:
    wanted = parts.load(story)
    for host in wanted.having("compute"):
        if "control" not in host.roles:
            names = compose.secret_names(parts.of_host(wanted, host))
            assert not [name for name in names if name.startswith("database_") or name == "keystone_admin"]
