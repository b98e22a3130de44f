"""What cannot work is refused before anything is touched, with one sentence that says what to do."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from e2e import site
    from e2e.site import Site

FINGERPRINT = (
    "find /etc /usr /var/lib/dpkg /var/lib/novaform -xdev -printf '%p %s %T@\\n' 2>/dev/null | sort | sha256sum"
)
FULL = "mount -t tmpfs -o size=1g full /mnt && cp -a /var/. /mnt/ && mount --bind /mnt /var"
LISTENER = "systemd-run --quiet --unit=squatter python3 -m http.server 8774"


class Bad(NamedTuple):
    """A mistake in a copy of the inventory, and what must be said about it."""

    make: Callable[[Path], object]
    said: tuple[str, ...]
    words: tuple[str, ...] = ()


def extend(path: str, text: str) -> Callable[[Path], object]:
    return lambda inventory: (inventory / path).write_text((inventory / path).read_text() + text)


def change_hosts(change: Callable[[dict], object]) -> Callable[[Path], object]:
    def make(inventory: Path) -> None:
        tree = yaml.safe_load((inventory / "hosts.yml").read_text())
        change(tree["all"])
        (inventory / "hosts.yml").write_text(yaml.safe_dump(tree))

    return make


def add_compute_host(tree: dict) -> None:
    tree["hosts"]["other"] = dict(tree["hosts"]["aio"])
    tree["children"]["compute"]["hosts"]["other"] = None


def lose_host(tree: dict) -> None:
    tree["hosts"]["aio"]["ansible_host"] = tree["hosts"]["aio"]["ansible_host"].rpartition(".")[0] + ".250"


CLOUD = "group_vars/all/cloud.yml"
ON_A_FINISHED_HOST = {
    "an unknown key": Bad(
        extend(CLOUD, "  overcomit: {cpu: 3}\n"), ("cloud.yml:{last}:", "overcomit", "did you mean 'overcommit")
    ),
    "a value out of range": Bad(
        extend(CLOUD, "  overcommit: {cpu: -1}\n"), ("cloud.yml:{last}:", "overcommit.cpu", "must be a number")
    ),
    "an option that Nova does not know": Bad(
        extend(CLOUD, "nova_config: {compute: {libvirt: {cpu_moode: none}}}\n"),
        ("cloud.yml:{last}:", "[libvirt] cpu_moode", "did you mean cpu_mode"),
    ),
    "a conductor on a compute host": Bad(change_hosts(add_compute_host), ("aio", "nova-conductor", "refused")),
    "a host that does not answer": Bad(change_hosts(lose_host), ("aio", "unreachable")),
    "a wrong vault password": Bad(
        lambda inventory: (inventory / ".vault-password").write_text("wrong\n"), ("Decryption failed",)
    ),
}


def attempt(lab: Site, bad: Bad, inventory: Path) -> site.Ended:
    """Run the playbook with a spoilt copy of the inventory."""
    shutil.copytree(lab.inventory, inventory, dirs_exist_ok=True)
    bad.make(inventory)
    password = str(inventory / ".vault-password")
    return lab.playbook(*bad.words, inventory=inventory, ANSIBLE_VAULT_PASSWORD_FILE=password, ANSIBLE_TIMEOUT="5")


def assert_refused(lab: Site, bad: Bad, inventory: Path) -> None:
    before = lab.ask("aio", FINGERPRINT)
    ended = attempt(lab, bad, inventory)
    assert ended.status != 0, ended.said
    last = len((inventory / CLOUD).read_text().splitlines())
    missing = [word for word in bad.said if word.format(last=last).lower() not in ended.said.lower()]
    assert not missing, f"nothing about {missing} in:\n{ended.said}"
    assert "Traceback" not in ended.said, ended.said
    assert lab.ask("aio", FINGERPRINT) == before, "the host was changed all the same"


@pytest.mark.parametrize("what", ON_A_FINISHED_HOST)
def test_is_refused_before_a_finished_host_is_touched(cloud: Site, what: str, tmp_path: Path) -> None:
    assert_refused(cloud, ON_A_FINISHED_HOST[what], tmp_path / "inventory")


def test_a_port_that_somebody_else_holds_is_refused(empty: Site, tmp_path: Path) -> None:
    empty.ask("aio", LISTENER)
    try:
        assert_refused(
            empty, Bad(lambda _: None, ("port 8774 of nova_api is held by", "squatter.service")), tmp_path / "inventory"
        )
    finally:
        empty.ask("aio", "systemctl stop squatter")


def test_a_disk_without_room_is_refused(empty: Site, tmp_path: Path) -> None:
    empty.ask("aio", FULL)
    try:
        assert_refused(empty, Bad(lambda _: None, ("MiB free in /var", "make room")), tmp_path / "inventory")
    finally:
        empty.ask("aio", "umount --lazy /var; umount --lazy /mnt")


def test_somebody_who_is_not_root_is_refused(empty: Site, tmp_path: Path) -> None:
    empty.ask(
        "aio",
        "useradd --create-home --shell /bin/sh plain && cp -r /root/.ssh ~plain/ && chown -R plain: ~plain/.ssh",
    )
    assert_refused(empty, Bad(lambda _: None, ("root",), ("-e", "ansible_user=plain")), tmp_path / "inventory")
