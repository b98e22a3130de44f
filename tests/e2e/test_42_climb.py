"""From the account of a service there is no way to root: by links, by what rootwrap and privsep go by, or by sudo."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from e2e.site import Site

CLIMB = Path(__file__).with_name("climb.py")
ACCOUNTS = {
    "control": ("keystone", "glance", "placement", "nova", "neutron"),
    "network": ("neutron",),
    "compute": ("nova", "neutron"),
}
AGENTS = {"nova": {"compute"}, "neutron": {"network", "compute"}}
LEADS = {"/var/lib/nova/.ssh": "/root/.ssh", "/var/lib/nova/instances": "/root"}
STATE = "stat -c '%U:%G %a' /root /root/.ssh; ls -A /root/.ssh; sha256sum /root/.ssh/*"


def accounts(cloud: Site, name: str) -> list[str]:
    """Accounts on a host, marked where agents of theirs need sudo."""
    groups = {group for group in ACCOUNTS if name in cloud.hosts(group)}
    there = sorted({account for group in groups for account in ACCOUNTS[group]})
    return [f"{one}:sudo" if AGENTS.get(one, set()) & groups else one for one in there]


def test_no_account_climbs_to_root(cloud: Site) -> None:
    for name in cloud.record.topology.hosts:
        command = shlex.join(["python3", "-c", CLIMB.read_text(), *accounts(cloud, name)])
        assert cloud.ask(name, command) == "looked\n", name


def test_sudo_reads_what_we_wrote(cloud: Site) -> None:
    for name in cloud.record.topology.hosts:
        assert "parsed OK" in cloud.ask(name, "visudo -c")


@pytest.fixture(params=list(LEADS))
def led(cloud: Site, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A host on which Nova's account has put a link to root's in the place of one of its folders."""
    path, (name, *_) = request.param, cloud.hosts("compute")
    kept = f"{path}.kept"
    cloud.ask(name, f"runuser -u nova -- sh -c 'test ! -e {path} || mv {path} {kept}; ln -s {LEADS[path]} {path}'")
    yield name, path
    cloud.ask(name, f"rm {path}; test ! -e {kept} || mv {kept} {path}")


def test_root_does_not_follow_where_an_account_leads(cloud: Site, led: tuple[str, str]) -> None:
    name, path = led
    before = cloud.ask(name, STATE)
    for words in (("--check",), ()):
        ended = cloud.playbook(*words)
        assert ended.status != 0
        assert f"leads over a symbolic link, {path.rpartition('/')[2]}, in a folder that others" in ended.said
    assert cloud.ask(name, STATE) == before
