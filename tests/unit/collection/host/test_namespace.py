"""Only ids and addresses reach a command line, and a network that is elsewhere is not a silent one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core.errors import DeclareError, ObserveError
from ansible_collections.novaform.compute.plugins.module_utils._host.door import command, namespace

if TYPE_CHECKING:
    from pathlib import Path

IP = """#!/bin/sh
for last; do :; done
[ "$last" = 198.18.0.9 ]
"""
NETWORK = "2a3b1c6e-2f57-4c5d-9d0e-0d5a2f3a8f61"


@pytest.mark.parametrize(
    ("network", "address"), [("../../etc", "198.18.0.9"), (NETWORK, "-f"), (NETWORK, "host"), ("", "198.18.0.9")]
)
def test_what_is_no_id_or_address_is_refused(network: str, address: str) -> None:
    with pytest.raises(DeclareError, match="give the network's id and addresses on it"):
        namespace.ping(network, [address], 0)


def test_a_network_on_another_host_is_said_as_such() -> None:
    assert namespace.ping(NETWORK, ["198.18.0.9"], 0) is None


def test_each_address_answers_or_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(namespace, "FOLDER", str(tmp_path))
    monkeypatch.setattr(command, "PATH", str(tmp_path))
    (tmp_path / f"qdhcp-{NETWORK}").touch()
    with pytest.raises(ObserveError, match="apt-get install iproute2"):
        namespace.ping(NETWORK, ["198.18.0.9"], 0)
    (tmp_path / "ip").write_text(IP)
    (tmp_path / "ip").chmod(0o755)
    found = namespace.ping(NETWORK, ["198.18.0.9", "198.18.0.10"], 0)
    assert found == {"198.18.0.9": pytest.approx(0, abs=5), "198.18.0.10": None}
