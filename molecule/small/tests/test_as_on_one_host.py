"""Ports, and hosts that lost what guests stand on, where there are several: the same tests as on one host."""

from __future__ import annotations

import pytest
from e2e.test_15_deployed import (
    test_every_host_and_an_outsider_reach_what_is_declared_and_no_more,
    test_the_parts_of_the_broker_listen_on_loopback_and_its_command_works,
)
from e2e.test_56_broken_hosts import (
    test_a_host_whose_clock_is_wrong_is_refused_by_its_name,
    test_a_site_that_declares_kvm_where_it_does_not_work_is_refused,
    test_a_switch_without_its_bridge_heals_and_guests_that_were_in_it_are_named,
    test_an_account_that_may_not_open_the_device_of_kvm_starts_no_guest,
)

__all__ = [
    "test_every_host_and_an_outsider_reach_what_is_declared_and_no_more",
    "test_the_parts_of_the_broker_listen_on_loopback_and_its_command_works",
    "test_a_host_whose_clock_is_wrong_is_refused_by_its_name",
    "test_a_site_that_declares_kvm_where_it_does_not_work_is_refused",
    "test_a_switch_without_its_bridge_heals_and_guests_that_were_in_it_are_named",
    "test_an_account_that_may_not_open_the_device_of_kvm_starts_no_guest",
]
pytestmark = pytest.mark.e2e
