"""Records: mappings with known fields. The table of fields is where a declaration's form is written, once."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from novaform import core
from novaform.declare.form import problem, reference
from novaform.declare.form.field import INVALID, Collection, Json, List, Reading, Scalar, Type, is_empty, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from novaform.declare.form.demand import Demand


class Either(Type):
    """A short form (one scalar) or a long form (a record)."""

    def __init__(self, short: Scalar, long: Record) -> None:
        self.short, self.long = short, long
        self.wanted = f"{short.wanted} or a mapping"

    def check(self, node: yaml.Node, context: Reading) -> Any:
        """Return what the form that was used returns."""
        if type(node) is yaml.MappingNode and not _is_reference(node):
            return self.long.check(node, context)
        return self.short.check(node, context)

    def to_schema(self) -> Json:
        """Return the union."""
        return {"anyOf": [self.short.to_schema(), self.long.to_schema()]}


class Several(Type):
    """One scalar or a list of them. ``check`` returns a tuple either way."""

    def __init__(self, member: Scalar, most: int = 100) -> None:
        self.member, self.list = member, List(member, most)
        self.wanted = f"{member.wanted} or a list"

    def check(self, node: yaml.Node, context: Reading) -> Any:
        """Return all values that are right."""
        if type(node) is yaml.SequenceNode:
            return self.list.check(node, context)
        value = self.member.check(node, context)
        return INVALID if value is INVALID else (value,)

    def to_schema(self) -> Json:
        """Return the union."""
        return {"anyOf": [self.member.to_schema(), self.list.to_schema()]}


def _is_reference(node: yaml.Node) -> bool:
    """Tell whether a mapping is one of the ``{from_...: ...}`` forms."""
    if len(node.value) != 1:
        return False
    key = node.value[0][0]
    return isinstance(key, yaml.ScalarNode) and key.value in reference.FORMS


@dataclass(frozen=True)
class Field:
    """One field of a record. ``default`` is for the reader; ``aka`` are names that people try, for the hint."""

    type: Type
    doc: str
    default: Any = None
    required: bool = False
    aka: tuple[str, ...] = ()


class Entry:
    """A checked record: values of the written fields that are right, and the node that they were read from.

    ``sound`` is False where something in it was refused; then fields may lack, and problems have been added.
    """

    __slots__ = ("node", "sound", "values")

    def __init__(self, node: yaml.Node) -> None:
        self.node = node
        self.sound = True
        self.values: dict[str, Any] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field's value, or ``default`` where nobody wrote it."""
        return self.values.get(name, default)

    def marks(self) -> dict[str, int]:
        """Return where the key of each value stands (``mark``); of a key that is given twice, the first."""
        keys = [key for key, _ in reversed(self.node.value) if isinstance(key, yaml.ScalarNode)]
        at = {key.value: key.start_mark for key in keys}
        return {name: core.model.origin.mark(at[name].line + 1, at[name].column + 1) for name in self.values}


class Record(Collection):
    """A mapping with known fields. ``check`` returns an ``Entry``; ``rule`` sees a sound one last and may refuse it."""

    wanted = "a mapping"

    def __init__(self, doc: str, fields: Mapping[str, Field], rule: Demand | None = None) -> None:
        self.doc, self.fields, self.rule = doc, fields, rule
        self.aka = {other: name for name, field in fields.items() for other in field.aka}
        self.required = tuple(name for name, field in fields.items() if field.required)

    def look(self, node: yaml.Node, context: Reading) -> Any:
        """Return an entry of the fields that are right; INVALID where the node is not a mapping at all."""
        if type(node) is not yaml.MappingNode:
            said = "is empty; write {}" if is_empty(node) else "is not a mapping"
            context.problems.add(node, f"this {said}: a mapping of {', '.join(list(self.fields)[:6])} is wanted")
            return INVALID
        entry = Entry(node)
        written = pairs(node, context)
        for text, (key, inner) in written.items():
            self.take(entry, text, (key, inner), context)
        lacking = [name for name in self.required if name not in written]
        refusal: str | None = f"{', '.join(lacking)} is missing" if lacking else None
        if refusal is None and entry.sound and self.rule is not None:
            refusal = self.rule.refuse(entry)
        if refusal is not None:
            entry.sound = False
            context.problems.add(node, refusal)
        return entry

    def take(self, entry: Entry, text: str, pair: tuple[yaml.Node, yaml.Node], context: Reading) -> None:
        """Check one field into the entry."""
        field = self.fields.get(text)
        if field is None:
            hint = "" if context.problems.full else self.hint(text)
            context.problems.add(pair[0], f"unknown field {problem.quote(text)}{hint}")
            entry.sound = False
            return
        value = field.type.check(pair[1], context)
        if value is INVALID:
            entry.sound = False
            return
        if isinstance(value, Entry) and not value.sound:
            entry.sound = False
        text = sys.intern(text)
        entry.values[text] = value

    def hint(self, text: str) -> str:
        """Return what was probably meant, or what there is."""
        if text in self.aka:
            return f"; did you mean {problem.quote(self.aka[text])}?"
        return problem.did_you_mean(text, self.fields) or f"; known: {', '.join(self.fields)}"

    def to_schema(self) -> Json:
        """Return an object schema with every field described."""
        shown: Json = {"type": "object", "description": self.doc, "additionalProperties": False, "properties": {}}
        for name, field in self.fields.items():
            schema = {"description": field.doc, **field.type.to_schema()}
            shown["properties"][name] = schema if field.default is None else {**schema, "default": field.default}
        shown.update(self.rule.schema if self.rule is not None else {})
        return {**shown, "required": list(self.required)} if self.required else shown
