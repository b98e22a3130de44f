"""The request for a server: mark, metadata and tags are part of it, so that a lost answer can be found again."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, Optional

from ...._api.answer import ident_of
from ...._stack import mark
from ...._stack.decide.server_field import hints_digest
from . import volumes

if TYPE_CHECKING:
    from ...._stack.desired import Wanted
    from ...context import Context


def make_server(context: Context, wanted: Wanted) -> str:
    """Ask for a server; the answer comes before it is built. Mark, metadata and tags are part of the request."""
    create, fields = wanted.create, wanted.fields
    body: dict[str, Any] = {
        "name": wanted.name,
        "flavorRef": context.id_of("flavor", fields["flavor"]),
        "imageRef": context.id_of("image", fields["image"]),
        "networks": [_network_of(context, port) for port in create["networks"]] or "none",
        "metadata": metadata_of(context.stack, wanted),
        "tags": [*mark.tags_of(context.stack, wanted.uid), *fields.get("tags", ())],
        "config_drive": bool(fields.get("config_drive")),
    }
    more: dict[str, Optional[Any]] = {
        "key_name": fields.get("key_name"),
        "availability_zone": fields.get("zone"),
        "host": create.get("host"),
        "user_data": base64.b64encode(create["user_data"].encode()).decode() if create.get("user_data") else None,
    }
    groups = fields.get("security_groups") or create.get("security_groups")
    if groups:
        more["security_groups"] = [{"name": context.id_of("security_group", one)} for one in groups]
    disks = volumes.blocks(context, wanted, body["imageRef"])
    more.update({"block_device_mapping_v2": disks} if disks else {})
    whole = {"server": {**body, **{name: value for name, value in more.items() if value is not None}}}
    hints = _hints_of(context, wanted)
    if hints:
        whole["os:scheduler_hints"] = hints
    return ident_of("POST /servers", context.session.send("compute", "POST", "/servers", whole), "server", "id")


def _hints_of(context: Context, wanted: Wanted) -> dict[str, Any]:
    """Return what the scheduler is to know: one text of a hint as a text, several as a list."""
    told = wanted.create.get("hints") or {}
    hints: dict[str, Any] = {name: values[0] if len(values) == 1 else list(values) for name, values in told.items()}
    if wanted.create.get("server_group"):
        hints["group"] = context.id_of("server_group", wanted.create["server_group"])
    return hints


def _network_of(context: Context, port: dict[str, Any]) -> dict[str, Any]:
    """Return one interface as Nova wants it."""
    network = {"uuid": context.id_of("network", port["network"])}
    return {**network, "fixed_ip": port["fixed_ip"]} if port.get("fixed_ip") else network


def metadata_of(stack: str, wanted: Wanted) -> dict[str, Any]:
    """Return the declared metadata and the readable half of our mark."""
    ours = {**mark.proof_of(stack, wanted.key), mark.SPEC: _spec_of(wanted)}
    if wanted.fields.get("user_data"):
        ours[mark.USER_DATA] = wanted.fields["user_data"]
    if wanted.fields.get("hints"):
        ours[mark.HINTS] = hints_digest(wanted.fields["hints"])
    if wanted.create.get("hidden"):
        ours[mark.HIDDEN] = mark.hidden_of(wanted.create["hidden"])
    if wanted.protect:
        ours[mark.PROTECT] = "true"
    return {**wanted.fields.get("metadata", {}), **ours}


def _spec_of(wanted: Wanted) -> str:
    """Return what a server was made from, in 16 characters."""
    text = json.dumps(dict(wanted.fields), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
