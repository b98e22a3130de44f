"""One word, one meaning: what a reader meets in one room is not something else in the next."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PRODUCT = ("controller", "plugins")
TESTS_OF = {
    "tests/unit/novaform": ("controller/novaform/",),
    "tests/unit/collection": ("plugins/module_utils/_", "plugins/", ""),
}
"""Where the rooms are whose tests are below: what stands before the name of a room."""
ANSIBLES = {"ActionModule", "CallbackModule", "FilterModule", "LookupModule", "ModuleDocFragment"}
"""Classes that Ansible looks for by these names in each plugin."""
IRREGULAR = {
    *("asked", "bound", "built", "chosen", "done", "found", "given", "gone", "held", "kept", "known", "led", "left"),
    *("lost", "made", "meant", "over", "said", "seen", "sent", "shown", "taken", "told", "written"),
}
OTHERS = {"memcached", "succeed", "proceed"}
"""What only looks like one."""


def trees(root: Path, files: list[Path]) -> Iterator[tuple[Path, ast.Module]]:
    for file in files:
        if file.parts[0] in PRODUCT and file.suffix == ".py":
            yield file, ast.parse((root / file).read_text(encoding="utf-8"))


def is_code(path: Path) -> bool:
    return path.suffix in {".py", ".yml", ".toml"} or (path.suffix == "" and path.stat().st_mode & 0o100 > 0)


def is_bare_participle(name: str) -> bool:
    word = name.strip("_")
    return word not in OTHERS and (word in IRREGULAR or (word.isalpha() and len(word) > 4 and word.endswith("ed")))


def test_no_two_classes_have_one_name(root: Path, files: list[Path]) -> None:
    found = defaultdict(list)
    for file, tree in trees(root, files):
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name not in ANSIBLES:
                found[node.name].append(str(file))
    assert not {name: where for name, where in found.items() if len(where) > 1}


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Yield the functions of a module and the methods of its classes, but for properties, which are read as values."""
    for node in tree.body:
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, ast.FunctionDef) and "property" not in map(ast.unparse, inner.decorator_list):
                yield inner


def test_a_function_says_what_it_does_or_returns(root: Path, files: list[Path]) -> None:
    assert not [
        f"{file}:{node.lineno} {node.name}"
        for file, tree in trees(root, files)
        for node in functions(tree)
        if is_bare_participle(node.name)
    ]


def test_what_nobody_else_uses_is_private(root: Path, files: list[Path]) -> None:
    """A newcomer sees what he may call: a public function is named in another file, be it of the tests."""
    texts = {file: (root / file).read_text(encoding="utf-8") for file in files if is_code(root / file)}
    known = Counter(word for text in texts.values() for word in set(re.findall(r"\w+", text)))
    assert not [
        f"{file}: {node.name}"
        for file, tree in trees(root, files)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not node.decorator_list
        if known[node.name] == 1
    ]


def test_tests_stand_where_their_room_does(root: Path, files: list[Path]) -> None:
    folders = {file.parent for file in files if file.suffix == ".py" and file.parts[:2] == ("tests", "unit")}
    strangers = [
        str(folder)
        for tests, rooms in TESTS_OF.items()
        for folder in folders
        if folder.is_relative_to(tests) and folder != Path(tests)
        if not any((root / f"{room}{folder.relative_to(tests)}").is_dir() for room in rooms)
    ]
    assert not strangers, "no room has the name of these folders of tests"
