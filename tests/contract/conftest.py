"""The same tests on each cloud: the simulator, a real Nova in a process, and a cloud whose clouds.yaml is named.

``NOVAFORM_CONTRACT_CLOUD`` names the clouds.yaml of a further cloud, as an administrator's, for example a lab's.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "nova"))
sys.path.insert(0, str(Path(__file__).parent))

import door
from fakes import served
from ground import Ground
from novaform.clients.cloud import credential, session
from novaform.simulate.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from novaform.clients.cloud.session import Session

PLACES = ["simulated", "nova"]
if os.environ.get("NOVAFORM_CONTRACT_CLOUD"):
    PLACES.append("named")


def furnish(found: Session) -> None:
    """Give a new cloud two images, a network to be on and one to lead outside."""
    for name in ("debian", "alpine"):
        found.send("image", "POST", "/images", {"name": name, "status": "active"})
    network = found.send("network", "POST", "/networks", {"network": {"name": "ground"}})["network"]["id"]
    subnet = {"name": "ground", "network_id": network, "cidr": "10.9.0.0/16", "ip_version": 4}
    found.send("network", "POST", "/subnets", {"subnet": subnet})
    found.send("network", "POST", "/networks", {"network": {"name": "public", "router:external": True}})


@pytest.fixture(scope="session")
def nova_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a real Nova, started once."""
    with door.serve(tmp_path_factory.mktemp("nova")) as url:
        yield url


@pytest.fixture(scope="session", params=PLACES)
def laid(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Return one cloud after the other, each with its ground."""
    if request.param == "simulated":
        found = Cloud().session()
        furnish(found)
    elif request.param == "nova":
        file = served.clouds(tmp_path_factory.mktemp("clouds"), request.getfixturevalue("nova_url"))
        found = session.Session(credential.load(None, str(file)))
        furnish(found)
    else:
        found = session.Session(credential.load(None, os.environ["NOVAFORM_CONTRACT_CLOUD"]))
    ground = Ground(request.param, found)
    ground.lay()
    yield ground
    ground.level()


@pytest.fixture
def ground(laid: Ground) -> Iterator[Ground]:
    """Return the ground, and leave it clear."""
    yield laid
    laid.clear()
