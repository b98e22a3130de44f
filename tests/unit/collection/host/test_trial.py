"""A trial touches nothing but its own project, ends in time, and says what Nova says."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._api.session import Clock, Refused, Session
from ansible_collections.novaform.compute.plugins.module_utils._core.errors import ApplyError
from ansible_collections.novaform.compute.plugins.module_utils._host import trial
from ansible_collections.novaform.compute.plugins.module_utils._host import verify as acts
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT = "p-1"
UP = {"host": "compute1", "binary": "nova-compute", "status": "enabled", "state": "up"}


class Cloud:
    """Answers by method and path, keeps what was sent, and lets time pass by being waited for."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.sent: list[tuple[str, str]] = []
        self.seconds = 0.0
        self.clock = Clock(monotonic=lambda: self.seconds, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def token(self) -> Any:
        return SimpleNamespace(project=PROJECT, user="u-1")

    def crowd(self, _: int, work: Callable[[Any], Any], things: Any) -> list[Any]:
        return [work(one) for one in things]

    def get(self, _: str, path: str) -> Any:
        return next(value for key, value in self.answers.items() if key in path.partition("?")[0])

    def pages(self, _: str, path: str, name: str) -> Iterator[dict[str, Any]]:
        assert "project_id" not in path or PROJECT in path
        value = self.answers.get(name, [])
        yield from value() if callable(value) else value

    def one(self, _: str, path: str, name: str) -> Any:
        assert path
        value = self.answers[name]
        return value(self.seconds) if callable(value) else value

    def send(self, _: str, method: str, path: str, body: Any = None) -> Any:
        self.sent.append((method, path))
        for key, value in self.answers.items():
            if body and key in body and isinstance(value, Refused):
                raise value
        if body and "os-getConsoleOutput" in body:
            return {"output": self.answers["console"]}
        name = next(iter(body), "") if isinstance(body, dict) else ""
        return {name: {"id": f"{name}-1"}}

    delete = Session.delete  # type: ignore[assignment] # it needs no more than ``send``

    def deleted(self) -> list[str]:
        return [path for method, path in self.sent if method == "DELETE"]


def active(host: str = "compute1", **more: Any) -> dict[str, Any]:
    where = {"OS-EXT-STS:task_state": None, "OS-EXT-SRV-ATTR:host": host}
    return {"id": "s", "status": "ACTIVE", "addresses": {"n": [{"addr": "198.18.0.9"}]}, **where, **more}


def cloud(**more: Any) -> Cloud:
    nodes = [{"id": "n-1", "service": {"host": "compute1"}}]
    return Cloud(**{"os-services": {"services": [UP]}, "hypervisors": nodes, "console": "tiny: ready\n", **more})


def booted(found: Cloud) -> dict[str, Any]:
    rows, _ = trial.Trial(found).boot(["compute1"], "i")  # type: ignore[arg-type]
    return rows["compute1"]


def test_a_foreign_project_of_our_name_is_refused_before_anything_is_sent() -> None:
    found = Cloud(projects={"projects": [{"id": "x", "description": "mine"}]})
    with pytest.raises(ApplyError, match="is not ours: rename it"):
        trial.find_project(found)  # type: ignore[arg-type]
    assert found.sent == []


def test_our_project_is_taken_again() -> None:
    ours = {"projects": [{"id": PROJECT, "description": verify.MARK}]}
    found = Cloud(projects=ours, roles={"roles": [{"id": "r"}]})
    assert trial.find_project(found) == PROJECT  # type: ignore[arg-type]
    assert ("POST", "/projects") not in found.sent


def test_what_is_deleted_is_ours_and_the_rest_stays() -> None:
    servers = iter([[{"id": "s-1", "name": "novaform-verify-a"}], []])
    found = Cloud(
        servers=lambda: next(servers),
        ports=[
            {"id": "p-1", "name": "", "device_owner": "compute:nova"},
            {"id": "p-2", "device_owner": "network:dhcp"},
        ],
        networks=[{"id": "n-1", "name": verify.NAME}, {"id": "n-2", "name": "other"}],
        security_groups=[{"id": "g-1", "name": verify.NAME}, {"id": "g-2", "name": "default"}],
        flavors=[
            {"id": "f-1", "name": verify.NAME, "description": verify.MARK},
            {"id": "f-2", "name": verify.NAME, "description": "somebody's"},
            {"id": "f-3", "name": "small", "description": None},
        ],
    )
    trial.Trial(found).clear()  # type: ignore[arg-type]
    assert found.deleted() == ["/servers/s-1", "/ports/p-1", "/networks/n-1", "/security-groups/g-1", "/flavors/f-1"]


def test_a_server_that_does_not_go_is_an_error_in_time() -> None:
    found = Cloud(servers=[{"id": "s-1", "name": "novaform-verify-a"}])
    with pytest.raises(ApplyError, match=r"novaform-verify-a \(s-1\) cannot be deleted within 90 s"):
        trial.Trial(found).clear()  # type: ignore[arg-type]
    assert found.seconds < trial.GONE + 5


def test_a_good_host_has_its_times_and_its_nodes_identity() -> None:
    row = booted(cloud(server=lambda seconds: active(status="ACTIVE" if seconds > 2 else "BUILD")))
    assert (row["boot"], row["console"], row["node"], row["address"]) == (3.0, 0.0, "n-1", "198.18.0.9")
    assert "said" not in row


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"server": active(status="ERROR", fault={"message": "disk full"}), "os-instance-actions": {}}, "disk full"),
        ({"server": active(status="BUILD")}, "a server did not start on it within 240 s"),
        ({"server": None}, "deleted meanwhile"),
        ({"server": active(), "console": "GRUB\n"}, "does not say 'tiny: ready' within 150 s; it ends with 'GRUB'"),
        ({"server": active(), "console": "tiny: metadata none after 60s\ntiny: ready\n"}, "got no metadata"),
        ({"os-services": {"services": [{**UP, "status": "disabled"}]}}, "it is disabled in Nova"),
    ],
)
def test_each_failure_of_a_boot_is_a_sentence(more: dict[str, Any], said: str) -> None:
    found = cloud(**more)
    assert said in booted(found)["said"]
    assert found.seconds < 300


def test_nobody_listens_and_the_trial_ends_at_once() -> None:
    found = cloud(server=active(status="BUILD"))
    rows, _ = trial.Trial(found, lambda: False).boot(["compute1"], "i")  # type: ignore[arg-type]
    assert "gone" in rows["compute1"]["said"]
    assert found.seconds == 0


@pytest.mark.parametrize(
    ("more", "row"),
    [
        ({"server": lambda seconds: active("b" if seconds > 3 else "a")}, {"to": "b", "migrate": 4.0}),
        ({"os-migrateLive": Refused("No valid host was found."), "server": active("a")}, {}),
    ],
)
def test_a_server_moves_or_has_nowhere_to_go(more: dict[str, Any], row: dict[str, Any]) -> None:
    found = Cloud(**{"os-migrations": {"migrations": []}, **more})
    phase = {"a": {"server": "s-a"}, "b": {"said": "", "server": "s-b"}}
    assert trial.Trial(found).migrate(phase)["a"] == row  # type: ignore[arg-type]


def test_a_move_that_fails_says_why() -> None:
    events = {"instanceAction": {"events": [{"result": "Error", "traceback": "x\nlibvirtError: no route"}]}}
    actions = {"os-instance-actions/r": events, "os-instance-actions": {"instanceActions": [{"request_id": "r"}]}}
    found = Cloud(**actions, **{"os-migrations": {"migrations": [{"status": "error"}]}, "server": active("a")})
    phase = {"a": {"server": "s-a"}, "b": {"server": "s-b"}}
    assert trial.Trial(found).migrate(phase)["a"]["said"] == "its server does not move live: libvirtError: no route"  # type: ignore[arg-type]


def test_a_caller_that_is_gone_is_noticed() -> None:
    reading, writing = os.pipe()
    assert acts.is_heard(writing)
    os.close(reading)
    assert not acts.is_heard(writing)
    os.close(writing)
