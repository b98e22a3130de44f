"""The scalar types of declarations: names, counts, sizes with units, durations."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, Self

import yaml

from novaform.declare.form.field import INVALID, KEPT, OPEN, Json, Reading, RefusedValue, Scalar, is_empty

if TYPE_CHECKING:
    from novaform.declare.form.reference import Written

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
SIZE = re.compile(r"([1-9][0-9]{0,11}|0) ?([A-Za-z]*)")
DURATION = re.compile(r"([1-9][0-9]{0,8}|0)([smh])")
MIB = {"MiB": 1, "GiB": 1024, "TiB": 1024 * 1024}
SECONDS = {"s": 1, "m": 60, "h": 3600}


class Text(Scalar):
    """Any text of bounded length. ``lines``: may hold line ends and tabs. ``secret``: errors never repeat it.

    Where one may come from where secrets are kept, see ``keeping``.
    """

    def __init__(self, wanted: str = "a text", most: int = 255, *, lines: bool = False, secret: bool = False) -> None:
        self.wanted, self.most, self.lines, self.secret = wanted, most, lines, secret

    def keeping(self) -> Self:
        """Let it come from where secrets are kept, and stay hidden then."""
        self.secrets = KEPT
        return self

    def shows(self) -> bool:
        """Tell whether errors may repeat the value."""
        return not self.secret

    def parse(self, text: str, *, plain: bool) -> str:
        """Return the text as it was written."""
        del plain
        if len(text) > self.most:
            blind = f"is longer than {self.most} characters"
            raise RefusedValue(f"has {len(text)} characters, and at most {self.most} are possible", blind)
        bad = None if text.isprintable() else next((each for each in text if self.refuses(each)), None)
        if bad is not None:
            blind = "holds a character that does not print"
            raise RefusedValue(f"holds U+{ord(bad):04X}, a character that does not print", blind)
        return sys.intern(text)

    def refuses(self, character: str) -> bool:
        """Tell whether a character has no place here: controls, and in one line also marks that change its reading."""
        kind = unicodedata.category(character)
        if self.lines:
            return kind == "Cs" or (kind == "Cc" and character not in "\n\r\t")
        return kind[0] == "C" or kind in {"Zl", "Zp"}

    def describe(self) -> Json:
        """Return a string (or what YAML makes of an unquoted one)."""
        return {"type": ["string", "number", "boolean"], "maxLength": self.most}


class Variable(Text):
    """A value for ``{from_var: name}``, kept as written; nothing means that it must be given from outside."""

    def __init__(self) -> None:
        super().__init__("a single value", 4096, lines=True)
        self.keeping()

    def check(self, node: yaml.Node, context: Reading) -> Any:
        """Return a ``Written``, or None for nothing."""
        if is_empty(node):
            return None
        if type(node) is yaml.MappingNode and any(key.value == "from_var" for key, _ in node.value):
            context.problems.add(node, "a variable cannot stand for another variable")
            return INVALID
        return super().check(node, context)

    def read(self, written: Written, node: yaml.Node, context: Reading) -> Any:
        """Return the text as it stands, when it is one."""
        return INVALID if super().read(written, node, context) is INVALID else written

    def describe(self) -> Json:
        """Return any scalar or nothing."""
        return {"type": ["string", "number", "boolean", "null"], "maxLength": self.most}


class Name(Scalar):
    """The name of a declared thing, good for a host name, a file name and a command line."""

    def __init__(self, most: int = 63) -> None:
        self.wanted, self.most = "a name", most

    def parse(self, text: str, *, plain: bool) -> str:
        """Return the name."""
        del plain
        if len(text) > self.most:
            raise RefusedValue(f"has {len(text)} characters, and a name has at most {self.most}")
        if not NAME.fullmatch(text):
            raise RefusedValue("is not a name: letters, digits, '.', '_' and '-', beginning with a letter or digit")
        if ".." in text:
            raise RefusedValue("is not a name: it holds '..'")
        return sys.intern(text)

    def describe(self) -> Json:
        """Return a string pattern."""
        return {"type": ["string", "number", "boolean"], "pattern": f"^{NAME.pattern}$", "maxLength": self.most}


class CloudName(Text):
    """The name of something that may stand in the cloud already, where people use spaces and more."""

    def __init__(self, wanted: str = "a name") -> None:
        super().__init__(wanted)

    def parse(self, text: str, *, plain: bool) -> str:
        """Return the name."""
        name = super().parse(text, plain=plain)
        if not name.strip() or name != name.strip() or name.startswith("-"):
            raise RefusedValue("is not a name: it is empty, begins with '-', or begins or ends with a space")
        return name

    def describe(self) -> Json:
        """Return a string pattern."""
        return {**super().describe(), "pattern": r"^[^-\s](.*\S)?$"}


class Zone(CloudName):
    """An availability zone. Nova's form ZONE:HOST is refused: Nova never gives it back, so it could not be compared."""

    def parse(self, text: str, *, plain: bool) -> str:
        """Return the name."""
        name = super().parse(text, plain=plain)
        zone, _, host = name.partition(":")
        if host:
            raise RefusedValue(f"names a host, too: write {f'zone: {zone}, ' if zone else ''}host: {host.strip(':')}")
        if zone != name:
            raise RefusedValue("ends with ':': write the name of the zone alone")
        return name

    def describe(self) -> Json:
        """Return a string pattern."""
        return {**super().describe(), "pattern": r"^[^-\s:]([^:]*[^\s:])?$"}


class Choice(Scalar):
    """One of a few words."""

    secrets = OPEN

    def __init__(self, *words: str) -> None:
        self.words = words
        self.wanted = f"one of {', '.join(words)}"

    def parse(self, text: str, *, plain: bool) -> str:
        """Return the word."""
        del plain
        if text not in self.words:
            raise RefusedValue(f"is not {self.wanted}", among=self.words)
        return sys.intern(text)

    def describe(self) -> Json:
        """Return an enumeration."""
        return {"enum": list(self.words)}


class Integer(Scalar):
    """A whole number in decimal; never what YAML 1.1 reads in ``0640`` or ``12:30``."""

    secrets = OPEN

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most
        self.wanted = f"a whole number from {least} to {most}"

    def parse(self, text: str, *, plain: bool) -> int:
        """Return the number."""
        if not INTEGER.fullmatch(text):
            raise RefusedValue(f"is not {self.wanted}, in decimal and without a leading zero")
        if not plain:
            raise RefusedValue(f"is a text; write {self.wanted} without quotes")
        if not self.least <= int(text) <= self.most:
            raise RefusedValue(f"is not {self.wanted}")
        return int(text)

    def describe(self) -> Json:
        """Return an integer with bounds."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Boolean(Scalar):
    """``true`` or ``false`` and nothing else."""

    secrets = OPEN
    wanted = "true or false"

    def parse(self, text: str, *, plain: bool) -> bool:
        """Return the truth."""
        if text in {"true", "false"} and plain:
            return text == "true"
        why = "without quotes" if text in {"true", "false"} else "yes, no, on and off are only words here"
        raise RefusedValue(f"is not true or false ({why})")

    def describe(self) -> Json:
        """Return a boolean."""
        return {"type": "boolean"}


class Size(Scalar):
    """An amount of memory or disk with its unit; the value is in ``unit`` (MiB or GiB)."""

    secrets = OPEN

    def __init__(self, unit: str, most: int = 1024 * 1024) -> None:
        self.unit, self.most = unit, most
        self.wanted = "a size such as 512MiB or 4GiB"

    def parse(self, text: str, *, plain: bool) -> int:
        """Return the amount in the type's unit; only whole ones."""
        del plain
        match = SIZE.fullmatch(text)
        if match is None:
            raise RefusedValue(f"is not {self.wanted}")
        number, unit = int(match[1]), match[2]
        if unit not in MIB:
            raise RefusedValue(f"is not {self.wanted}{self.hint(match[1], unit)}", f"is not {self.wanted}")
        amount, rest = divmod(number * MIB[unit], MIB[self.unit])
        if rest or amount > self.most:
            raise RefusedValue(f"is not a whole number of {self.unit} up to {self.most}{self.unit}")
        return amount

    def hint(self, number: str, unit: str) -> str:
        """Return what to write instead of a bare number or a decimal unit."""
        meant = next((known for known in MIB if unit and known[0] == unit[0].upper()), self.unit)
        return f"; it needs a unit: did you mean {number}{meant}?"

    def describe(self) -> Json:
        """Return a string pattern."""
        return {"type": "string", "pattern": "^[0-9]+ ?(MiB|GiB|TiB)$", "examples": ["512MiB", "4GiB"]}


class Duration(Scalar):
    """A time with its unit; the value is in seconds."""

    secrets = OPEN
    wanted = "a time such as 90s, 5m or 1h"

    def parse(self, text: str, *, plain: bool) -> int:
        """Return seconds."""
        del plain
        match = DURATION.fullmatch(text)
        if match is None:
            hint = f"; did you mean {text}s?" if INTEGER.fullmatch(text) else ""
            raise RefusedValue(f"is not {self.wanted}{hint}", f"is not {self.wanted}")
        return int(match[1]) * SECONDS[match[2]]

    def describe(self) -> Json:
        """Return a string pattern."""
        return {"type": "string", "pattern": "^[0-9]+[smh]$", "examples": ["120s"]}


class Pattern(Scalar):
    """A text of a fixed form."""

    def __init__(self, wanted: str, pattern: str) -> None:
        self.wanted, self.pattern = wanted, re.compile(pattern)

    def parse(self, text: str, *, plain: bool) -> str:
        """Return the text."""
        del plain
        if not self.pattern.fullmatch(text):
            raise RefusedValue(f"is not {self.wanted}")
        return sys.intern(text)

    def describe(self) -> Json:
        """Return a string pattern."""
        return {"type": self.kinds(), "pattern": f"^({self.pattern.pattern})$"}

    def kinds(self) -> list[str]:
        """Return what YAML may make of such a text that nobody put in quotes."""
        others = {"number": "1.5", "integer": "15", "boolean": "true"}
        return ["string", *(kind for kind, text in others.items() if self.pattern.fullmatch(text))]
