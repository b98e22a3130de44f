"""A cloud whose every name, reason and error would command the terminal: no command lets any of it through."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakes import served
from novaform import core
from novaform.cli import main

if TYPE_CHECKING:
    from novaform.simulate.cloud.cloud import Cloud

BAD = "\x1b]0;owned\x07\x1b[2J\x9b31m\x7f\u202egnp\u2066\u2028\r"
DECLARED = """\
stack: shop
flavors: {small: {vcpus: 1, ram: 128MiB, disk: 1GiB}}
networks: {private: {cidr: 192.168.50.0/24}}
defaults: {image: debian, flavor: small, networks: [private]}
instances: {web: {count: 2}, db: {}, other: {adopt: {id: ID}}}
"""
COMMANDS = ("plan --wide", "status --consoles", "drift", "explain web", "explain db", "adopt --check", "undo --list")


@pytest.fixture
def cloud(cloud: Cloud) -> Cloud:
    """The cloud, after it has been asked for servers of which one failed and one was taken in hand by others."""
    cloud.glance.add("debian")
    Path("instances.yml").write_text(DECLARED.replace(", other: {adopt: {id: ID}}", ""))
    cloud.nova.fails["web-2"] = f"No valid host was found. {BAD}"
    return cloud


def poison(cloud: Cloud) -> None:
    """Put the text wherever a cloud has texts."""
    for number, one in enumerate(cloud.nova.servers.values()):
        one.update(locked=True, locked_reason=BAD, fault={"code": 500, "message": BAD} if number else None)
        one["metadata"]["role"] = BAD
    server = next(iter(cloud.nova.servers.values()))
    cloud.nova.servers["stranger"] = {**server, "id": "stranger", "name": BAD, "tags": [], "metadata": {BAD: BAD}}
    cloud.neutron.make("networks", {"name": BAD, "router:external": True})
    cloud.glance.add(f"{BAD}image")
    for one in cloud.neutron.store["networks"].values():
        one["description"] = BAD
    Path("instances.yml").write_text(DECLARED.replace("ID", "stranger"))


def check(captured: pytest.CaptureFixture[str]) -> str:
    """Return what was printed, in which nothing commands a terminal."""
    out, err = captured.readouterr()
    shown = out + err
    assert core.text.clean(shown) == shown
    assert "Traceback" not in shown
    return shown


def test_nothing_of_it_reaches_the_terminal(cloud: Cloud, capfd: pytest.CaptureFixture[str]) -> None:
    assert main.main(["apply"]) == 1
    assert "No valid host was found" in check(capfd)
    poison(cloud)
    for command in COMMANDS:
        for more in ([], ["--json"]):
            assert main.main([*command.split(), *more]) in {0, 1, 2}
            assert check(capfd)
    assert main.main(["export", "--out", "exported.yml", "--all"]) in {0, 1}
    check(capfd)
    assert "\x1b" not in "".join(one.read_text() for one in Path().glob("exported*"))


@pytest.mark.parametrize("status", [400, 403, 500])
def test_nor_does_an_error_of_a_service(
    cloud: Cloud, status: int, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def reply(self: served.Handler, before: int, headers: dict[str, str], body: bytes) -> None:
        if "/auth/tokens" in self.path:
            kept(self, before, headers, body)
            return
        told = b'{"badRequest": {"message": "\\u001b]0;owned\\u0007 \\u009b2J \\u202e no"}}'
        kept(self, status, headers, told)

    kept = served.Handler.reply
    monkeypatch.setattr(served.Handler, "reply", reply)
    del cloud
    assert main.main(["plan"]) in {1, 2}
    assert f"HTTP {status}: �]0;owned" in check(capfd)
