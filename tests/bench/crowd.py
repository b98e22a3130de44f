"""A cloud of thousands of servers that are as declared, served on loopback: for both sides of a bench.

``crowd.py COUNT FOLDER SECONDS`` writes instances.yml and clouds.yaml there, prints its address, and ends when its
standard input does. SECONDS is what a round trip takes; a new connection costs one more. What was asked before is
answered from memory as long as nothing is changed. ``/count`` tells how many requests there were of each method, and
begins anew.
"""

from __future__ import annotations

import http.server
import json
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from ansible_collections.novaform.compute.plugins.module_utils._cloud.context import Context, Watch
from ansible_collections.novaform.compute.plugins.module_utils._cloud.kind.server.make import make_server
from fakes import served, stack
from novaform import core, declare
from novaform.cloud import run
from novaform.simulate import simulation
from novaform.simulate.cloud.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = f"""\
stack: shop
flavors: {{small: {{vcpus: 1, ram: 512MiB, disk: 4GiB}}}}
keys: {{ops: {{public_key: {stack.PUBLIC_KEY} ops}}}}
security_groups: {{web: [{{tcp: 80, from: 0.0.0.0/0}}]}}
defaults:
  image: debian
  flavor: small
  networks: [private]
  key: ops
  security_groups: [web]
  on_change: {{image: replace}}
  rolling: {{max_unavailable: 10}}
instances:
"""
SERVER = "  node-{0:05d}: {{metadata: {{role: frontend, owner: team-{1}, comment: number {0} of many}}}}\n"
VERSIONS = {
    "/identity/v3": {"id": "v3.14", "status": "stable"},
    "/compute/v2.1": {"id": "v2.1", "status": "CURRENT", "version": "2.100", "min_version": "2.1"},
    "/network/v2.0": {"id": "v2.0", "status": "CURRENT"},
    "/image/v2": {"id": "v2.17", "status": "CURRENT"},
}
"""What services tell of themselves to whoever asks, without a token; the SDK asks before anything else."""


def declaration(count: int) -> str:
    """Return a declaration of so many servers, each written out."""
    return HEAD + "".join(SERVER.format(number, number % 17) for number in range(count))


def populated(file: Path, clouds: Path) -> Cloud:
    """Return a simulated cloud on which everything is as the file says, and leave a journal of it."""
    cloud = Cloud()
    for image in ("debian", "fedora"):
        cloud.glance.add(image)
    cloud.nova.choose = lambda _: "compute1"  # type: ignore[method-assign] # where they are is not the question
    network = cloud.neutron.make("networks", {"name": "private"})
    cloud.neutron.make("subnets", {"network_id": network["id"], "cidr": "10.0.0.0/16"})
    desired = core.flatten.from_declaration(declare.load(file))
    servers = [one for one in desired.wanted if one.kind == "server"]
    rest = desired._replace(wanted=tuple(one for one in desired.wanted if one.kind != "server"))
    folder = served.kept_at(cloud, clouds, "shop", file.parent / "state")
    simulation.carried_out(run.Run(cloud.session(), rest, core.policy.Policy(), folder))
    kinds = ("server", "flavor", "key", "network", "security_group", "image")
    session = cloud.session()
    index = core.index.Index(desired, run.observe.observe(session, kinds), {}, core.policy.Policy())
    context = Context(session, index, Watch(str), cloud.nova.reach)
    made = [(one, make_server(context, one)) for one in servers]
    journal = run.Journal(folder)
    journal.settle(made)
    journal.close()
    cloud.sleep(60)
    cloud.nova.ripen()
    return cloud


class Handler(served.Handler):
    """Answers after a while, and from memory what was asked before."""

    disable_nagle_algorithm = True
    quicker = 4.0
    delay: float
    memory: ClassVar[dict[tuple[str, str], tuple[int, Mapping[str, str], bytes]] | None] = {}
    count: ClassVar[Counter[str]] = Counter()

    def setup(self) -> None:
        super().setup()
        time.sleep(self.delay)

    def exchange(self) -> None:
        if self.path == "/count":
            told = json.dumps(self.count).encode()
            self.count.clear()
            self.reply(200, {}, told)
            return
        self.count[self.command] += 1
        time.sleep(self.delay)
        if self.command not in {"GET", "HEAD"} and "/auth/tokens" not in self.path:
            Handler.memory = None
        if self.command == "GET" and self.memory and self.asked() in self.memory:
            super().reply(*self.memory[self.asked()])
        elif self.command == "GET" and (versions := self.versions()):
            self.reply(200, {}, versions)
        else:
            super().exchange()

    def asked(self) -> tuple[str, str]:
        """Return what makes one question differ from another."""
        return self.path, self.headers.get("OpenStack-API-Version", "")

    def reply(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        # The simulator's next pages lead to a host that only we look behind.
        body = body.replace(b"http://inner/v2.1", f"http://{self.headers['Host']}/compute/v2.1".encode())
        whole = {"content-type": "application/json", **headers}
        if self.command == "GET" and self.memory is not None and self.path != "/count":
            self.memory[self.asked()] = (status, whole, body)
        super().reply(status, whole, body)

    def versions(self) -> bytes:
        """Return a service's description of itself, of one version or of all; empty where something else was asked."""
        asked = urlsplit(self.path).path.rstrip("/")
        known = [
            {**told, "links": [{"rel": "self", "href": f"http://{self.headers['Host']}{path}/"}]}
            for path, told in VERSIONS.items()
            if path == asked or path.rpartition("/")[0] == asked
        ]
        if not known:
            return b""
        return json.dumps({"version": known[0]} if asked in VERSIONS else {"versions": {"values": known}}).encode()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = exchange  # noqa: N815 - http.server's own names


def main(count: int, folder: Path, delay: float) -> None:
    """Write the files and serve."""
    file = folder / "instances.yml"
    file.write_text(declaration(count))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    root = f"http://127.0.0.1:{server.server_port}"
    cloud = populated(file, served.clouds(folder, root))
    Handler.cloud, Handler.delay, Handler.turn = cloud, delay, threading.Lock()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(root + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
