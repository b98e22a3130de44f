"""What another project shares is shown to everybody, whatever is written on it: only its owner tells it apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from novaform import core
from novaform.cloud import observe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ground import Ground

mark = core.mark
STRANGER = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
UID = mark.uid_of("shop", "network", "private")


@pytest.fixture
def shared(ground: Ground) -> Iterator[dict[str, str]]:
    """Return the ids of a stranger's network and image that bear our marks; both go when the test ends."""
    network: dict[str, Any] = {"name": "contract-evil", "shared": True, "project_id": STRANGER}
    network["description"] = mark.description_of("shop", "network", "private")
    image = {
        "name": "contract-evil",
        "visibility": "public",
        "owner": STRANGER,
        "tags": mark.tags_of("shop", mark.uid_of("shop", "image", "own")),
        "novaform_stack": "shop",
        "novaform_key": "own",
        "novaform_content": "sha256:0",
    }
    send = ground.session.send
    made = {
        "network": str(send("network", "POST", "/networks", {"network": network})["network"]["id"]),
        "image": str(send("image", "POST", "/images", image)["id"]),
    }
    yield made
    for kind, ident in made.items():
        send(kind, "DELETE", f"/{kind}s/{ident}")


def test_a_strangers_mark_is_a_claim(ground: Ground, shared: dict[str, str]) -> None:
    seen = observe.observe(ground.session, ["network", "image"])
    found = {item.kind: item for item in seen.items if item.id in shared.values()}
    assert {kind: item.id for kind, item in found.items()} == shared
    for item in found.values():
        assert (item.owner, item.mark) == (STRANGER, None)
        assert item.claim is not None
        assert item.claim.stack == "shop"


def test_what_the_project_makes_is_its_own(ground: Ground) -> None:
    ident = ground.built()
    group = ground.post("/os-server-groups", {"server_group": {"name": "contract-own", "policy": "affinity"}})
    ground.left.append(("compute", f"/os-server-groups/{group['server_group']['id']}"))
    project = ground.session.token().project
    seen = observe.observe(ground.session, ["server", "server_group", "network"])
    owners = {(item.kind, item.owner) for item in seen.items if item.id in {ident, group["server_group"]["id"]}}
    assert owners == {("server", project), ("server_group", project)}
