"""A declaration of what is there: the servers of a project, written so that its plan is empty."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from novaform import cloud, core
from novaform.stack import exported_server

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = ("server", "flavor", "key", "image", "network", "security_group", "server_group", "floating_ip")
USER_DATA = "user-data"
"""The folder beside the declaration that holds what servers were given, a file each."""
HEAD = """\
# Written by novaform export. The plan of this file is empty; novaform adopt takes the servers over, without a restart.
"""


class Export(NamedTuple):
    """Files by their path beside the declaration, what could not be written by server, and the keys that are."""

    declaration: str
    files: dict[str, str]
    left_out: dict[str, list[str]]
    keys: list[str]


def stack_name(session: cloud.session.Session) -> str:
    """Return a stack's name that follows from the project's."""
    named = str(session.credential.auth.get("project_name") or session.credential.cloud)
    return re.sub(r"[^A-Za-z0-9_-]+", "-", named).strip("-_")[:32] or "stack"


def export(session: cloud.session.Session, stack: str, names: Sequence[str], *, everything: bool) -> Export:
    """Write the declaration of the project's servers, or of those with these names or ids.

    ``everything`` declares the flavors and key pairs that they use, too. Raises ``ObserveError`` where not all could
    be looked at, and for a name that no server has.
    """
    observed = cloud.observe.observe(session, KINDS)
    if observed.complaints or observed.unknown:
        raise core.errors.ObserveError(f"not everything could be looked at: {'; '.join(observed.complaints)}")
    items = _choose(observed.of_kind("server"), names)
    writer = exported_server.Writer(observed, cloud.provenance.observe_given(session))
    left_out: dict[str, list[str]] = {}
    entries: dict[str, exported_server.ExportedServer] = {}
    for item in items:
        reason = _unwritable(item, stack, writer)
        if reason:
            left_out[item.name or item.id] = [f"left out: {reason}"]
            continue
        ours = item.mark is not None and item.mark.key is not None
        key = str(item.mark.key) if ours and item.mark else exported_server.to_key(item.name, entries)
        made = writer.entry(item, key)
        adopted = made if ours else made._replace(values={"adopt": {"id": item.id}, **made.values})
        entries[key] = adopted
        left_out.update({key: made.left_out} if made.left_out else {})
    shared = _sections_of(observed, entries) if everything else {}
    return _to_export(stack, shared, entries, left_out)


def _choose(servers: Sequence[core.observed.Item], names: Sequence[str]) -> list[core.observed.Item]:
    """Return the servers that are meant, by name. Raises ``ObserveError`` for a name that no server has."""
    for name in names:
        if not any(name in {item.name, item.id} for item in servers):
            raise core.errors.ObserveError(f"there is no server {name} in this project")
    return sorted(
        (item for item in servers if not names or {item.name, item.id} & set(names)),
        key=lambda item: (item.name, item.id),
    )


def _unwritable(item: core.observed.Item, stack: str, writer: exported_server.Writer) -> str:
    """Return why a server cannot be declared as it is; empty where it can."""
    vm_state, task = item.status.get("vm_state"), item.status.get("task_state")
    if task is not None or vm_state not in exported_server.STATES:
        return f"Nova has it {vm_state}" + (f" (task {task})" if task else "")
    if item.mark is not None and (item.mark.stack != stack or not item.mark.proven):
        return f"it bears the mark of stack {item.mark.stack or 'unknown'}"
    if item.id not in writer.given:
        return "it came while the others were looked at"
    if not exported_server.fits(exported_server.CLOUD_NAME, item.name):
        return f"its name {item.name!r} cannot be written"
    return ""


def _sections_of(
    observed: core.observed.Observed, entries: dict[str, exported_server.ExportedServer]
) -> dict[str, Any]:
    """Return the sections for what servers use by a name that is unique in the cloud."""
    used = {kind: {one.values.get(kind) for one in entries.values()} for kind in ("flavor", "key")}
    flavors = {item.name: _flavor(item) for item in observed.of_kind("flavor") if item.name in used["flavor"]}
    keys = {
        item.name: {"public_key": item.fields["public_key"]}
        for item in observed.of_kind("key")
        if item.name in used["key"]
    }
    return {name: value for name, value in (("flavors", flavors), ("keys", keys)) if value}


def _flavor(item: core.observed.Item) -> dict[str, Any]:
    """Return one flavor as it is declared."""
    has = item.fields
    sizes: dict[str, Any] = {"vcpus": has["vcpus"], "ram": f"{has['ram_mb']}MiB", "disk": f"{has['disk_gb']}GiB"}
    more = {
        "ephemeral": has["ephemeral_gb"] and f"{has['ephemeral_gb']}GiB",
        "swap": has["swap_mb"] and f"{has['swap_mb']}MiB",
    }
    more["extra_specs"] = dict(has["extra_specs"])
    public = {} if has["public"] else {"public": False}
    return {**sizes, **{name: value for name, value in more.items() if value}, **public}


def _printable(text: str) -> str:
    """Return a text that stays in its line of comment."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _to_export(
    stack: str,
    shared: dict[str, Any],
    entries: dict[str, exported_server.ExportedServer],
    left_out: dict[str, list[str]],
) -> Export:
    """Return the text of everything."""
    files = {f"{USER_DATA}/{key}": one.user_data for key, one in entries.items() if one.user_data is not None}
    instances = {
        key: {**one.values, "user_data": {"file": f"{USER_DATA}/{key}"}} if one.user_data is not None else one.values
        for key, one in entries.items()
    }
    remarks = [f"# {_printable(f'{key}: {text}')}\n" for key, texts in left_out.items() for text in texts]
    document = {"stack": stack, **shared, "instances": instances}
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    return Export(HEAD + "".join(remarks) + text, files, left_out, list(entries))
