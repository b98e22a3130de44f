"""Only ids and addresses reach a command line, and a network that is elsewhere is not a silent one."""

from __future__ import annotations

import os

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core.errors import DeclareError
from ansible_collections.novaform.compute.plugins.module_utils._host.door import caller, namespace

NETWORK = "2a3b1c6e-2f57-4c5d-9d0e-0d5a2f3a8f61"


@pytest.mark.parametrize(
    ("network", "address"), [("../../etc", "198.18.0.9"), (NETWORK, "-f"), (NETWORK, "host"), ("", "198.18.0.9")]
)
def test_what_is_no_id_or_address_is_refused(network: str, address: str) -> None:
    with pytest.raises(DeclareError, match="give the network's id and addresses on it"):
        namespace.ping(network, [address], 0)


def test_a_network_on_another_host_is_said_as_such() -> None:
    assert namespace.ping(NETWORK, ["198.18.0.9"], 0) is None


def test_a_caller_that_is_gone_is_noticed() -> None:
    reading, writing = os.pipe()
    assert caller.listens(writing)
    os.close(reading)
    assert not caller.listens(writing)
    os.close(writing)
