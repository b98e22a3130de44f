"""Twenty servers: made once although the controller dies, and kept true against what people do behind our back."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from e2e import site, wait
from e2e.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.site import Site

COUNT = 20
NAMES = {f"many-{number}" for number in range(1, COUNT + 1)}
DECLARED = f"""\
stack: crowd
flavors:
  speck: {{vcpus: 1, ram: 128MiB, disk: 1GiB}}
networks: {{crowd: {{cidr: 192.168.77.0/24}}}}
instances:
  many: {{count: {COUNT}, image: tiny, flavor: speck, networks: [crowd], on_change: {{flavor: resize}}}}
"""
FOREIGN = "5ca1ab1e-0000-4000-8000-000000000001"
DOMAIN = f"""\
<domain type='qemu'><name>foreign</name><uuid>{FOREIGN}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os></domain>
"""
RESIZED, DELETED, KILLED, UNDEFINED, RENAMED = (f"many-{number}" for number in range(1, 6))
NOTICE_SECONDS = 120


@pytest.fixture(scope="module")
def crowd(cloud: Site, shop: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack, which goes when the tests are over; the image is the one of the lab's own stack."""
    shop.apply()
    site.run_well("openstack", "quota", "set", "--instances", "50", "--cores", "50", "admin", env=cloud.env)
    folder: Path = tmp_path_factory.mktemp("crowd")
    (folder / "instances.yml").write_text(DECLARED)
    (folder / "none.yml").write_text("stack: crowd\n")
    yield Stack(cloud, folder / "instances.yml")
    Stack(cloud, folder / "none.yml").apply("--allow-empty", "--max-delete", "100")


def there(cloud: Site) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloud.openstack("server", "list", "--all-projects", "--name", "^many-")
    return found


@pytest.fixture(scope="module")
def made(cloud: Site, crowd: Stack) -> dict[str, dict[str, Any]]:
    """Apply, kill the controller while servers are being made, apply again."""
    words = ["novaform", "apply", str(crowd.file), "--json"]
    with subprocess.Popen(words, env=cloud.env, stdout=subprocess.DEVNULL, start_new_session=True) as controller:
        wait.until("some servers are asked for", 120, lambda: len(there(cloud)) >= 3, pause=0.2)
        controller.send_signal(signal.SIGKILL)
    assert controller.returncode == -signal.SIGKILL
    crowd.apply()
    return crowd.status()


def test_a_killed_controller_leaves_no_twin(cloud: Site, made: dict[str, dict[str, Any]]) -> None:
    found = there(cloud)
    assert sorted(one["Name"] for one in found) == sorted(NAMES)
    assert {one["Status"] for one in found} == {"ACTIVE"}
    assert {one["ID"] for one in found} == {one["id"] for one in made.values()}


@pytest.fixture(scope="module")
def broken(cloud: Site, made: dict[str, dict[str, Any]]) -> Iterator[str]:
    """What people do; returns the host on which they did it."""
    host = str(made[KILLED]["host"])

    def client(*words: str) -> None:
        site.run_well("openstack", *words, env=cloud.env)

    client("flavor", "create", "--ram", "160", "--disk", "1", "--vcpus", "1", "grain")
    client("server", "resize", "--flavor", "grain", "--wait", RESIZED)
    client("server", "resize", "confirm", RESIZED)
    client("server", "delete", "--wait", DELETED)
    client("server", "set", "--name", "somebody", RENAMED)
    cloud.ask(host, f"virsh destroy {made[KILLED]['id']}")
    cloud.ask(host, f"virsh destroy {made[UNDEFINED]['id']}; virsh undefine --nvram {made[UNDEFINED]['id']}")
    cloud.ask(host, "cat >/root/foreign.xml && virsh define /root/foreign.xml", text=DOMAIN)
    yield host
    cloud.ask(host, "virsh undefine foreign; rm -f /root/foreign.xml")
    client("flavor", "delete", "grain")


def drift(crowd: Stack) -> dict[str, list[dict[str, Any]]]:
    _, answer = crowd.run("drift")
    found: dict[str, list[dict[str, Any]]] = {}
    for one in answer["drift"]:
        found.setdefault(one["name"], []).append(one)
    return found


def test_drift_names_each_by_class_host_and_cause(crowd: Stack, made: dict[str, dict[str, Any]], broken: str) -> None:
    wait.until("everything is noticed", NOTICE_SECONDS, lambda: len(drift(crowd)) >= 6)
    found = drift(crowd)
    assert set(found) == {RESIZED, DELETED, KILLED, UNDEFINED, RENAMED, FOREIGN}
    told = {name: {(one["kind"], one["host"]) for one in all_of} for name, all_of in found.items()}
    assert ("field", "") in told[RESIZED]
    assert "flavor" in str(found[RESIZED])
    assert ("field", "") in told[DELETED]
    assert ("field", "") in told[RENAMED]
    assert "name" in str(found[RENAMED])
    # Nova notices a killed guest within seconds and calls it stopped: then it is a field, and before that power.
    assert told[KILLED] & {("power", broken), ("field", "")}
    assert told[UNDEFINED] & {("missing-domain", broken), ("field", "")}
    assert told[FOREIGN] == {("unknown-domain", broken)}
    assert all(one["origin"] for name in (RESIZED, DELETED, RENAMED) for one in found[name] if one["kind"] == "field")
    assert made[DELETED]["id"] not in str(found)


def test_apply_repairs_what_policy_allows(
    cloud: Site, crowd: Stack, made: dict[str, dict[str, Any]], broken: str
) -> None:
    crowd.apply("--heal", "power", "--heal", "missing-domain")
    after = crowd.status()
    assert {name: (one["state"], one["libvirt"]) for name, one in after.items()} == dict.fromkeys(
        NAMES, ("active", "running")
    )
    assert {name for name in NAMES if after[name]["id"] != made[name]["id"]} == {DELETED}
    assert {one["Name"] for one in there(cloud)} == NAMES
    assert {one["Flavor"] for one in there(cloud)} == {"speck"}
    assert set(drift(crowd)) == {FOREIGN}, "a guest that is not Nova's is told and left alone"
    assert "foreign" in cloud.ask(broken, "virsh list --all --name").split()
