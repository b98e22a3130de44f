"""The sizes that CONTRIBUTING.md promises, held over the whole tree; every offender is named at once."""

from __future__ import annotations

import ast
import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FUNCTION_LINES = 40
ROLE_VARIABLES = 20
MODULE_CODE_LINES = 100
DOCUMENTS = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
CHECK_MODE_IS_KNOWN_TO = {"plugins/module_utils/_host/converge.py"}
FILE_LINES = [
    ("tests/**/*.py", 400),
    ("molecule/**/*.py", 400),
    ("plugins/module_utils/**/*.py", 350),
    ("plugins/[!m]*/**/*.py", 350),
    ("controller/**/*.py", 350),
    ("playbooks/*.yml", 30),
    ("roles/*/tasks/**/*.yml", 60),
    ("roles/*/handlers/**/*.yml", 60),
    ("molecule/*/molecule.yml", 10),
]
LEAST_LINES = 30
FACES = {"__init__.py", "__main__.py", "conftest.py"}
SMALL = {
    "controller/novaform/cli/schema.py": "each command has a file of its name",
    "controller/novaform/guest/cli.py": "each room of commands has a cli.py",
    "molecule/small/tests/test_as_on_one_host.py": "names tests that stand elsewhere",
    "plugins/action/job_status.py": "Ansible finds it by its name",
    "plugins/module_utils/_core/text.py": "one subject, on which every output stands",
    "plugins/module_utils/_site/decide/package.py": "each kind of thing on a host has its decision under its name",
    "plugins/module_utils/_stack/gc_pause.py": "a setting of the interpreter, which no room owns",
    "tests/e2e/wait.py": "what nearly every test end to end needs, and none owns",
}
"""What no reader would look for in a larger file."""
TINY = 3  # lines: what is this short may be said twice
EXPECTED = ("tests/golden", "tests/scenarios")  # what hosts get is written out for each of them

FunctionNode = (ast.FunctionDef, ast.AsyncFunctionDef)


@pytest.fixture(scope="module")
def trees(root: Path, files: list[Path]) -> dict[Path, ast.Module]:
    return {path: ast.parse((root / path).read_text()) for path in files if path.suffix == ".py"}


def length(root: Path, path: Path) -> int:
    return len((root / path).read_bytes().splitlines())


def function_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end without the docstring."""
    first = node.body[0]
    is_docstring = ast.get_docstring(node) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def test_functions_are_short(trees: dict[Path, ast.Module]) -> None:
    offenders = [
        f"{path}:{node.lineno} {node.name} has {function_lines(node)} lines (limit {FUNCTION_LINES})"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, FunctionNode) and function_lines(node) > FUNCTION_LINES
    ]
    assert not offenders, "\n".join(offenders)


def test_files_are_short(root: Path) -> None:
    offenders = [
        f"{path.relative_to(root)}:1 has {length(root, path)} lines (limit {limit})"
        for pattern, limit in FILE_LINES
        for path in sorted(root.glob(pattern))
        if length(root, path) > limit
    ]
    assert not offenders, "\n".join(offenders)


def is_program(tree: ast.Module) -> bool:
    """Another process starts it by its path."""
    return any(isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'" for node in tree.body)


def test_files_are_worth_opening(root: Path, trees: dict[Path, ast.Module]) -> None:
    offenders = [
        f"{path}:1 has {length(root, path)} lines (at least {LEAST_LINES}): it belongs to what it serves"
        for path, tree in trees.items()
        if path.name not in FACES and str(path) not in SMALL and not is_program(tree)
        if length(root, path) < LEAST_LINES
    ]
    assert not offenders, "\n".join(offenders)


def names(*nodes: ast.expr) -> set[str]:
    return {node.id for root in nodes for node in ast.walk(root) if isinstance(node, ast.Name)}


def code_after_documentation(root: Path, path: Path, tree: ast.Module) -> int:
    documented = [
        node.end_lineno or 0
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(
            isinstance(name, ast.Name) and name.id in {"DOCUMENTATION", "EXAMPLES", "RETURN"} for name in node.targets
        )
    ]
    return length(root, path) - max(documented, default=0)


def test_modules_only_wire(root: Path, trees: dict[Path, ast.Module]) -> None:
    measured = {
        path: code_after_documentation(root, path, tree)
        for path, tree in trees.items()
        if path.is_relative_to("plugins/modules")
    }
    offenders = [
        f"{path}:1 has {lines} lines after its documentation (limit {MODULE_CODE_LINES})"
        for path, lines in measured.items()
        if lines > MODULE_CODE_LINES
    ]
    assert not offenders, "\n".join(offenders)


def roles(root: Path) -> list[Path]:
    return sorted(path for path in (root / "roles").glob("*") if path.is_dir())


def test_roles_have_few_variables(root: Path) -> None:
    offenders = []
    for role in roles(root):
        defaults = role / "defaults" / "main.yml"
        count = len(yaml.safe_load(defaults.read_text()) or {}) if defaults.exists() else 0
        if count > ROLE_VARIABLES:
            offenders.append(f"{defaults.relative_to(root)}:1 has {count} variables (limit {ROLE_VARIABLES})")
    assert not offenders, "\n".join(offenders)


def test_roles_declare_their_interface(root: Path) -> None:
    offenders = [
        f"{role.relative_to(root)}:1 has no meta/argument_specs.yml"
        for role in roles(root)
        if not (role / "meta" / "argument_specs.yml").exists()
    ]
    assert not offenders, "\n".join(offenders)


def test_check_mode_is_known_in_one_place(trees: dict[Path, ast.Module]) -> None:
    """Documentation may speak of check mode; only ``converge`` may ask for it."""
    readers = [
        f"{path}:{node.lineno}"
        for path, tree in trees.items()
        if path.is_relative_to("plugins")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "check_mode"
    ]
    assert {reader.split(":")[0] for reader in readers} <= CHECK_MODE_IS_KNOWN_TO, "\n".join(readers)


def catches_everything(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = (
                [] if node.type is None else [name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)]
            )
            if node.type is None or {"Exception", "BaseException"} & set(caught):
                yield node.lineno


def test_almost_nothing_catches_everything(trees: dict[Path, ast.Module]) -> None:
    """One guard is allowed: the loop's last, which logs."""
    found = [f"{path}:{line}" for path, tree in trees.items() for line in catches_everything(tree)]
    assert len(found) <= 1, "\n".join(found)


def test_nothing_is_said_twice(root: Path, files: list[Path]) -> None:
    same = defaultdict(list)
    for path in files:
        if length(root, path) > TINY and not str(path).startswith(EXPECTED):
            same[hashlib.sha256((root / path).read_bytes()).digest()].append(path)
    offenders = [" = ".join(map(str, paths)) for paths in same.values() if len(paths) > 1]
    assert not offenders, "\n".join(offenders)
