"""The ground that every contract test stands on: one cloud, with an image, a network and two flavors to use."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any

from novaform.cloud import session as sessions

if TYPE_CHECKING:
    from collections.abc import Callable


PATIENCE = 120.0
COUNT = itertools.count(1)
FLAVORS = {"small": (1, 128, 1), "large": (1, 256, 1), "huge": (1, 256, 900_000)}
"""Virtual processors, MiB of memory and GiB of disk; no host has room for the disk of the last."""


class Ground:
    """A cloud and what was made on it, which goes when the test ends."""

    def __init__(self, name: str, session: sessions.Session) -> None:
        self.name = name
        self.session = session
        self.images: list[str] = []
        self.network = ""
        self.flavors: dict[str, str] = {}
        self.servers: list[str] = []
        self.left: list[tuple[str, str]] = []

    def lay(self) -> None:
        """Find the images and the network, and make the flavors."""
        self.images = sorted(i["id"] for i in self.session.pages("image", "/images", "images") if usable(i))
        networks = self.session.pages("network", "/networks", "networks")
        self.network = next(one["id"] for one in networks if one.get("subnets") and not one["router:external"])
        for name, size in FLAVORS.items():
            self.flavors[name] = self.flavor(f"contract-{name}-{next(COUNT)}", *size)["id"]

    def flavor(self, name: str, vcpus: int, ram: int, disk: int) -> dict[str, Any]:
        """Make a flavor that goes with the ground."""
        body = {"name": name, "vcpus": vcpus, "ram": ram, "disk": disk}
        made: dict[str, Any] = self.post("/flavors", {"flavor": body})["flavor"]
        self.left.append(("compute", f"/flavors/{made['id']}"))
        return made

    def post(self, path: str, body: Any) -> Any:
        """Ask Nova to make something."""
        return self.session.send("compute", "POST", path, body)

    def request(self, **more: Any) -> dict[str, Any]:
        """Return the request for a small server."""
        body = {
            "name": f"contract-{next(COUNT)}",
            "flavorRef": self.flavors["small"],
            "imageRef": self.images[0],
            "networks": [{"uuid": self.network}],
            **more,
        }
        return {name: value for name, value in body.items() if value is not None}

    def create(self, hints: dict[str, Any] | None = None, **more: Any) -> str:
        """Ask for a server and return its id at once."""
        body: dict[str, Any] = {"server": self.request(**more)}
        if hints:
            body["os:scheduler_hints"] = hints
        ident = str(self.post("/servers", body)["server"]["id"])
        self.servers.append(ident)
        return ident

    def built(self, **more: Any) -> str:
        """Make a server and wait until it runs."""
        ident = self.create(**more)
        self.until(ident, "active")
        return ident

    def act(self, ident: str, action: str, arguments: Any = None) -> None:
        """Ask for an action."""
        self.post(f"/servers/{ident}/action", {action: arguments})

    def show(self, ident: str) -> dict[str, Any] | None:
        """Return a server; None once Nova knows it no more."""
        found = self.session.get("compute", f"/servers/{ident}", absent_ok=True)
        return None if found is None else found["server"]

    def until(self, ident: str, vm_state: str) -> dict[str, Any]:
        """Wait until a server has a state and nothing under way, and return it."""
        return self.wait(ident, lambda one: one is not None and settled(one) and state(one) == vm_state) or {}

    def gone(self, ident: str) -> None:
        """Wait until a server is gone."""
        self.wait(ident, lambda one: one is None)

    def wait(self, ident: str, done: Callable[[dict[str, Any] | None], bool]) -> dict[str, Any] | None:
        """Look at a server until something holds."""
        clock = self.session.clock
        end = clock.monotonic() + PATIENCE
        while not done(seen := self.show(ident)):
            assert clock.monotonic() < end, f"not after {PATIENCE} s: {seen}"
            clock.sleep(0.2)
        return seen

    def refusal(self, act: Callable[[], Any]) -> tuple[int, str]:
        """Return the status and words of a refusal."""
        try:
            act()
        except sessions.Refused as error:
            return int(error.details["status"]), str(error).partition(": HTTP ")[2].partition(": ")[2]
        msg = "it was not refused"
        raise AssertionError(msg)

    def clear(self) -> None:
        """Take away what was made."""
        for ident in self.servers:
            with contextlib.suppress(sessions.Refused):  # gone already
                self.session.send("compute", "DELETE", f"/servers/{ident}")
        for ident in self.servers:
            self.gone(ident)
        self.servers.clear()

    def level(self) -> None:
        """Take away flavors and the like, too."""
        self.clear()
        for service, path in reversed(self.left):
            self.session.send(service, "DELETE", path)
        self.left.clear()


def usable(image: dict[str, Any]) -> bool:
    """Tell whether an image can be booted."""
    return bool(image["status"] == "active" and not image.get("min_ram"))


def state(server: dict[str, Any]) -> str:
    """Return Nova's own state of a server."""
    return str(server["OS-EXT-STS:vm_state"])


def settled(server: dict[str, Any]) -> bool:
    """Tell whether nothing is under way."""
    return server["OS-EXT-STS:task_state"] is None
