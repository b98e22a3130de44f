"""The same tests on each cloud: the simulator, a real Nova in a process, and a cloud whose clouds.yaml is named.

``NOVAFORM_CONTRACT_CLOUD`` names the clouds.yaml of a further cloud, as an administrator's, for example a lab's. What
the tests stand on there, Novaform makes and takes away.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "nova"))
sys.path.insert(0, str(Path(__file__).parent))

import door
from fakes import served
from ground import Ground
from novaform.cloud import credential, session
from novaform.simulate.cloud.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator


PLACES = ["simulated", "nova"]
NAMED = os.environ.get("NOVAFORM_CONTRACT_CLOUD", "")
if NAMED:
    PLACES.append("named")
GROUND = """\
stack: contract
images: {contract-one: {builtin: tiny}, contract-two: {builtin: tiny}}
networks: {contract: {cidr: 10.9.0.0/16}}
"""


def furnish(found: session.Session) -> None:
    """Give a new cloud two images, a network to be on and one to lead outside."""
    for name in ("debian", "alpine"):
        found.send("image", "POST", "/images", {"name": name, "status": "active"})
    network = found.send("network", "POST", "/networks", {"network": {"name": "ground"}})["network"]["id"]
    subnet = {"name": "ground", "network_id": network, "cidr": "10.9.0.0/16", "ip_version": 4}
    found.send("network", "POST", "/subnets", {"subnet": subnet})
    found.send("network", "POST", "/networks", {"network": {"name": "public", "router:external": True}})


@contextlib.contextmanager
def furnished(folder: Path) -> Iterator[None]:
    """Give the named cloud two images that boot and a network, for a while."""
    (folder / "instances.yml").write_text(GROUND)
    (folder / "none.yml").write_text("stack: contract\n")
    environment = {**os.environ, "OS_CLIENT_CONFIG_FILE": NAMED}
    subprocess.run(["novaform", "apply", str(folder / "instances.yml")], check=True, env=environment)
    try:
        yield
    finally:
        subprocess.run(["novaform", "apply", str(folder / "none.yml"), "--allow-empty"], check=True, env=environment)


@pytest.fixture(scope="session")
def nova_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a real Nova, started once."""
    with door.serve(tmp_path_factory.mktemp("nova")) as url:
        yield url


@pytest.fixture(scope="session", params=PLACES)
def laid(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Return one cloud after the other, each with its ground."""
    with contextlib.ExitStack() as over:
        ground = Ground(request.param, opened(request, tmp_path_factory, over))
        ground.lay()
        yield ground
        ground.level()


def opened(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory, over: contextlib.ExitStack
) -> session.Session:
    """Return a session with the furnished cloud that is asked for; ``over`` takes away what must go at the end."""
    if request.param == "simulated":
        found = Cloud().session()
        furnish(found)
    elif request.param == "nova":
        file = served.clouds(folders.mktemp("clouds"), request.getfixturevalue("nova_url"))
        found = session.Session(credential.load(None, str(file)))
        furnish(found)
    else:
        over.enter_context(furnished(folders.mktemp("named")))
        found = session.Session(credential.load(None, NAMED))
    return found


@pytest.fixture
def ground(laid: Ground) -> Iterator[Ground]:
    """Return the ground, and leave it clear."""
    yield laid
    laid.clear()
