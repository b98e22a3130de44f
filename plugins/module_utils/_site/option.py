"""What a component's module is told, as a typed value: its fields are argument spec and documentation alike.

A component is a frozen dataclass whose fields are made with ``option``. A field that is a password holds a placeholder:
``from_params`` puts one in its place before anybody reads the value, and returns the passwords beside it.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, Optional, TypeVar, get_type_hints

from .._core import secret
from .._core.errors import DeclareError

Check = Callable[[Any], str]
Value = TypeVar("Value")
TYPES = {str: "str", int: "int", float: "float", bool: "bool", dict: "dict"}
META = "option"


class Option(NamedTuple):
    """What a field is besides its type. ``secret`` makes the name of its placeholder of all parameters beside it."""

    text: str
    check: Optional[Check] = None
    choices: tuple[str, ...] = ()
    secret: Optional[Callable[[Mapping[str, Any]], str]] = None


def option(text: str, *, default: Any = dataclasses.MISSING, **more: Any) -> Any:
    """Return a field of a component: its sentences, its default (without one it is required), and see ``Option``."""
    return dataclasses.field(default=default, metadata={META: Option(text, **more)})


class OptionType(NamedTuple):
    """What Ansible calls a field's type; ``record`` is the dataclass of its suboptions."""

    kind: str
    elements: Optional[str] = None
    record: Optional[type] = None


@functools.cache
def shapes(record: type) -> tuple[tuple[dataclasses.Field[Any], Option, OptionType], ...]:
    """Return the fields of a dataclass with what they are and their types."""
    hints = get_type_hints(record)
    return tuple((field, field.metadata[META], _shape(hints[field.name])) for field in dataclasses.fields(record))


def _shape(hint: Any) -> OptionType:
    origin: Any = getattr(hint, "__origin__", None)
    inside: tuple[Any, ...] = getattr(hint, "__args__", ())
    if type(None) in inside:
        return _shape(next(one for one in inside if one is not type(None)))
    if origin is tuple:
        first: Any = next(iter(inside))
        one = _shape(first)
        return OptionType("list", one.kind, one.record)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return OptionType("dict", record=hint)
    return OptionType(TYPES[origin or hint])


def to_argument_spec(record: type) -> dict[str, dict[str, Any]]:
    """Return the options of ``AnsibleModule`` for a dataclass."""
    return {field.name: _to_argument(field, told, shape) for field, told, shape in shapes(record)}


def _to_argument(field: dataclasses.Field[Any], told: Option, shape: OptionType) -> dict[str, Any]:
    spec: dict[str, Any] = {"type": shape.kind, "no_log": told.secret is not None}
    if shape.elements:
        spec["elements"] = shape.elements
    if shape.record is not None:
        spec["options"] = to_argument_spec(shape.record)
    if told.choices:
        spec["choices"] = list(told.choices)
    if field.default is dataclasses.MISSING:
        spec["required"] = True
    elif field.default is not None:
        spec["default"] = _plain(field.default)
    return spec


def _plain(value: Any) -> Any:
    """Return a default as JSON has it."""
    return list(value) if isinstance(value, tuple) else value


def to_documentation(record: type) -> dict[str, dict[str, Any]]:
    """Return the ``options`` of a module's DOCUMENTATION for a dataclass."""
    found = {}
    for name, spec in to_argument_spec(record).items():
        told = next(field.metadata[META] for field in dataclasses.fields(record) if field.name == name)
        shape = next(shape for field, _, shape in shapes(record) if field.name == name)
        text = [sentence for sentence in told.text.split("\n") if sentence]
        kept = {key: value for key, value in spec.items() if key not in {"options", "no_log"}}
        found[name] = {"description": text[0] if len(text) == 1 else text, **kept}
        if shape.record is not None:
            found[name]["suboptions"] = to_documentation(shape.record)
    return found


def to_params(value: Any) -> dict[str, Any]:
    """Return a value as the parameters of its module."""
    return {field.name: _to_param(getattr(value, field.name)) for field in dataclasses.fields(value)}


def _to_param(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return to_params(value)
    return [_to_param(one) for one in value] if isinstance(value, tuple) else value


def unseal(record: type, params: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return parameters whose passwords are no placeholders any more; placeholders in other options stay."""
    found: dict[str, Any] = {}
    for field, told, shape in shapes(record):
        value = params[field.name]
        if told.secret is not None:
            value = secret.resolve(value, secrets)
        elif shape.record is not None and value is not None:
            inner = shape.record
            many = shape.kind == "list"
            value = [unseal(inner, one, secrets) for one in value] if many else unseal(inner, value, secrets)
        found[field.name] = value
    return found


def placeholders_in(record: type, params: Mapping[str, Any]) -> list[str]:
    """Return the names of the secrets that parameters name in anything but a password."""
    found: list[str] = []
    for field, told, shape in shapes(record):
        value = params[field.name]
        if told.secret is not None or value is None:
            continue
        if shape.record is None:
            found += secret.names_in(value)
        else:
            many = value if shape.kind == "list" else [value]
            found += [name for one in many for name in placeholders_in(shape.record, one)]
    return list(dict.fromkeys(found))


def from_params(
    record: type[Value], params: Mapping[str, Any], secrets: Optional[Mapping[str, str]] = None
) -> tuple[Value, dict[str, str]]:
    """Return the value of a module's parameters, and its passwords by the names of their placeholders.

    A password that is its placeholder already stays what it is; one that is another placeholder is that one of
    ``secrets``. Raises one ``DeclareError`` that names every option that is not what it should be, and no value.
    """
    reading = _Params(secrets or {})
    found = reading.read(record, params, "")
    if reading.wrong:
        raise DeclareError("; ".join(reading.wrong))
    return found, reading.secrets


class _Params:
    """What is found on the way through a module's parameters: mistakes, and passwords."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.wrong: list[str] = []
        self.secrets: dict[str, str] = {}

    def read(self, record: type, params: Any, place: str) -> Any:
        """Return the value of a dataclass, or nothing where one of its options is missing."""
        if not isinstance(params, Mapping):
            self.wrong.append(f"{place.rstrip('.')} must be a mapping")
            return None
        values: dict[str, Any] = {}
        for field, told, shape in shapes(record):
            value, where = params.get(field.name), f"{place}{field.name}"
            if value is not None and not (told.secret is not None and value == "" and field.default is None):
                values[field.name] = self._value(value, told, shape, where)
                if told.secret is not None:
                    values[field.name] = self._seal(value, told.secret, params, where)
        lacking = [field.name for field in dataclasses.fields(record) if field.default is dataclasses.MISSING]
        missing = [name for name in lacking if name not in values]
        self.wrong += [f"{place}{name} is missing" for name in missing]
        return None if missing else record(**values)

    def _value(self, value: Any, told: Option, shape: OptionType, where: str) -> Any:
        if shape.record is not None and shape.kind == "list":
            return tuple(self.read(shape.record, one, f"{where}[{at}].") for at, one in enumerate(value))
        if shape.record is not None:
            return self.read(shape.record, value, f"{where}.")
        value = tuple(value) if shape.kind == "list" else value
        if shape.kind == "float" and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)  # as Ansible makes it for a module; whoever else asks is to see the same
        wrong = told.check(value) if told.check is not None else ""
        self.wrong += [f"{where} {wrong}"] if wrong else []
        return value

    def _seal(
        self, value: str, to_name: Callable[[Mapping[str, Any]], str], params: Mapping[str, Any], where: str
    ) -> str:
        """Return the placeholder of a password, and keep the password. An account has one, whoever uses it."""
        try:
            name = to_name(params)
        except KeyError:  # whose password it is is missing, which is said already
            return ""
        mark = secret.placeholder(name)
        if value == mark:
            return mark
        if not value:
            self.wrong.append(f"{where} is empty")
        found = secret.resolve(value, self.given) if secret.PLACEHOLDER.fullmatch(value) else value
        if self.secrets.setdefault(name, found) != found or self.given.get(name, found) != found:
            self.wrong.append(f"{where} differs from another password that is given for the same account ({name})")
        return mark
