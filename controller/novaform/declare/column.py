"""Values of the model as columns of plain data and back: what many servers share is written, and read, once.

``pack`` turns a list of model values into nested tuples that ``marshal`` can write; ``unpack`` is its inverse. The
forms: ``("one", column, n)`` n equal values, ``("table", column, indexes)`` few different ones, ``("rows", class,
columns)`` named tuples, ``("tuples", lengths, column)`` tuples of values (one number where all are equally long),
``("some", here, column)`` values and None, ``("numbers", bytes)``, ``("plain", values)`` texts and None.
"""

from __future__ import annotations

import array
from functools import partial
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

model = core.model
INLINE = "inline"
FEW = 4
"""A table pays when at most one value in so many differs."""
SHAPES: dict[str, Any] = {
    shape.__name__: shape
    for shape in (
        model.Adopt,
        model.Declaration,
        model.External,
        model.Flavor,
        model.Health,
        model.Image,
        model.Key,
        model.Network,
        model.OnChange,
        model.Origin,
        model.Origins,
        model.Port,
        model.Rolling,
        model.Router,
        model.Rule,
        model.SecurityGroup,
        model.Server,
        model.ServerGroup,
        model.Source,
        model.UserData,
        model.Volume,
    )
}
UNIQUE = frozenset({model.Server, model.Origins})
"""No two are equal in one declaration, as they stand on different lines or have different keys; not worth a look."""
PLAIN = frozenset({str, int, type(None), bool})
Packed = tuple[Any, ...]


def pack(values: Sequence[Any]) -> Packed:
    """Return a column of values in the shortest form."""
    if not values:
        return ("plain", ())
    if type(values[0]) in UNIQUE and values[0] is not values[-1]:
        return pack_different(values)
    distinct: dict[Any, int] = {}
    indexes = [distinct.setdefault(value, len(distinct)) for value in values]
    if len(distinct) == 1 and len(values) > 1:
        return ("one", pack(values[:1]), len(values))
    if len(distinct) * FEW <= len(values):
        return ("table", pack(list(distinct)), array.array("q", indexes).tobytes())
    return pack_different(values)


def pack_different(values: Sequence[Any]) -> Packed:
    """Return a column of mostly different values."""
    kinds = {type(value) for value in values}
    if kinds == {int}:
        return ("numbers", array.array("q", values).tobytes())
    if kinds <= PLAIN:
        return ("plain", tuple(values))
    if kinds == {tuple}:
        lengths = [len(value) for value in values]
        alike = len(set(lengths)) == 1 and lengths[0] > 0
        return ("tuples", lengths[0] if alike else lengths, pack(list(chain.from_iterable(values))))
    shape = next(iter(kinds))
    if kinds == {model.UserData}:
        values = [value if value.source == INLINE else value._replace(text="") for value in values]
    if len(kinds) == 1:
        return ("rows", shape.__name__, [pack(list(part)) for part in zip(*values, strict=True)])
    here = [value is not None for value in values]
    return ("some", here, pack([value for value in values if value is not None]))


def unpack(packed: Packed, texts: Mapping[str, str]) -> list[Any]:
    """Return the values of a column. ``texts`` has the user data of files, by path."""
    return list(FORMS[packed[0]](packed, texts))


def unpack_rows(packed: Packed, texts: Mapping[str, str]) -> Any:
    """Return named tuples."""
    shape = SHAPES[packed[1]]
    rows = map(partial(tuple.__new__, shape), zip(*(FORMS[part[0]](part, texts) for part in packed[2]), strict=True))
    if shape is model.UserData:
        return (row if row.source == INLINE else row._replace(text=texts[row.source]) for row in rows)
    return rows


def unpack_tuples(packed: Packed, texts: Mapping[str, str]) -> Any:
    """Return tuples of values."""
    members = iter(unpack(packed[2], texts))
    if isinstance(packed[1], int):
        return zip(*[members] * packed[1], strict=True)
    return (tuple(islice(members, length)) for length in packed[1])


def unpack_numbers(packed: Packed, _texts: Mapping[str, str]) -> Any:
    """Return whole numbers of 64 bits."""
    return array.array("q", packed[1])


def unpack_some(packed: Packed, texts: Mapping[str, str]) -> Any:
    """Return values with gaps."""
    members = iter(unpack(packed[2], texts))
    return (next(members) if here else None for here in packed[1])


def unpack_table(packed: Packed, texts: Mapping[str, str]) -> Any:
    """Return values by their index."""
    return map(unpack(packed[1], texts).__getitem__, array.array("q", packed[2]))


FORMS: dict[str, Callable[[Packed, Mapping[str, str]], Any]] = {
    "numbers": unpack_numbers,
    "one": lambda packed, texts: repeat(unpack(packed[1], texts)[0], packed[2]),
    "plain": lambda packed, _texts: packed[1],
    "rows": unpack_rows,
    "some": unpack_some,
    "table": unpack_table,
    "tuples": unpack_tuples,
}
