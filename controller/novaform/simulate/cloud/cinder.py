"""Cinder, as far as a reconciler can tell: volumes that take time, and that do not go while a server has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import ApiProblem

if TYPE_CHECKING:
    from .cloud import Cloud

TAKES = 2.0


class Cinder:
    """The volume service.

    ``fails`` holds the names of volumes that cannot be made, ``clings`` of those that their guest does not let go of.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.volumes: dict[str, dict[str, Any]] = {}
        self.fails: set[str] = set()
        self.clings: set[str] = set()

    def ripen(self) -> None:
        """Let everything that has taken its time come to its end."""
        for ident, one in list(self.volumes.items()):
            if one["until"] > self.cloud.now:
                continue
            if one["status"] == "deleting":
                del self.volumes[ident]
            elif one["status"] == "creating":
                one["status"] = "error" if one["name"] in self.fails else "available"
            elif one["status"] == "extending":
                one["status"] = "available"
            elif one["status"] == "detaching" and one["name"] in self.clings:
                one["status"] = "in-use"
            elif one["status"] == "detaching":
                one.update(status="available", attachments=[])

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer one request with a status and a body."""
        del query
        self.ripen()
        head, _, rest = path.strip("/").partition("/")
        ident, _, more = rest.partition("/")
        if head != "volumes":
            raise ApiProblem(404, f"no such resource {head}")
        if method == "POST" and not ident:
            return 202, {"volume": self.make(body["volume"])}
        if method == "GET" and ident in {"", "detail"}:
            return 200, {"volumes": list(self.volumes.values())}
        volume = self.get(ident)
        if method == "GET":
            return 200, {"volume": volume}
        if volume["status"] not in {"available", "error"}:
            raise ApiProblem(400, f"Invalid volume: status must be available or error, and is {volume['status']}")
        volume["until"] = self.cloud.now + TAKES
        if more == "action":
            volume.update(status="extending", size=body["os-extend"]["new_size"])
            return 202, None
        volume["status"] = "deleting"
        return 202, None

    def get(self, ident: str) -> dict[str, Any]:
        """Return one volume. Raises ``ApiProblem`` (404)."""
        if ident not in self.volumes:
            raise ApiProblem(404, f"Volume {ident} could not be found.")
        return self.volumes[ident]

    def make(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Begin to make a volume and return it."""
        if asked.get("imageRef") is not None and asked["imageRef"] not in self.cloud.glance.images:
            raise ApiProblem(400, f"Invalid image identifier or unable to access requested image {asked['imageRef']}.")
        given: dict[str, Any] = {"volume_type": "lvm", "availability_zone": "nova", "metadata": {}, "attachments": []}
        given["os-vol-tenant-attr:tenant_id"] = self.cloud.project
        made = {**given, **asked, "id": self.cloud.id(asked["name"]), "status": "creating"}
        made["until"] = self.cloud.now + TAKES
        self.volumes[made["id"]] = made
        return made

    def attach(self, ident: str, server: str) -> None:
        """Give a volume to a server. Raises ``ApiProblem`` (400) for one that is not free."""
        self.ripen()
        volume = self.get(ident)
        if volume["status"] != "available":
            raise ApiProblem(400, f"Invalid volume: status must be available, and is {volume['status']}")
        volume.update(status="in-use", attachments=[{"server_id": server}])

    def detach(self, server: str, ident: str, until: float) -> None:
        """Begin to take a volume from a server. Raises ``ApiProblem`` where it has none, or not any more."""
        self.ripen()
        volume = self.volumes.get(ident, {})
        if not any(at["server_id"] == server for at in volume.get("attachments", ())):
            raise ApiProblem(404, f"Instance {server} is not attached to volume {ident}.")
        if volume["status"] != "in-use":
            raise ApiProblem(400, f"Invalid volume: status must be in-use, and is {volume['status']}")
        volume.update(status="detaching", until=until)

    def free(self, server: str) -> None:
        """Take all volumes from a server that is no more."""
        for one in self.volumes.values():
            if any(at["server_id"] == server for at in one["attachments"]):
                one.update(status="available", attachments=[])

    def of(self, server: str) -> list[dict[str, str]]:
        """Return what Nova shows of a server's volumes."""
        found = (one for one in self.volumes.values() if any(at["server_id"] == server for at in one["attachments"]))
        return [{"id": one["id"]} for one in found]
