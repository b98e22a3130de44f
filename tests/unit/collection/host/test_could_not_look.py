"""That something cannot be looked at is an error with an end to its patience, and never taken for its absence."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._core.plan import Plan, Step
from ansible_collections.novaform.compute.plugins.module_utils._host import converge
from ansible_collections.novaform.compute.plugins.module_utils._host.door import signin, sql
from ansible_collections.novaform.compute.plugins.module_utils._host.stage import broker, catalog, database, network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMING = Plan((Step("create", "database", "neutron"), Step("create", "database", "keystone")))
NETWORK = {"name": "external", "type": "flat", "physical_network": "external", "subnet": {"cidr": "192.0.2.0/24"}}
ACCOUNT = {"username": "admin", "password": "x", "project_name": "admin"}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test is a run of its own, on a host with little time."""
    monkeypatch.setattr(signin, "SECONDS", 0.5)
    monkeypatch.setattr(sql, "GLANCE", 1)
    yield
    signin.forget()
    sql._SILENT.clear()


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def failing() -> Iterator[str]:
    """An address that answers everything with 503."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)

        def answer() -> None:
            while True:
                try:
                    asked, _ = listening.accept()
                except OSError:
                    return
                with asked:
                    asked.recv(65536)
                    asked.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def networks(place: str) -> network.Networks:
    auth = {**ACCOUNT, "auth_url": f"http://{place}/v3"}
    return network.Networks({"auth": auth, "region": "RegionOne", "networks": [NETWORK]}, {})


def keystone(place: str) -> catalog.Catalog:
    admin = {"user": "admin", "password": "x", "project": "admin"}
    service = {"name": "nova", "type": "compute", "description": "", "endpoints": {"public": "http://x"}}
    wanted = {"auth_url": f"http://{place}/v3", "region": "RegionOne", "admin": admin, "services": [service]}
    return catalog.Catalog(wanted, {})


def test_networks_that_cannot_be_seen_are_not_foretold(silent: str, failing: str) -> None:
    for place in (silent, failing):
        with pytest.raises(errors.ObserveError, match=place):
            networks(place).plan(Plan())


def test_a_neutron_that_is_only_to_be_made_has_no_networks_and_is_not_asked(silent: str) -> None:
    assert [step.key for step in networks(silent).plan(COMING)] == [
        ("create", "network", "external"),
        ("create", "subnet", "external"),
    ]
    assert not signin._SILENT


def test_an_address_that_is_silent_is_waited_for_once_in_a_run(silent: str) -> None:
    started = time.monotonic()
    for _ in range(20):
        with pytest.raises(errors.ObserveError):
            networks(silent).plan(Plan())
    assert time.monotonic() - started < 8


@pytest.mark.parametrize(
    "step", [Step("restart", "unit", "keystone.service"), Step("create", "keys", "fernet")], ids=str
)
def test_a_keystone_that_is_to_be_restarted_is_not_asked(silent: str, step: Step) -> None:
    with pytest.raises(errors.ObserveError, match="before neutron and keystone are started again"):
        networks(silent).plan(Plan((step,)))
    keystone(silent).plan(Plan((step,)))
    assert not signin._SILENT


@pytest.fixture
def once_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host whose database server and broker are down, and have been used."""
    (tmp_path / "keystone").mkdir()
    monkeypatch.setattr(sql, "DATA", str(tmp_path))
    monkeypatch.setattr(broker, "DATA", str(tmp_path))


def observed(stage: Any) -> bool:
    try:
        stage.plan(Plan())
    except errors.ObserveError:
        return False
    return True


def test_what_a_server_that_is_down_has_is_not_taken_for_absent(silent: str, once_set_up: None) -> None:
    del once_set_up
    user = {"name": "keystone", "password": "x", "hosts": ["localhost"], "schemas": ["keystone"]}
    admin = {"name": "novaform", "password": "x"}
    assert not observed(keystone(silent))
    assert not observed(database.Databases({"schemas": ["keystone"], "users": [user]}, {}))
    assert not observed(broker.Broker({"api": f"http://{silent}", "admin": admin, "vhosts": [], "users": []}, {}))
    with pytest.raises(errors.ObserveError):
        sql.reading("mysql+pymysql://keystone:x@127.0.0.1:1/keystone", waiting=False)


def test_what_never_was_there_is_absent(silent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "DATA", str(tmp_path))
    user = {"name": "keystone", "password": "x", "hosts": ["localhost"], "schemas": ["keystone"]}
    assert next(step.key for step in keystone(silent).plan(Plan())) == ("create", "catalog_service", "nova")
    assert database.Databases({"schemas": ["keystone"], "users": [user]}, {}).plan(Plan())
    assert sql.reading("mysql+pymysql://keystone:x@127.0.0.1:1/keystone", waiting=False) is None


class Blind:
    """A stage that cannot look."""

    def plan(self, planned: Plan | None) -> Plan:
        raise errors.ObserveError("it is dark")

    def apply(self, plan: Plan) -> None:
        """Never called."""


def test_a_plan_goes_on_past_what_only_its_own_steps_will_show() -> None:
    step = Plan((Step("start", "unit", "x.service"),))
    assert converge.plan_stages([Blind()], step) == (
        Plan(),
        ["it cannot be planned before the steps ahead of it are done: it is dark"],
    )
    with pytest.raises(errors.ObserveError, match="it is dark"):
        converge.plan_stages([Blind()], Plan())
