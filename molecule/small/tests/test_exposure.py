"""Ports, from every host of a site with several: the same tests as on one host."""

from __future__ import annotations

import pytest
from e2e.test_15_exposure import (
    test_every_host_and_an_outsider_reach_what_is_declared_and_no_more,
    test_the_parts_of_the_broker_listen_on_loopback_and_its_command_works,
)

__all__ = [
    "test_every_host_and_an_outsider_reach_what_is_declared_and_no_more",
    "test_the_parts_of_the_broker_listen_on_loopback_and_its_command_works",
]
pytestmark = pytest.mark.e2e
