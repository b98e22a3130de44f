"""Declarations for tests, made by a program."""

from __future__ import annotations

from typing import Any

from novaform import core

model = core.model
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKDSiokqVLvCdvszyMvJIhNh0qxmRlJuqxCZveGjv0Kt"


def server(number: int = 1, group: str = "web", **more: Any) -> model.Server:
    """Return one server of a group."""
    key = f"{group}-{number}"
    given = {"networks": (model.Port("private"),), "security_groups": ("web",), "key_name": "ops", **more}
    return model.Server(key, group, number, key, "debian", "small", **given)


def declaration(count: int = 3, **more: Any) -> model.Declaration:
    """Return a stack with everything that this version makes."""
    given: dict[str, Any] = {
        "flavors": (model.Flavor("small", 1, 512, 4), model.Flavor("large", 2, 1024, 8)),
        "keys": (model.Key("ops", f"{PUBLIC_KEY} me@here"),),
        "networks": (model.Network("private", "10.0.0.0/24", router="edge"),),
        "routers": (model.Router("edge", "public"),),
        "security_groups": (model.SecurityGroup("web", (model.Rule(protocol="tcp", port_min=80, port_max=80),)),),
        "servers": tuple(server(number + 1) for number in range(count)),
        "external": (
            model.DeclaredExternal("image", "debian", model.NOWHERE.of("")),
            model.DeclaredExternal("network", "public", model.NOWHERE.of("")),
        ),
        **more,
    }
    return model.Declaration("shop", **given)


def desired(count: int = 3, **more: Any) -> core.desired.Desired:
    """Return the same, flat."""
    return core.flatten.from_declaration(declaration(count, **more))


def desired_of(servers: tuple[core.model.Server, ...]) -> core.desired.Desired:
    """Return the same stack with these servers."""
    return desired(0, servers=servers)
