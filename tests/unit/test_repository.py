"""What must not be in the repository at all, because it hides a failure or belongs to somebody's machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Written so that this file does not match itself.
FORBIDDEN = {
    "a path of one machine": [r"/(w)ork/", r"/(f)arm/", r"/root/(s)cratch", r"/tmp/(s)tudio", r"/(b)ash_jobs"],
    "a registry's host": [r"(deb|security|snapshot|ftp)\.[a-z]+\.org/", r"(pypi|files)\.(python)?[a-z]*\.?org\b"],
    "an unverified connection": [r"(validate_certs): *(false|no)\b", r"HostKeyChecking[ =](no)\b", r"verify=(False)\b"],
    "a host trusted unseen": [r"AutoAdd(Policy)\(", r"WarningPolicy(\()"],
    "an ignored failure without its reason beside it": [r"(ignore_errors): *(true|yes) *$"],
    "a skipped test": [r"pytest\.(skip)\(", r"mark\.(skip)"],
}
SHELLS = {"shell", "command", "raw", "script"}


def lines(root: Path, path: Path) -> list[str]:
    try:
        return (root / path).read_text().splitlines()
    except UnicodeDecodeError:
        return []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_tree_holds_no(what: str, root: Path, files: list[Path]) -> None:
    pattern = re.compile("|".join(FORBIDDEN[what]))
    offenders = [
        f"{path}:{number} {line.strip()[:120]}"
        for path in files
        if path.name not in {"test_repository.py", "LICENSE"}
        for number, line in enumerate(lines(root, path), 1)
        if pattern.search(line)
    ]
    assert not offenders, "\n".join(offenders)


def mappings(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from mappings(item)


def hides_its_change(task: yaml.MappingNode) -> bool:
    said = {key.value: value.value for key, value in task.value}
    runs = any(str(key).rsplit(".", 1)[-1] in SHELLS for key in said)
    return runs and str(said.get("changed_when", "")).lower() in {"false", "no"}


def test_no_command_claims_to_change_nothing(root: Path, files: list[Path]) -> None:
    rooms = ("roles", "playbooks", "molecule", ".config")
    offenders = [
        f"{path}:{task.start_mark.line + 1}"
        for path in files
        if path.suffix == ".yml" and path.parts[0] in rooms
        for document in yaml.compose_all((root / path).read_text())
        for task in mappings(document)
        if hides_its_change(task)
    ]
    assert not offenders, "\n".join(offenders)


def test_a_hidden_change_is_found() -> None:
    hidden = yaml.compose("- ansible.builtin.shell: ls\n  changed_when: false\n- ansible.builtin.stat:\n    path: /\n")
    found = [task.start_mark.line for task in mappings(hidden) if hides_its_change(task)]
    assert found == [0]
