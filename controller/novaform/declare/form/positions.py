"""YAML to nodes that know their file, line and column, without believing a word of the file.

The C parser builds the tree; no tag is constructed and no text is turned into a number or a boolean here, so YAML 1.1's
``no``, ``0640`` and ``12:30:45`` stay what was written until a field says what it wants. Depth, size and number of
nodes are capped while the tree grows: the C composer recurses, and 100,000 brackets would end the process.
"""

from __future__ import annotations

import io
import json
import re
from typing import Any, NamedTuple

import yaml
from yaml import cyaml

from novaform import core
from novaform.declare.form import problem

DEPTH = 32
NODES = 600_000
"""Of all files of a declaration together: some 230 MiB of memory."""
UNNAMED = "(a word after * or &; put a text like that into quotes)"
DEEP = f"nested more than {DEPTH} deep"
FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdff\ufe00-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
JSON_BYTES = 4 * 1024 * 1024
PAIR = re.compile(rb"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
UTF_8_MARK = b"\xef\xbb\xbf"


class Limits(NamedTuple):
    """What a file may be: so many values, what is said of an empty one (if anything), and which tags it may have.

    ``tag`` is said of any other tag, without its name; where it is empty, the name is told.
    """

    nodes: int = NODES
    empty: str = "the file is empty; it needs at least 'stack' and 'instances'"
    tags: frozenset[str] = frozenset()
    tag: str = ""


DECLARATION = Limits()


class TooMuchError(yaml.MarkedYAMLError):
    """The tree is deeper or larger than any declaration."""


class Stream(io.BytesIO):
    """Bytes with a name, so that every position in the tree knows its file."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


class Composer(cyaml.CParser):  # type: ignore[name-defined,misc]  # the stubs know the C loaders only
    """The C parser and composer, with a resolver that resolves nothing and counts."""

    def __init__(self, content: bytes, name: str, most: int = NODES, before: int = 0) -> None:
        super().__init__(Stream(content, name))
        self.most = most
        self.depth = 0
        self.nodes = before

    def resolve(self, _kind: Any, _value: Any, _implicit: Any) -> str:
        """Give every untagged node the empty tag; an explicit tag never comes here."""
        return ""

    def descend_resolver(self, parent: yaml.Node | None, _index: Any) -> None:
        """Count on the way down; called by C for every node."""
        self.depth += 1
        self.nodes += 1
        if self.depth > DEPTH or self.nodes > self.most:
            what = DEEP if self.depth > DEPTH else f"more than {self.most} values in all"
            raise TooMuchError(problem=what, problem_mark=parent.start_mark if parent else None)

    def ascend_resolver(self) -> None:
        """Count on the way up."""
        self.depth -= 1


def compose(content: bytes, name: str, problems: problem.Problems, limits: Limits = DECLARATION) -> yaml.Node | None:
    """Return the root node of the one document in ``content``; None where there is none or it is not YAML.

    Adds what is wrong to ``problems``. Every ``start_mark.name`` is ``name``; marks count from 0.
    """
    text = _decode(content, name, problems)
    if text is None:
        return None
    tagged = "!" in text
    composer = Composer(text.encode(), name, limits.nodes, problems.nodes)
    del text  # beside the tree, it would only take memory
    try:
        root: yaml.Node | None = composer.get_single_node()
    except yaml.MarkedYAMLError as error:
        if "Unicode character escape" in str(error.problem) and (plain := _without_pairs(content)) is not None:
            return compose(plain, name, problems, limits)
        problems.add_at(_place(error, name), _sentence(error))
        return None
    finally:
        problems.nodes = composer.nodes
        composer.dispose()
    if root is None:
        if limits.empty:
            problems.add_at(core.model.Origin(name, 1, 1), limits.empty)
    elif tagged:
        _refuse_tags(root, problems, limits)
    return root


def _without_pairs(content: bytes) -> bytes | None:
    """Return a JSON document with one character for each pair of escapes that stands for one; None for any other.

    JSON writes what is beyond 16 bits as two escapes, and YAML as one.
    """
    try:
        if len(content) > JSON_BYTES or not PAIR.search(content):
            return None
        json.loads(content)
    except (ValueError, RecursionError):
        return None
    return PAIR.sub(lambda pair: pair[1] + json.loads(b'"%s"' % pair[2]).encode(), content)


def _decode(content: bytes, name: str, problems: problem.Problems) -> str | None:
    """Return the text of a UTF-8 file without its mark, or None after saying what is wrong with it."""
    if content.startswith(UTF_16):
        problems.add_at(core.model.Origin(name, 1, 1), "the file is UTF-16; save it as UTF-8")
        return None
    content = content.removeprefix(UTF_8_MARK)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        good = content[: error.start].decode()
        problems.add_at(_end(name, good), f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8")
        return None
    bad = FORBIDDEN.search(text)
    if bad:
        problems.add_at(_end(name, text[: bad.start()]), f"control character U+{ord(bad[0]):04X}; remove it")
        return None
    return text


def _end(name: str, text: str) -> core.model.Origin:
    """Return the place right after ``text``."""
    return core.model.Origin(name, text.count("\n") + 1, len(text) - text.rfind("\n"))


def _place(error: yaml.MarkedYAMLError, name: str) -> core.model.Origin:
    """Return where the parser stopped."""
    at = error.problem_mark or error.context_mark
    return core.model.Origin(name, at.line + 1, at.column + 1) if at else core.model.Origin(name, 1, 1)


def _sentence(error: yaml.MarkedYAMLError) -> str:
    """Return what the parser says, as one sentence; libyaml's own words never repeat the file's."""
    if isinstance(error, TooMuchError):
        return f"{error.problem}: no declaration is like that"
    if "another document" in str(error.problem):
        return "a second document begins here; a declaration is one document: use 'include' for several files"
    words = re.sub(
        r"(alias|anchor) .*", r"\1 (a word after * or &; put a text like that into quotes)", str(error.problem)
    )
    if "Unicode character escape" in words:
        return "not YAML: an escape that is half of a character, such as \\ud83d: write the character itself"
    if "maximum nesting depth" in words:  # newer libyaml counts brackets itself, before any node is made of them
        return f"{DEEP}: no declaration is like that"
    if "cannot start any token" in words:
        words += " (a tab, a reserved character such as @ or `, or a stray %)"
    about = f" {error.context}" if error.context else ""
    if error.context_mark is not None and error.context_mark.line != getattr(error.problem_mark, "line", None):
        about += f" that begins in line {error.context_mark.line + 1}"
    return f"not YAML{about}: {words}"


def _refuse_tags(root: yaml.Node, problems: problem.Problems, limits: Limits = DECLARATION) -> None:
    """Add a problem for every explicit tag: none means anything here, and in other loaders some run code."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.tag and node.tag not in limits.tags:
            problems.add(node, limits.tag or f"tag {problem.quote(node.tag)} is refused; write the plain value")
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(part for pair in node.value for part in pair)
