"""The stories that accidents are tried on: one for each thing that apply does to servers and what they need."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from . import stack
from .trial import Story

model = stack.model

FILE = Path(__file__)
"""A file to upload as an image: which one does not matter."""


def group(count: int = 3, **more: Any) -> tuple[model.Server, ...]:
    """Return servers that may all be away at once."""
    given = {"rolling": model.Rolling(max_unavailable=2), **more}
    return tuple(stack.server(number)._replace(**given) for number in range(1, count + 1))


def desired(servers: tuple[model.Server, ...], **more: Any) -> Any:
    """Return a stack with these servers and both images of the stories."""
    names = (("image", "debian"), ("image", "fedora"), ("network", "public"))
    external = tuple(model.DeclaredExternal(kind, name, model.NOWHERE.of("")) for kind, name in names)
    return stack.desired(0, **{"servers": servers, "external": external, **more})


def stories() -> list[Story]:
    """Return all stories."""
    three = desired(group())
    private, second = model.Port("private"), model.Port("second")
    networks = (model.Network("private", "10.0.0.0/24", router="edge"), model.Network("second", "10.1.0.0/24"))
    floating = {"networks": (model.Port("private", floating="public"),)}
    rebuild, replace = model.OnChange(image="rebuild"), model.OnChange(image="replace")
    own = model.Image("own", file=str(FILE), sha256=hashlib.sha256(FILE.read_bytes()).hexdigest())
    spread = {"server_group": "apart"}
    apart = {"server_groups": (model.ServerGroup("apart", "anti-affinity"),)}
    rules = (model.Rule(protocol="tcp", port_min=22, port_max=22), model.Rule(protocol="icmp"))
    two_nets = desired(group(), networks=networks)
    told = {
        "create": (None, desired(group(2, **floating))),
        "create apart": (None, desired(group(2, **spread), **apart)),
        "image": (None, desired(group(1, image="own"), images=(own,))),
        "scale": (desired(group(1)), three),
        "resize": (three, desired(group(flavor="large"))),
        "rebuild": (three, desired(group(image="fedora", on_change=rebuild))),
        "replace": (desired(group(2, **floating)), desired(group(2, image="fedora", on_change=replace, **floating))),
        "delete": (desired(group(3, **floating)), desired(group(1, **floating))),
        "empty": (three, desired(())),
        "attach": (two_nets, desired(group(networks=(private, second)), networks=networks)),
        "detach": (desired(group(networks=(private, second)), networks=networks), two_nets),
        "address": (fixed(50), fixed(60)),
        "stop": (three, desired(group(state="stopped"))),
        "shelve": (desired(group(state="stopped")), desired(group(state="shelved"))),
        "groups": (three, desired(group(), security_groups=(model.SecurityGroup("web", rules),))),
        "fields": (three, desired(group(metadata=(("role", "web"),), tags=("blue",)))),
    }
    return [Story(name, before, after, ("debian", "fedora")) for name, (before, after) in {**told, **volumes()}.items()]


def fixed(last: int) -> Any:
    """Return a server with a fixed address that may change in place, and a floating one that leads to it."""
    port = model.Port("private", fixed_ip=f"10.0.0.{last}", floating="public")
    return desired((stack.server(1, networks=(port,), on_change=model.OnChange(fixed_ip="update")),))


def volumes() -> dict[str, tuple[Any, Any]]:
    """Return the stories of volumes: before and after by name."""
    two = tuple(model.Volume(f"data-{number}", 10, server=f"web-{number}") for number in (1, 2))
    replace = model.OnChange(image="replace")

    def having(**more: Any) -> Any:
        servers = tuple(one._replace(volumes=(f"data-{one.number}",)) for one in group(2, **more))
        return desired(servers, volumes=two)

    def spare(size: int) -> Any:
        return desired(group(1), volumes=(model.Volume("spare", size),))

    bare = desired(group(2))
    swapped = tuple(one._replace(volumes=(f"data-{3 - one.number}",)) for one in group(2))
    return {
        "volumes": (None, having()),
        "attach volumes": (bare, having()),
        "detach volumes": (having(), desired(group(2), volumes=two)),
        "let volumes go": (having(), bare),
        "replace with volumes": (having(), having(image="fedora", on_change=replace)),
        "move volumes": (having(), desired(swapped, volumes=two)),
        "grow a volume": (spare(10), spare(20)),
    }
