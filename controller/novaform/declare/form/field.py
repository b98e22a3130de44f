"""The engine: types that check a node of a YAML document, and describe themselves as JSON Schema.

A table of fields is the only place where a declaration's form is written; validation with positions, default values,
hints and the editor's schema all come from it. ``check`` returns a value, or ``INVALID`` after adding what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from novaform import core
from novaform.declare.form import problem, reference

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]
INVALID: Final = object()
INSTEAD = "write it, or give it by from_var and --var"
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


KEPT, OPEN, NEVER = "kept", "open", "never"
"""What a scalar makes of a secret: it keeps it hidden; it is not a secret, being a number or one of a few words; it is
a name or a place, which every plan shows, and so none may stand there."""


class RefusedValue(Exception):
    """A text is not of the type; the message says what is wanted. ``blind`` says it without a letter of the text.

    ``among`` are the words that one of was wanted, for a hint.
    """

    def __init__(self, message: str, blind: str = "", among: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.blind = blind or message
        self.among = among


class Reading:
    """What all checks of one load share. ``aliased`` where two parts of a tree may be one node."""

    def __init__(self, problems: problem.Problems, references: reference.References) -> None:
        self.problems = problems
        self.references = references
        self.aliased = False
        self.seen: dict[tuple[int, int], Any] = {}


class Type:
    """What a value may be. ``wanted`` is a noun phrase for sentences."""

    wanted = "a value"

    def check(self, node: yaml.Node, context: Reading) -> Any:
        """Return the value of a node, or INVALID after adding a problem. MUST NOT raise."""
        raise NotImplementedError

    def to_schema(self) -> Json:
        """Return JSON Schema (draft 2020-12) of what is accepted."""
        raise NotImplementedError


class Collection(Type):
    """A type whose values have members. A node is looked at once however many aliases lead to it."""

    def check(self, node: yaml.Node, context: Reading) -> Any:
        """Return what ``look`` returned the first time. The tree MUST live as long as the context."""
        if not context.aliased:
            return self.look(node, context)
        key = (id(self), id(node))
        if key not in context.seen:
            context.seen[key] = self.look(node, context)
        return context.seen[key]

    def look(self, node: yaml.Node, context: Reading) -> Any:
        """Return the value of a node, or INVALID after adding a problem. MUST NOT raise."""
        raise NotImplementedError


class Scalar(Type):
    """One text, read by ``parse``; may be given by reference. Subclasses say what they want."""

    by_reference = True
    secrets = NEVER

    def check(self, node: yaml.Node, context: Reading) -> Any:
        """Return the parsed value of a scalar or of a reference."""
        if type(node) is yaml.ScalarNode:
            written = reference.Written(node.value, not node.style)
        elif type(node) is yaml.MappingNode and self.by_reference:
            try:
                written = context.references.look_up(node)
            except reference.MissingReference as missing:
                context.problems.add(node, str(missing))
                return INVALID
        else:
            kind = "mapping" if isinstance(node, yaml.MappingNode) else "list"
            context.problems.add(node, f"a {kind}, where {self.wanted} is wanted")
            return INVALID
        return self.read(written, node, context)

    def read(self, written: reference.Written, node: yaml.Node, context: Reading) -> Any:
        """Return the parsed value of a text, or INVALID after adding a problem."""
        if written.plain and written.text in NULLS:
            context.problems.add(node, f"nothing, where {self.wanted} is wanted; leave the line out for the default")
            return INVALID
        if written.hidden and self.secrets == NEVER:
            context.problems.add(node, f"this value is hidden, and {self.wanted} is shown: {INSTEAD}")
            return INVALID
        try:
            value = self.parse(written.text, plain=written.plain)
        except RefusedValue as refused:
            context.problems.add(node, self.complaint(written, refused, context))
            return INVALID
        return core.hidden.Hidden(value) if written.hidden and self.secrets == KEPT else value

    def complaint(self, written: reference.Written, refused: RefusedValue, context: Reading) -> str:
        """Return what is wrong with a text, without the text where it must not be repeated."""
        if written.hidden:
            return f"this {refused.blind}"
        if not self.shows():
            return f"this {refused}"
        hint = context.problems.did_you_mean(written.text, refused.among)
        return f"{problem.quote(written.text)} {refused}{hint}"

    def shows(self) -> bool:
        """Tell whether errors may repeat the value."""
        return True

    def parse(self, text: str, *, plain: bool) -> Any:
        """Return the value of a text. ``plain``: it stood without quotes. Raises ``RefusedValue``."""
        raise NotImplementedError

    def to_schema(self) -> Json:
        """Return the schema of the text itself or a reference."""
        itself = self.describe()
        which = "variable" if self.secrets == NEVER else "reference"
        return {"anyOf": [itself, {"$ref": f"#/$defs/{which}"}]} if self.by_reference else itself

    def describe(self) -> Json:
        """Return the schema of the written text."""
        raise NotImplementedError


class Named(NamedTuple):
    """One member of a mapping: its name, where that stands, and its value."""

    name: str
    origin: core.model.Origin
    value: Any


def pairs(node: yaml.MappingNode, context: Reading) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """Return key text -> (key node, value node), after adding problems for keys that are not text or come twice."""
    found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in node.value:
        if type(key) is not yaml.ScalarNode or (not key.style and key.value in NULLS):
            context.problems.add(key, "a key must be a plain name")
        elif key.value == "<<" and not key.style:
            context.problems.add(key, "merge keys (<<) are not followed; use 'defaults' or repeat the fields")
        elif key.value in found:
            first = found[key.value][0].start_mark.line + 1
            context.problems.add(key, f"{problem.quote(key.value)} is given twice; the first is in line {first}")
        else:
            found[key.value] = (key, value)
    return found


def is_empty(node: yaml.Node) -> bool:
    """Tell whether a node is YAML's null: nothing, or a bare ``~`` or ``null``."""
    return type(node) is yaml.ScalarNode and not node.style and node.value in NULLS


def _has_too_many(node: yaml.CollectionNode, most: int, context: Reading) -> bool:
    """Tell whether a collection has more members than are possible, after adding that as a problem."""
    if len(node.value) <= most:
        return False
    context.problems.add(node, f"{len(node.value)} members; at most {most} are possible")
    return True


class Map(Collection):
    """Names to values of one type. ``check`` returns ``dict[str, Named]``."""

    wanted = "a mapping"

    def __init__(self, name: Scalar, value: Type, most: int = 100_000) -> None:
        self.name, self.value, self.most = name, value, most

    def look(self, node: yaml.Node, context: Reading) -> Any:
        """Return the members whose names and values are right."""
        if type(node) is not yaml.MappingNode:
            said = "is empty; write {} for none, or leave the line out" if is_empty(node) else "is not a mapping"
            context.problems.add(node, f"this {said}: a mapping of names is wanted")
            return INVALID
        if _has_too_many(node, self.most, context):
            return INVALID
        found = {}
        for text, (key, inner) in pairs(node, context).items():
            name = self.name.read(reference.Written(text, plain=False), key, context)
            value = self.value.check(inner, context)
            if name is not INVALID and value is not INVALID:
                at = key.start_mark
                found[name] = Named(name, core.model.Origin(at.name, at.line + 1, at.column + 1), value)
        return found

    def to_schema(self) -> Json:
        """Return an object schema without fixed properties."""
        name = {key: part for key, part in self.name.describe().items() if key != "type"}
        return {"type": "object", "propertyNames": name, "additionalProperties": self.value.to_schema()}


class List(Collection):
    """Values of one type, in order. ``check`` returns a tuple."""

    wanted = "a list"

    def __init__(self, member: Type, most: int = 1000) -> None:
        self.member, self.most = member, most

    def look(self, node: yaml.Node, context: Reading) -> Any:
        """Return the members that are right."""
        if type(node) is not yaml.SequenceNode:
            context.problems.add(node, f"a list is wanted: [ ... ] of {self.member.wanted}")
            return INVALID
        if _has_too_many(node, self.most, context):
            return INVALID
        values = (self.member.check(member, context) for member in node.value)
        return tuple(value for value in values if value is not INVALID)

    def to_schema(self) -> Json:
        """Return an array schema."""
        return {"type": "array", "items": self.member.to_schema(), "maxItems": self.most}
