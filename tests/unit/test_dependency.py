"""What pyproject.toml says the command needs is what its code imports: no more, and no less."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWN = frozenset({"novaform", "ansible_collections", "__future__"})


def imported(folder: Path) -> Iterator[str]:
    """Yield the first names of all that the code of a folder imports, wherever in a file."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (one.name.partition(".")[0] for one in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def test_what_is_imported_is_declared_and_what_is_declared_is_imported(root: Path) -> None:
    outside = set(imported(root / "controller/novaform")) - OWN - set(sys.stdlib_module_names)
    makers = packages_distributions()
    needed = {canonicalize_name(name) for one in outside for name in makers[one]}
    declared = tomllib.loads((root / "pyproject.toml").read_text())["project"]["dependencies"]
    assert needed == {canonicalize_name(Requirement(one).name) for one in declared}
