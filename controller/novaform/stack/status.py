"""Every declared instance as Nova and its host see it, in one value per instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from novaform import cloud
    from novaform.stack.stack import Stack

CONSOLES_AT_ONCE = 4
NOT_ASKED = "not asked"


class Instance(NamedTuple):
    """One declared instance. Texts are empty where there is nothing to say; ``libvirt`` says if nobody asked."""

    name: str
    wanted: str
    state: str
    task: str
    id: str
    host: str
    addresses: tuple[str, ...]
    floating: tuple[str, ...]
    console: str
    libvirt: str
    notes: tuple[str, ...]


class Besides(NamedTuple):
    """What else is known: consoles and floating addresses by server id, notes by key, and why hosts do not answer."""

    urls: Mapping[str, str]
    floating: Mapping[str, list[str]]
    notes: Mapping[str, list[str]]
    silent: Mapping[str, str]


def status(stack: Stack, *, consoles: bool) -> list[Instance]:
    """Return all declared instances; with ``consoles`` also an address for each, which opens it for a while."""
    look = stack.look()
    index = core.index.Index(stack.desired, look.observed, look.applied, stack.policy)
    wanted = [one for one in stack.desired.wanted if one.kind == "server"]
    items = {one.key: next(iter(index.find(one)), None) for one in wanted}
    running = [item for item in items.values() if item is not None and item.status.get("vm_state") == "active"]
    besides = Besides(
        urls=_console_urls(stack.session, running) if consoles else {},
        floating=_floating_of(look.observed),
        notes=_notes_of(look.decision),
        silent=stack.hosts.silent if stack.hosts is not None else {},
    )
    return [_instance(one, items[one.key], index, besides) for one in wanted if one.state != "absent" or items[one.key]]


def _instance(
    wanted: core.desired.Wanted,
    item: core.observed.Item | None,
    index: core.index.Index,
    besides: Besides,
) -> Instance:
    """Return one line of the status."""
    said = tuple(besides.notes.get(wanted.key, ()))
    if item is None:
        state = "absent" if index.observed.covers("server") else "unknown"
        return Instance(wanted.key, wanted.state, state, "", "", "", (), (), "", "", said)
    how = item.status
    return Instance(
        wanted.key,
        wanted.state,
        how.get("vm_state") or "unknown",
        how.get("task_state") or "",
        item.id,
        str(how.get("host") or ""),
        tuple(how.get("addresses") or ()),
        tuple(besides.floating.get(item.id, ())),
        besides.urls.get(item.id, ""),
        _libvirt_of(index, item, besides.silent),
        said,
    )


def _libvirt_of(index: core.index.Index, item: core.observed.Item, silent: Mapping[str, str]) -> str:
    """Return libvirt's own word on a guest."""
    if index.observed.domains is None:
        return NOT_ASKED
    proof = index.proof(item)
    host = str(item.status.get("host") or "")
    if not proof.asked:
        return "host does not answer" if host.split(".", maxsplit=1)[0] in silent or host in silent else NOT_ASKED
    return proof.domain.state if proof.domain is not None else "no such guest"


def _floating_of(observed: core.observed.Observed) -> dict[str, list[str]]:
    """Return the floating addresses by server id."""
    found: dict[str, list[str]] = {}
    for item in observed.of_kind("floating_ip"):
        if item.fields.get("server"):
            found.setdefault(item.fields["server"], []).append(item.name)
    return found


def _notes_of(decision: core.change.Decision) -> dict[str, list[str]]:
    """Return what the decision has to say of each server."""
    found: dict[str, list[str]] = {}
    for step in decision.steps:
        if step.kind == "server":
            found.setdefault(step.name, []).append(f"to {step.action}")
    for note in decision.notes:
        if note.kind == "server" and note.level in core.change.DIFFERS:
            found.setdefault(note.name, []).append(note.text)
    return found


def _console_urls(session: cloud.session.Session, items: Sequence[core.observed.Item]) -> dict[str, str]:
    """Ask for a console of each server, several at a time; one that cannot be had is left out."""

    def ask(item: core.observed.Item) -> tuple[str, str]:
        body = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
        try:
            made = session.send("compute", "POST", f"/servers/{item.id}/remote-consoles", body)
        except core.errors.Error:
            return item.id, ""
        return item.id, str(made["remote_console"]["url"])

    return {ident: url for ident, url in session.crowd(CONSOLES_AT_ONCE, ask, items) if url}
