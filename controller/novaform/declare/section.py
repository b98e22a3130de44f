"""The files of one declaration, checked and merged: sections of named entries, before they become values."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from novaform import core
from novaform.declare import instances
from novaform.declare.form import disk, positions, problem, reference
from novaform.declare.form.field import INVALID, Named, Reading
from novaform.declare.form.record import Entry, Record

if TYPE_CHECKING:
    from collections.abc import Mapping


class Sections(NamedTuple):
    """What all files together say. ``named`` is section -> name -> member; ``sources`` path -> SHA-256 (hex)."""

    stack: str
    defaults: Entry | None
    named: dict[str, dict[str, Named]]
    sources: dict[str, str]


class SectionReader:
    """Reads a main file and what it includes. Problems go to the context's list; nothing is raised here."""

    def __init__(self, name: str, environment: str | None, variables: Mapping[str, str]) -> None:
        self.name, self.environment = name, environment
        self.given = {key: reference.Written(value) for key, value in variables.items()}
        self.problems = problem.Problems()
        self.references = reference.References({}, self.problems)
        self.context = Reading(self.problems, self.references)
        self.sources: dict[str, str] = {}
        self.roots: list[yaml.Node] = []
        self.room = disk.BYTES

    def read(self, content: bytes) -> Sections:
        """Return the merged sections of the main file's content and its includes."""
        main = self.check(self.name, content, instances.STACK)
        if main is None:
            return Sections("", None, {section: {} for section in instances.SECTIONS}, self.sources)
        entries = [main]
        for wanted in main.get("include", ()):
            entries += self.include(wanted, main)
        named: dict[str, dict[str, Named]] = {section: {} for section in instances.SECTIONS if section != "defaults"}
        defaults: Entry | None = None
        for entry in entries:
            for section, members in named.items():
                self.merge(members, entry.get(section, {}))
            if defaults and "defaults" in entry.values:
                self.problems.add(entry.get("defaults").node, "defaults are given twice, in two files")
            defaults = defaults or entry.get("defaults")
        return Sections(main.get("stack", ""), defaults, named, self.sources)

    def check(self, name: str, content: bytes, record: Record) -> Entry | None:
        """Return one file's entry, or None where it is not even a mapping."""
        self.sources[name] = hashlib.sha256(content).hexdigest()
        self.room -= len(content)
        root = positions.compose(content, name, self.problems)
        if root is None:
            return None
        self.roots.append(root)
        self.context.aliased |= b"*" in content
        if record is instances.STACK and isinstance(root, yaml.MappingNode):
            self.references.variables = self.variables(root)
        entry = record.check(root, self.context)
        return entry if isinstance(entry, Entry) else None

    def include(self, wanted: str, main: Entry) -> list[Entry]:
        """Return the entry of an included file, as a list of at most one."""
        at = core.model.origin.place(self.name, main.marks()["include"])
        try:
            path = reference.beside(main.node, wanted)
            if path in self.sources:
                self.problems.add_at(at, f"{problem.quote(wanted)} is included twice")
                return []
            entry = self.check(path, disk.read(path, self.room), instances.INCLUDED)
        except (core.errors.DeclareError, reference.MissingReference) as error:
            self.problems.add_at(at, str(error))
            return []
        return [entry] if entry else []

    def merge(self, into: dict[str, Named], members: dict[str, Named]) -> None:
        """Add a file's members of one section; a name in two files is a mistake."""
        for name, member in members.items():
            if name in into:
                self.problems.add_at(member.origin, f"{problem.quote(name)} is declared at {into[name].origin} already")
            else:
                into[name] = member

    def variables(self, root: yaml.MappingNode) -> dict[str, reference.Written | None]:
        """Return the values of all variables: 'vars', then the environment's, then those given from outside.

        Looks before the check of the whole, which needs the values; mistakes in here are told by that check.
        """
        quiet = Reading(problem.Problems(), self.references)
        quiet.aliased = self.context.aliased
        values: dict[str, Any] = {}
        for key, node in root.value:
            if isinstance(key, yaml.ScalarNode) and key.value in {"vars", "environments"}:
                checked = instances.STACK.fields[key.value].type.check(node, quiet)
                values[key.value] = {} if checked is INVALID else checked
        found = {name: member.value for name, member in values.get("vars", {}).items()}
        self.override(found, values.get("environments", {}), root)
        for name, written in self.given.items():
            if name not in found:
                hint = self.problems.did_you_mean(name, found)
                self.problems.add(root, f"variable {problem.quote(name)} was given and is not in 'vars'{hint}")
            found[name] = written
        return found

    def override(self, found: dict[str, Any], environments: dict[str, Named], root: yaml.Node) -> None:
        """Put the values of the chosen environment over those of 'vars'."""
        for environment in environments.values():
            for member in environment.value.values():
                if member.name not in found:
                    hint = self.problems.did_you_mean(member.name, found)
                    self.problems.add_at(member.origin, f"{problem.quote(member.name)} is not in 'vars'{hint}")
        if self.environment is None:
            return
        if self.environment not in environments:
            hint = self.problems.did_you_mean(self.environment, environments)
            self.problems.add(root, f"environment {problem.quote(self.environment)} is not declared{hint}")
            return
        chosen = environments[self.environment].value
        found.update((name, member.value) for name, member in chosen.items() if member.value is not None)
