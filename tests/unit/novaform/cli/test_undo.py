"""undo as a person calls it, over a resize, with hosts that answer for their guests: their word comes first.

What it does when their word is another one, tests/behaviour has.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from fakes import interpreter
from novaform.cli import main

if TYPE_CHECKING:
    from novaform.simulate.cloud.cloud import Cloud

DECLARED = """\
stack: shop
flavors: {small: {vcpus: 1, ram: 128MiB, disk: 1GiB}, wide: {vcpus: 2, ram: 256MiB, disk: 1GiB}}
networks: {private: {cidr: 192.168.50.0/24}}
instances: {web: {image: debian, flavor: small, networks: [private], on_change: {flavor: resize}}}
"""
HOSTS = ("compute1", "compute2")


class Site:
    """Hosts in whose place folders answer; ``asked`` has how often each was, at each action on a server."""

    def __init__(self, cloud: Cloud, root: Path) -> None:
        self.cloud, self.root = cloud, root
        self.asked: list[tuple[str, int]] = []
        hosts = {name: self.host(name) for name in HOSTS}
        children = {"compute": {"hosts": dict.fromkeys(HOSTS)}}
        (root / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts, "children": children}}))
        self.send, cloud.send = cloud.send, self.notice  # type: ignore[method-assign]
        self.write()

    def host(self, name: str) -> dict[str, str]:
        """Make a host, and return its variables."""
        (self.root / name).mkdir()
        python = self.root / f"python-{name}"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} {interpreter.__file__} {self.root / name} "$@"\n')
        python.chmod(0o755)
        return {"ansible_connection": "local", "ansible_python_interpreter": str(python)}

    def write(self) -> None:
        """Let the hosts tell what they run now."""
        for name, guests in self.cloud.hosts.guests().items():
            answer = {"kvm_domains_info": {"changed": False, "domains": guests}}
            (self.root / name / "new.json").write_text(json.dumps(answer))
            (self.root / name / "new.json").rename(self.root / name / "answer.json")

    def notice(self, method: str, url: str, headers: dict[str, str], body: Any = None) -> Any:
        """Pass a request on, and note an action."""
        answer = self.send(method, url, headers, body)
        if url.endswith("/action"):
            ident = url.split("/")[-2]
            self.asked.append((self.cloud.nova.servers[ident]["actions"][0]["action"], self.count()))
        self.write()
        return answer

    def count(self) -> int:
        """Return how often the hosts were asked."""
        return len(list(self.root.glob("compute*/sent-*-kvm_domains_info")))


@pytest.fixture
def site(cloud: Cloud, tmp_path: Path) -> Site:
    cloud.glance.add("debian")
    (tmp_path / "site").mkdir()
    return Site(cloud, tmp_path / "site")


def test_undo_confirms_a_resize_when_all_hosts_were_asked_anew(site: Site) -> None:
    there = ["-i", str(site.root / "hosts.yml")]
    for text in (DECLARED, DECLARED.replace("flavor: small", "flavor: wide")):
        Path("instances.yml").write_text(text)
        assert main.main(["apply", *there]) == 0
    site.asked.clear()
    assert main.main(["undo", *there, "--yes"]) == 0
    (resize, before), (end, after) = site.asked
    assert (resize, end) == ("resize", "confirmResize")
    assert after >= before + len(HOSTS)
    (server,) = site.cloud.nova.servers.values()
    assert (server["vm_state"], server["flavor"]["name"]) == ("active", "small")
