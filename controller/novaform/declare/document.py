"""Any other YAML file of ours (hosts.yml, cloud.yml, secrets, topologies): plain values, or sentences with places.

It comes through the door of declarations, so any bytes end in values or in ``DeclareError``. These files hold
passwords, perhaps in a wrong place: no sentence repeats anything of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from novaform import core
from novaform.declare.form import disk, positions, problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BYTES = 512 * 1024
NODES = 100_000
DIGITS = 400

MERGE = "<<"
TAG = "a tag (a word that begins with '!') stands here; write the plain value, and put a text like that into quotes"
_RESOLVER = yaml.resolver.Resolver()
_SCALARS = {
    "tag:yaml.org,2002:null": yaml.constructor.SafeConstructor.construct_yaml_null,
    "tag:yaml.org,2002:bool": yaml.constructor.SafeConstructor.construct_yaml_bool,
    "tag:yaml.org,2002:int": yaml.constructor.SafeConstructor.construct_yaml_int,
    "tag:yaml.org,2002:float": yaml.constructor.SafeConstructor.construct_yaml_float,
}
"""How Ansible understands a word without quotes, but for dates, which stay texts."""

Path = tuple[Any, ...]


class Document(NamedTuple):
    """A file's value, and where its parts were written: ``places`` of paths of keys, to the depth of a few."""

    name: str
    value: Any
    places: dict[Path, core.model.Origin]

    def where(self, *path: Any) -> str:
        """Return ``file:line:column`` of what stands at a path of keys, or of the nearest part around it."""
        while path and path not in self.places:
            path = path[:-1]
        origin = self.places.get(path)
        return f"{origin.file}:{origin.line}:{origin.column}" if origin else self.name

    def mapping(self, *path: Any) -> dict[Any, Any]:
        """Return the mapping at a path, empty where there is nothing. Raises ``DeclareError`` for anything else."""
        found = self.value
        for depth, key in enumerate((*path, None)):
            if found is None:
                return {}
            if not isinstance(found, dict):
                name = ".".join(map(str, path[:depth])) or "the file"
                raise core.errors.DeclareError(f"{self.where(*path[:depth])}: {name} must be a mapping")
            found = found.get(key) if depth < len(path) else found
        return dict(found)


def read(path: Any, tags: Iterable[str] = ()) -> Document:
    """Return a file's content; the given tags mean nothing. Raises ``DeclareError``."""
    return parse(disk.read(str(path), BYTES), str(path), tags)


def parse(content: bytes, name: str, tags: Iterable[str] = ()) -> Document:
    """Return the content of bytes. None is an empty file."""
    problems = problem.Problems()
    with core.gc_pause.without_collector():
        root = positions.compose(content, name, problems, positions.Limits(NODES, "", frozenset(tags), TAG))
        problems.raise_any()
        reading = _Reading(problems)
        value = reading.value(root, ()) if root is not None else None
    problems.raise_any()
    return Document(name, value, reading.places)


class _Reading:
    """From nodes to plain values; a node that is referred to twice is one value."""

    DEEPEST = 5

    def __init__(self, problems: problem.Problems) -> None:
        self.problems = problems
        self.places: dict[Path, core.model.Origin] = {}
        self.known: dict[int, Any] = {}
        self.open: set[int] = set()
        self.copied = 0
        self.scalars = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, path: Path) -> Any:
        """Return a node's value, noting where its parts are."""
        if len(path) <= self.DEEPEST:
            mark = node.start_mark
            self.places.setdefault(path, core.model.Origin(mark.name, mark.line + 1, mark.column + 1))
        if id(node) in self.known:
            return self.known[id(node)]
        if id(node) in self.open:
            self.problems.add(node, "this part contains itself")
            return None
        self.open.add(id(node))
        found = self._value(node, path)
        self.open.discard(id(node))
        self.known[id(node)] = found
        return found

    def _value(self, node: yaml.Node, path: Path) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, (*path, number)) for number, one in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return self._scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.add(key_node, "a key must be one word or number")
                continue
            key = self._scalar(key_node)
            if key == MERGE and not key_node.style:
                for one in self._merge_values(value_node, path):
                    merged = {**one, **merged}
            elif key in found:
                self.problems.add(key_node, "this key stands in its mapping twice")
            else:
                found[key] = self.value(value_node, (*path, key))
        return {**merged, **found}

    def _merge_values(self, node: yaml.Node, path: Path) -> Iterator[dict[Any, Any]]:
        value = self.value(node, (*path, MERGE))
        for one in value if isinstance(value, list) else [value]:
            self.copied += len(one) if isinstance(one, dict) else 0
            if self.copied > NODES:
                self.problems.add(node, f"more than {NODES} values are merged")
                return
            if isinstance(one, dict):
                yield one
            else:
                self.problems.add(node, "only mappings can be merged into a mapping")

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        if node.style or node.tag:
            return str(node.value)
        tag: str = _RESOLVER.resolve(yaml.ScalarNode, node.value, (True, False))  # type: ignore[no-untyped-call]
        make = _SCALARS.get(tag)
        if make is None:
            return str(node.value)
        if len(node.value) > DIGITS:
            self.problems.add(node, "a number has more digits than any number here")
            return None
        try:
            return make(self.scalars, yaml.ScalarNode(tag, node.value))
        except (ValueError, KeyError):
            self.problems.add(node, "this looks like a number and is not one; put a text into quotes")
            return None
