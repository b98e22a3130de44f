"""Glance, as far as a reconciler can tell."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from . import ApiProblem

if TYPE_CHECKING:
    from .cloud import Cloud


class Glance:
    """The image service."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.images: dict[str, dict[str, Any]] = {}
        self.formats = ["qcow2", "raw", "iso"]

    def add(self, name: str) -> str:
        """Put an image there that somebody else made, and return its id."""
        return str(self.answer("POST", "/images", {}, {"name": name, "status": "active"})[1]["id"])

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer one request with a status and a body."""
        head, ident, more = (*path.strip("/").split("/"), "", "")[:3]
        if (method, head, ident) == ("GET", "schemas", "image"):
            return 200, {"properties": {"disk_format": {"type": ["null", "string"], "enum": [None, *self.formats]}}}
        if head != "images":
            raise ApiProblem(404, f"no such resource {head}")
        if method == "GET" and not ident:
            named = [one for one in self.images.values() if query.get("name", one["name"]) == one["name"]]
            return 200, {"images": [one for one in named if self.is_listed(one)]}
        if method == "POST" and body.get("disk_format") not in (None, *self.formats):
            raise ApiProblem(400, f"Failed validating 'enum': '{body['disk_format']}' is not one of {self.formats}")
        if method == "POST":
            given = {"status": "queued", "tags": [], "visibility": "shared", "owner": self.cloud.project}
            made = {"id": self.cloud.id(body["name"]), **given, **body}
            self.images[made["id"]] = made
            return 201, made
        if ident not in self.images:
            raise ApiProblem(404, "no such image")
        return self.on_image(method, self.images[ident], more, body)

    def is_listed(self, image: dict[str, Any]) -> bool:
        """Tell whether a list has an image: one that another project gives to all is found by its id alone."""
        return bool(image["visibility"] != "community" or image["owner"] == self.cloud.project)

    def on_image(self, method: str, image: dict[str, Any], more: str, body: Any) -> tuple[int, Any]:
        """Answer for one image."""
        if method == "GET":
            return 200, image
        if method == "DELETE":
            del self.images[image["id"]]
            return 204, None
        if more == "file":
            image.update(status="active", size=len(body), **_digests(body))
            return 204, None
        for operation in body:
            if operation["op"] == "remove":
                del image[operation["path"][1:]]
            else:
                image[operation["path"][1:]] = operation["value"]
        return 200, image


def _digests(data: bytes) -> dict[str, str]:
    """Return what Glance computes of the bytes that it was sent."""
    checksum = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {"checksum": checksum, "os_hash_algo": "sha512", "os_hash_value": hashlib.sha512(data).hexdigest()}
