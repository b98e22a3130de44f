"""Addresses of a private network, reached from the namespace in which its DHCP server is."""

from __future__ import annotations

import ipaddress
import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from ..._core.errors import DeclareError, ObserveError
from . import command

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = "/run/netns"
CROWD = 16


def _name_of(network: str) -> str:
    """Return the name of the namespace that neutron's DHCP agent makes for a network."""
    return f"qdhcp-{network}"


def ping(network: str, addresses: Sequence[str], within: float) -> dict[str, float | None] | None:
    """Return ``{address: seconds until it answered}``, None for one that did not ``within`` seconds.

    None altogether where the network's DHCP server is not on this host. Raises ``ObserveError``, and ``DeclareError``
    for what is not an id or not an address.
    """
    try:
        uuid.UUID(network)
        for address in addresses:
            ipaddress.ip_address(address)
    except ValueError as error:
        raise DeclareError(f"{error}: give the network's id and addresses on it") from error
    namespace = _name_of(network)
    if not os.path.exists(os.path.join(FOLDER, namespace)):
        return None
    with ThreadPoolExecutor(CROWD) as crowd:
        return dict(zip(addresses, crowd.map(lambda address: _wait(namespace, address, within), addresses)))


def _wait(namespace: str, address: str, within: float) -> float | None:
    began = time.monotonic()
    while True:
        answer = command.run(["ip", "netns", "exec", namespace, "ping", "-n", "-c1", "-W1", address], timeout=5)
        if answer is None:
            raise ObserveError("ip or ping cannot be run on this host: apt-get install iproute2 iputils-ping")
        if answer.status == 0:
            return round(time.monotonic() - began, 1)
        if time.monotonic() > began + within:
            return None
        time.sleep(0.2)
