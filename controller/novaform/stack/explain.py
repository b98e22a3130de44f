"""All that is known of one thing: what is declared, what is there, what would be done about it, on what it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.declare.form import problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from novaform import cloud
    from novaform.stack.stack import Stack

BESIDES = ("host", "server_group", "volumes", "hints", "health", "rolling")
"""What a server is made with and is not compared; the text of its user data is not to be shown."""


class Known:
    """One look at a stack, to be asked about its things."""

    def __init__(self, stack: Stack) -> None:
        self.look: cloud.run.Look = stack.look()
        self.desired = stack.desired
        self.index = core.index.Index(stack.desired, self.look.observed, self.look.applied, stack.policy)
        self.names = {
            item.id: self.index.declared_name(item.kind, item.id) or item.id for item in self.look.observed.items
        }

    def of_declared(self, wanted: core.desired.Wanted) -> dict[str, Any]:
        """Return what is known of a declared thing."""
        found = self.about(wanted.kind, wanted.key)
        items = self.index.find(wanted)
        return {
            "kind": wanted.kind,
            "name": wanted.key,
            "uid": wanted.uid,
            "at": wanted.at(),
            "declared": _declared_values(wanted),
            "needs": [
                {"thing": f"{kind}/{key}", "is": self.state_of(kind, key)} for kind, key in dict.fromkeys(wanted.needs)
            ],
            "there": [self.there(item) for item in items],
            **found,
        }

    def of_others(self, key: str) -> list[dict[str, Any]]:
        """Return what is known of servers that are there under a name and that nobody declares."""
        declared_ids = {item.id for one in self.desired.wanted for item in self.index.find(one)}
        items = [
            item
            for item in self.look.observed.of_kind("server")
            if item.id not in declared_ids and key in {item.name, item.id, item.mark and item.mark.key}
        ]
        return [
            {
                "kind": "server",
                "name": key,
                "uid": "",
                "at": "",
                "declared": {},
                "needs": [],
                "there": [self.there(item)],
                **self.about("server", (item.mark.key if item.mark else None) or item.name),
            }
            for item in items
        ]

    def about(self, kind: str, key: str) -> dict[str, Any]:
        """Return the steps and the notes on one thing."""
        steps = [one for one in self.look.decision if (one.kind, one.name) == (kind, key)]
        notes = [one for one in self.look.decision.notes if (one.kind, one.name) == (kind, key)]
        waits = [one.text for one in notes if one.passing]
        waits += [one.blocked for one in steps if isinstance(one, core.change.Change) and one.blocked]
        return {
            "steps": [one.to_json() for one in steps],
            "would": [one.action for one in steps],
            "notes": [one.text for one in notes],
            "waits": waits,
        }

    def state_of(self, kind: str, key: str) -> str:
        """Return whether something that is needed is there, will be made, or why not."""
        if self.index.item(kind, key) is not None or (kind == "subnet" and self.index.item("network", key) is not None):
            return "there"
        for step in self.look.decision:
            if isinstance(step, core.change.Change) and (step.kind, step.name) == (kind, key):
                return f"not made: {step.blocked}" if step.blocked else f"this plan is to {step.action} it"
        return "missing"

    def there(self, item: core.observed.Item) -> dict[str, Any]:
        """Return one thing that is there, with names for ids, and with its host's word on it."""
        fields = {**item.fields, "metadata": core.hidden.cover(item.fields.get("metadata") or {}, self.secret_of(item))}
        values = {name: self.with_names(value) for name, value in {**fields, **item.status}.items()}
        proof = self.index.proof(item)
        host: dict[str, Any] = {}
        if proof.asked:
            domain = proof.domain
            host["libvirt"] = "no such guest" if domain is None else domain.state
            host["wrong"] = [] if domain is None else list(core.definition.wrong(item, domain))
        return {"id": item.id, "ours": self.index.owns(item), **values, **host}

    def secret_of(self, item: core.observed.Item) -> set[str]:
        """Return which of a thing's metadata is a secret: by its own mark, by the declaration, by what was applied."""
        uid = item.mark.uid if item.mark is not None else ""
        sources = [one.fields for one in self.desired.wanted if uid == one.uid or item in self.index.find(one)]
        sources += [self.look.applied[uid].fields] if uid in self.look.applied else []
        pairs = [pair for source in sources for pair in (source.get("metadata") or {}).items()]
        told = {name for name, value in pairs if isinstance(value, core.hidden.Hidden)}
        return told | set(item.fields.get("hidden") or ())

    def with_names(self, value: Any) -> Any:
        """Return a value with the names of things that it has the ids of."""
        if isinstance(value, dict):
            return {self.names.get(name, name): self.with_names(one) for name, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.with_names(one) for one in value]
        return self.names.get(value, value) if isinstance(value, str) else value


def _declared_values(wanted: core.desired.Wanted) -> dict[str, Any]:
    """Return what is declared of a thing, with the places."""
    values = dict(wanted.fields)
    if wanted.kind == "server":
        values["state"] = wanted.state
        besides = (name for name in BESIDES if name in wanted.origin)
        values.update({name: wanted.create[name] for name in besides if wanted.create.get(name)})
        values.update({name: True for name in ("protect", "hold") if getattr(wanted, name)})
    return {name: {"value": value, "at": wanted.at(name)} for name, value in values.items()}


def _find_wanted(desired: core.desired.Desired, name: str) -> list[core.desired.Wanted]:
    """Return the declared things that a person means: by key, as ``kind/key``, or all servers of one instance."""
    kind, _, key = name.rpartition("/")
    kind = kind.replace(" ", "_")
    found = [one for one in desired.wanted if one.key == key and kind in {"", one.kind}]
    groups = [one for one in desired.wanted if kind in {"", "server"} and _of_group(one, key)]
    return [*groups, *(one for one in found if one not in groups)]


def _of_group(wanted: core.desired.Wanted, name: str) -> bool:
    """Tell whether a server is one of an instance with count."""
    return wanted.kind == "server" and wanted.create.get("group") == name


def explain(stack: Stack, name: str) -> Sequence[dict[str, Any]]:
    """Return what is known of all that a name stands for. Raises ``DeclareError`` for a name of nothing."""
    wanted = _find_wanted(stack.desired, name)
    known = Known(stack)
    found = [known.of_declared(one) for one in wanted] or known.of_others(name)
    if not found:
        hint = problem.did_you_mean(name, names(stack.desired.wanted))
        text = f"{stack.where.file}: nothing called {name} is declared, and no server of this name is there{hint}"
        raise core.errors.DeclareError(text)
    return found


def names(wanted: Iterable[core.desired.Wanted]) -> list[str]:
    """Return by which names declared things may be asked for."""
    return [one.key if one.kind == "server" else f"{one.kind}/{one.key}" for one in wanted]
