"""Requests that make a thing, each with our mark inside, so that a lost answer can be found again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from .._api.answer import ident_of
from .._core.errors import ApplyError
from .._stack import mark
from . import make_network, make_server, seen_network, volume
from .make_network import renamed

if TYPE_CHECKING:
    from .._stack.desired import Wanted
    from .context import Context

FLAVOR = {
    "vcpus": "vcpus",
    "ram_mb": "ram",
    "disk_gb": "disk",
    "ephemeral_gb": "OS-FLV-EXT-DATA:ephemeral",
    "swap_mb": "swap",
    "public": "os-flavor-access:is_public",
}


def make_flavor(context: Context, wanted: Wanted) -> str:
    """Make a flavor with a marked description, then set the extra specs that are declared."""
    described = mark.description_of(context.stack, wanted.kind, wanted.key)
    body = {"name": wanted.name, "description": described, **renamed(wanted.fields, FLAVOR)}
    made = context.session.send("compute", "POST", "/flavors", {"flavor": body})
    ident = ident_of("POST /flavors", made, "flavor", "id")
    if wanted.fields.get("extra_specs"):
        specs = {"extra_specs": wanted.fields["extra_specs"]}
        context.session.send("compute", "POST", f"/flavors/{quote(ident)}/os-extra_specs", specs)
    return ident


def make_key(context: Context, wanted: Wanted) -> str:
    """Make a key pair of a public key."""
    body = {"name": wanted.name, "public_key": wanted.fields["public_key"], "type": "ssh"}
    context.session.send("compute", "POST", "/os-keypairs", {"keypair": body})
    return wanted.name


def make_server_group(context: Context, wanted: Wanted) -> str:
    """Make a server group; its name is its mark."""
    body = {"name": wanted.name, "policy": wanted.fields["policy"]}
    made = context.session.send("compute", "POST", "/os-server-groups", {"server_group": body})
    return ident_of("POST /os-server-groups", made, "server_group", "id")


def make_image(context: Context, wanted: Wanted) -> str:
    """Make an image and upload it. Half an upload is never used: it is deleted here, or found queued and replaced."""
    path = Path(str(wanted.create.get("file") or ""))
    if not path.is_file():
        raise ApplyError(f"{wanted.at()}: image {wanted.name} has no file {path} to upload")
    body = {
        "name": wanted.name,
        "disk_format": wanted.create.get("format") or "qcow2",
        "container_format": "bare",
        "visibility": "public" if wanted.fields.get("public") else "private",
        "min_disk": wanted.fields.get("min_disk_gb", 0),
        "min_ram": wanted.fields.get("min_ram_mb", 0),
        "tags": mark.tags_of(context.stack, wanted.uid),
        seen_network.IMAGE_STACK: context.stack,
        seen_network.IMAGE_KEY: wanted.key,
        seen_network.CONTENT: wanted.fields["content"],
        **wanted.fields.get("properties", {}),
    }
    ident = ident_of("POST /images", context.session.send("image", "POST", "/images", body), "id")
    with path.open("rb") as data:
        context.session.upload(f"/images/{ident}/file", data, path.stat().st_size)
    return ident


MAKERS = {
    "flavor": make_flavor,
    "key": make_key,
    "image": make_image,
    "network": make_network.make_network,
    "subnet": make_network.make_subnet,
    "router": make_network.make_router,
    "interface": make_network.make_interface,
    "security_group": make_network.make_security_group,
    "server_group": make_server_group,
    "floating_ip": make_network.make_floating_ip,
    "server": make_server.make_server,
    "volume": volume.make_volume,
}
