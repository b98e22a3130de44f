"""What a declaration takes for granted: put into a simulated cloud, so that the declaration can be tried on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from novaform import core, declare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .cloud.cloud import Cloud

FLAVOR = {"vcpus": 1, "ram": 512, "disk": 4}
CONTENT = Path(__file__)
"""What is uploaded in place of every image: nothing looks into it."""


def load_desired(
    path: Path, environment: str | None = None, variables: Mapping[str, str] | None = None
) -> core.desired.Desired:
    """Load a declaration; its images need no files here. Raises ``DeclareError``."""
    found = core.flatten.from_declaration(declare.load(path, environment, variables))
    images = [one.name for one in found.wanted if one.kind == "image"]
    return core.flatten.with_contents(
        found, {name: {"content": f"sha256:{name}", "file": str(CONTENT)} for name in images}
    )


def furnish(cloud: Cloud, wanted: core.desired.Desired) -> None:
    """Put everything there that is used and not declared."""
    nova, neutron = cloud.nova, cloud.neutron
    for one in wanted.external:
        if one.kind == "image" and not any(image["name"] == one.name for image in cloud.glance.images.values()):
            cloud.glance.add(one.name)
        elif one.kind == "flavor" and not any(flavor["name"] == one.name for flavor in nova.flavors.values()):
            nova.answer("POST", "/flavors", {}, {"flavor": {"name": one.name, **FLAVOR}})
        elif one.kind == "key" and one.name not in nova.keys:
            nova.keys[one.name] = {"name": one.name, "public_key": "ssh-ed25519 AAAA simulated"}
        elif one.kind in PLURALS:
            plural = PLURALS[one.kind]
            if not any(thing["name"] == one.name for thing in neutron.store[plural].values()):
                neutron.make(plural, {"name": one.name})


PLURALS = {"network": "networks", "router": "routers", "security_group": "security-groups"}
