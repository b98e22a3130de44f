"""What Nova refuses in a request before it does anything. Texts and limits are held to a real Nova by tests."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from . import ApiProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .cloud import Cloud

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TAG = re.compile(r"[^,/]{1,60}")
META = re.compile(r"[a-zA-Z0-9\-_:. ]{1,255}")
TAGS_SINCE = (2, 52)


def _is_base64(text: str) -> bool:
    """Tell whether a text can be decoded."""
    try:
        base64.b64decode(text)
    except binascii.Error:
        return False
    return True


def _are_pairs(pairs: Mapping[str, str]) -> bool:
    """Tell whether Nova takes these as metadata."""
    return all(META.fullmatch(name) and len(value) <= 255 for name, value in pairs.items())


SHAPES: dict[str, Callable[[Any], bool]] = {
    "name": lambda name: 1 <= len(name.strip()) <= 255 and len(name) <= 255,
    "tags": lambda tags: len(tags) <= 50 and all(TAG.fullmatch(tag) for tag in tags),
    "metadata": _are_pairs,
    "networks": lambda networks: networks in ("none", "auto") or isinstance(networks, list),
    "user_data": _is_base64,
    "imageRef": lambda image: UUID.fullmatch(image) is not None,
}
KNOWN = frozenset(SHAPES) | {"flavorRef", "config_drive", "key_name", "availability_zone", "host"}
KNOWN |= {"security_groups", "description", "hostname", "min_count", "max_count", "block_device_mapping_v2"}


def check_server(cloud: Cloud, body: Mapping[str, Any], spoken: tuple[int, ...]) -> None:
    """Refuse a request for a server as Nova does. Raises ``ApiProblem`` (400)."""
    asked = body["server"]
    known = KNOWN if spoken >= TAGS_SINCE else KNOWN - {"tags"}
    for name in sorted(set(asked) - known):
        raise ApiProblem(400, f"Additional properties are not allowed ('{name}' was unexpected)")
    for name, fits in SHAPES.items():
        if asked.get(name) is not None and not fits(asked[name]):
            raise ApiProblem(400, f"Invalid input for field/attribute {name}. Value: {asked[name]}.")
    _check_references(cloud, asked, body.get("os:scheduler_hints", {}))


def _check_references(cloud: Cloud, asked: Mapping[str, Any], hints: Mapping[str, Any]) -> None:
    """Refuse what names something that is not there. Raises ``ApiProblem`` (400)."""
    if asked["flavorRef"] not in cloud.nova.flavors:
        raise ApiProblem(400, f"Flavor {asked['flavorRef']} could not be found.")
    check_image(cloud, asked["imageRef"])
    if asked.get("key_name") is not None and asked["key_name"] not in cloud.nova.keys:
        raise ApiProblem(400, "Invalid key_name provided.")
    _check_sizes(cloud.nova.flavors[asked["flavorRef"]], cloud.glance.images[asked["imageRef"]])
    _check_networks(cloud, asked)
    if "group" in hints and hints["group"] not in cloud.nova.groups:
        raise ApiProblem(400, f"Instance group {hints['group']} could not be found.")
    zone = (asked.get("availability_zone") or "nova").partition(":")[0]
    if zone not in cloud.nova.zones:
        raise ApiProblem(400, "The requested availability zone is not available")


def _check_networks(cloud: Cloud, asked: Mapping[str, Any]) -> None:
    """Refuse a network or security group that is not there. Raises ``ApiProblem`` (400)."""
    for network in asked["networks"] if isinstance(asked["networks"], list) else ():
        if network["uuid"] not in cloud.neutron.store["networks"]:
            raise ApiProblem(400, f"Network {network['uuid']} could not be found.")
    groups = cloud.neutron.store["security-groups"]
    names = {one["name"] for one in groups.values()}
    for group in asked.get("security_groups", ()):
        if group["name"] not in groups and group["name"] not in names:
            raise ApiProblem(400, f"Unable to find security_group with name or id '{group['name']}'")


def check_image(cloud: Cloud, image: str) -> None:
    """Refuse an image that is not there, or only half. Raises ``ApiProblem`` (400)."""
    if image not in cloud.glance.images:
        raise ApiProblem(400, "Can not find requested image")
    if cloud.glance.images[image].get("status") != "active":
        raise ApiProblem(400, f"Image {image} is not active.")


def _check_sizes(flavor: Mapping[str, Any], image: Mapping[str, Any]) -> None:
    """Refuse a flavor that is too small for its image, as ``nova.compute.api`` does. Raises ``ApiProblem`` (400)."""
    if flavor["ram"] < int(image.get("min_ram") or 0):
        raise ApiProblem(400, "Flavor's memory is too small for requested image.")
    least = int(image.get("min_disk") or 0)
    if flavor["disk"] and flavor["disk"] < least:
        sizes = f"Flavor disk is {flavor['disk'] << 30} bytes, minimum size is {least << 30} bytes."
        raise ApiProblem(400, f"Flavor's disk is smaller than the minimum size specified in image metadata. {sizes}")


def check_key(pair: Mapping[str, Any], there: Mapping[str, Any]) -> None:
    """Refuse a key pair that is there, or whose key is none. Raises ``ApiProblem``."""
    kind, _, rest = pair["public_key"].partition(" ")
    try:
        blob = base64.b64decode(rest.split(" ")[0])
    except binascii.Error:
        blob = b""
    if blob[4 : 4 + len(kind)] != kind.encode():
        raise ApiProblem(400, "Keypair data is invalid: failed to generate fingerprint")
    if pair["name"] in there:
        raise ApiProblem(409, f"Key pair '{pair['name']}' already exists.")
