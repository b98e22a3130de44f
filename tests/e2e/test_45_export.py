"""Servers made with the openstack client: the plan of their export is empty, and adopt takes them over as they run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from e2e import site, wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.site import Ended, Site

NETWORK, SUBNET, GROUP = "by-hand", "10.66.0.0/24", "by-hand-apart"
ADDRESS = "10.66.0.66"
STATES = {"pet running": "active", "pet-stopped": "stopped", "pet-shelved": "shelved"}
AWAKE = ["pet running", "pet-stopped"]
CREATE = ("server", "create", "--wait", "--image", "tiny", "--flavor", "small")
MARK = "novaform.u."
STOP_SECONDS = 180


def client(cloud: Site, *words: str) -> str:
    return site.run_well("openstack", *words, env=cloud.env)


@pytest.fixture(scope="module")
def pets(cloud: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One server with everything, one that is stopped and one that is shelved; their ids by name."""
    script = tmp_path_factory.mktemp("script") / "pet.sh"
    script.write_text("#!/bin/sh\necho a pet\n")
    try:
        client(cloud, "network", "create", NETWORK)
        client(cloud, "subnet", "create", "--network", NETWORK, "--subnet-range", SUBNET, NETWORK)
        client(cloud, "security", "group", "create", NETWORK)
        group = cloud.openstack("server", "group", "create", "--policy", "anti-affinity", GROUP)["id"]
        private, own = (cloud.openstack("network", "show", name)["id"] for name in ("private", NETWORK))
        nics = ("--nic", f"net-id={private}", "--nic", f"net-id={own},v4-fixed-ip={ADDRESS}")
        more = (
            "--config-drive",
            "True",
            "--property",
            "role=pet",
            "--hint",
            f"group={group}",
            "--user-data",
            str(script),
        )
        client(cloud, *CREATE, *nics, *more, "--security-group", NETWORK, "pet running")
        client(cloud, *CREATE, "--network", NETWORK, "pet-stopped")
        client(cloud, *CREATE, "--network", NETWORK, "pet-shelved")
        client(cloud, "server", "stop", "pet-stopped")
        client(cloud, "server", "shelve", "--wait", "--offload", "pet-shelved")
        wait.until("pet-stopped is off", STOP_SECONDS, lambda: shown(cloud, "pet-stopped")["status"] == "SHUTOFF")
        yield {name: shown(cloud, name)["id"] for name in STATES}
    finally:
        for words in (("server", "delete", "--wait", *STATES), ("server", "group", "delete", GROUP)):
            site.run("openstack", *words, env=cloud.env)
        for kind in (("network",), ("security", "group")):
            site.run("openstack", *kind, "delete", NETWORK, env=cloud.env)


@pytest.fixture(scope="module")
def exported(cloud: Site, pets: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The declaration that was written of them."""
    folder = tmp_path_factory.mktemp("export")
    chosen = [word for name in pets for word in ("--server", name)]
    told = well(cloud.novaform("export", "--stack", "pets", "--out", str(folder), "--json", *chosen))
    assert told["left_out"] == {}
    return folder / "instances.yml"


def well(ended: Ended) -> Any:
    assert ended.status == 0, ended.said
    return json.loads(ended.out)


def shown(cloud: Site, name: str) -> dict[str, Any]:
    found: dict[str, Any] = cloud.openstack("--os-compute-api-version", "2.26", "server", "show", name)
    return found


def lives(cloud: Site, pets: dict[str, str]) -> dict[str, Any]:
    """Return for each server its id, everything that was ever done to it, and the process that it runs in."""
    found = {}
    for name in pets:
        server = shown(cloud, name)
        actions = sorted(one["Action"] for one in cloud.openstack("server", "event", "list", server["id"]))
        process = f"/run/libvirt/qemu/{server['OS-EXT-SRV-ATTR:instance_name']}.pid"
        asked = [cloud.ssh(host, f"cat {process}").out.strip() for host in cloud.hosts("compute")]
        found[name] = (server["id"], actions, asked)
    return found


def test_the_export_says_everything_that_was_given(exported: Path) -> None:
    told = yaml.safe_load(exported.read_text())["instances"]
    running = next(one for one in told.values() if one.get("name") == "pet running")
    assert [one["network"] for one in running["networks"]] == ["private", NETWORK]
    assert running["networks"][1]["fixed_ip"] == ADDRESS
    assert (running["config_drive"], running["metadata"], running["server_group"]) == (True, {"role": "pet"}, GROUP)
    assert (exported.parent / running["user_data"]["file"]).read_text() == "#!/bin/sh\necho a pet\n"
    assert sorted(one.get("state", "active") for one in told.values()) == sorted(STATES.values())


def test_its_plan_is_empty_and_adopt_disturbs_nobody(cloud: Site, pets: dict[str, str], exported: Path) -> None:
    before = lives(cloud, pets)
    assert before["pet running"][2] != [""]
    assert well(cloud.novaform("plan", str(exported), "--json"))["steps"] == []
    told = well(cloud.novaform("adopt", "--file", str(exported), "--json"))
    assert (len(told["adopted"]), told["left"]) == (len(pets), [])
    assert lives(cloud, pets) == before
    for name in AWAKE:
        assert MARK in str(shown(cloud, name)["tags"]), name
    after = well(cloud.novaform("plan", str(exported), "--json"))
    assert (after["clean"], after["steps"]) == (True, [])
    assert well(cloud.novaform("adopt", "--file", str(exported), "--json"))["adopted"] == []
