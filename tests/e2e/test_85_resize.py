"""A resize counts only when its host and its guest say so: confirmed after proof, taken back without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from e2e import guest, wait
from e2e.stack import CLEAN, DIFFERS, ERROR, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.site import Site

SIZES = {"narrow": 128, "wide": 160, "broken": 192}
FLAVORS = ", ".join(f"{name}: {{vcpus: 1, ram: {mib}MiB, disk: 1GiB}}" for name, mib in SIZES.items())
DECLARED = f"""\
stack: tall
flavors: {{{FLAVORS}}}
networks: {{tall: {{cidr: 192.168.78.0/24, router: tall}}}}
routers: {{tall: {{external: external}}}}
security_groups: {{tall: [{{tcp: 80}}]}}
instances:
  tall:
    image: tiny
    flavor: narrow
    networks: [tall]
    security_groups: [tall]
    floating_ip: true
    user_data: {{file: serve.sh}}
    on_change: {{flavor: resize}}
    health: {{tcp: 80, within: 90s}}
"""
SERVE = """\
#!/bin/sh
# An application that does not bear so much memory.
mkdir -p /srv/www && hostname >/srv/www/index.html
[ "$(awk '/MemTotal/ { print $2 }' /proc/meminfo)" -gt 145000 ] || busybox httpd -p 80 -h /srv/www
"""
PULL_THE_PLUG = """\
end=$(($(date +%s) + 120))
while [ "$(date +%s)" -lt "$end" ]; do
    size=$(virsh dominfo UUID 2>/dev/null | awk '/^Max memory/ { print $3 }')
    [ "$size" = KIB ] && [ "$(virsh domstate UUID)" = running ] && virsh destroy UUID && exit
    sleep 0.2
done
"""


@pytest.fixture(scope="module")
def tall(cloud: Site, shop: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One healthy server; it goes when the tests are over. The image is the one of the lab's own stack."""
    shop.apply()
    folder: Path = tmp_path_factory.mktemp("tall")
    (folder / "instances.yml").write_text(DECLARED)
    (folder / "serve.sh").write_text(SERVE)
    (folder / "none.yml").write_text("stack: tall\n")
    stack = Stack(cloud, folder / "instances.yml")
    stack.apply()
    yield stack
    Stack(cloud, folder / "none.yml").apply("--allow-empty", "--max-delete", "100")


def sized(stack: Stack, flavor: str) -> tuple[int, Any]:
    """Declare that flavor and apply; return the exit status and the answer."""
    stack.file.write_text(re.sub(r"(?m)^    flavor: \w+$", f"    flavor: {flavor}", stack.file.read_text()))
    return stack.tried("apply")


def actions(answer: Any) -> list[str]:
    return [one["action"] for one in answer["outcomes"] if one["outcome"] == "done"]


def memory(cloud: Site, stack: Stack) -> int:
    """MiB of the running guest, as its host says."""
    server = stack.status()["tall"]
    assert (server["state"], server["libvirt"]) == ("active", "running")
    said = cloud.ask(server["host"], f"virsh dominfo {server['id']}")
    (line,) = (line for line in said.splitlines() if line.startswith("Max memory"))
    return int(line.split()[2]) // 1024


def answers(stack: Stack) -> bool:
    (address,) = stack.status()["tall"]["floating"]
    return guest.try_page(address) == "tall\n"


def test_a_resize_is_confirmed_when_the_host_runs_the_new_size(cloud: Site, tall: Stack) -> None:
    status, answer = sized(tall, "wide")
    assert (status, actions(answer)) == (CLEAN, ["resize", "confirm"]), answer
    assert memory(cloud, tall) == SIZES["wide"]
    assert answers(tall)


def test_a_resize_that_its_guest_does_not_bear_is_taken_back(cloud: Site, tall: Stack) -> None:
    status, answer = sized(tall, "broken")
    assert status == ERROR, answer
    assert "port 80" in answer["error"]
    assert "the resize was reverted" in answer["error"]
    assert memory(cloud, tall) == SIZES["wide"]
    wait.until("its page is back", guest.ANSWER_SECONDS, lambda: answers(tall))


def test_a_resize_that_its_host_does_not_run_is_taken_back(cloud: Site, tall: Stack) -> None:
    tall.file.write_text(tall.file.read_text().replace("    health: {tcp: 80, within: 90s}\n", ""))
    server = tall.status()["tall"]
    script = PULL_THE_PLUG.replace("UUID", server["id"]).replace("KIB", str(SIZES["narrow"] * 1024))
    unit = "systemd-run --quiet --collect --unit pull-the-plug sh /run/pull-the-plug"
    cloud.ask(server["host"], f"cat >/run/pull-the-plug && {unit}", text=script)
    status, answer = sized(tall, "narrow")
    assert (status, actions(answer)) == (DIFFERS, ["resize", "revert"]), answer
    wait.until("the old size runs", 60, lambda: memory(cloud, tall) == SIZES["wide"])
