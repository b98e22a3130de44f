"""A whole cloud in one process: Nova and Placement as their wheels have them, the other services our own simulator's.

Nova's functional-test fixtures start API, conductor, scheduler, Placement and compute services that drive a fake
hypervisor. When everything is up the process prints its address on one line; it ends when its standard input does.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

import bridge
from fakes import served
from nova.tests.functional import integrated_helpers
from novaform.simulate.cloud.cloud import PROJECT, Cloud
from webob import Request

UNLIMITED = ("instances", "cores", "ram", "key_pairs", "server_groups", "server_group_members", "metadata_items")


class Fixtures(integrated_helpers.ProviderUsageBaseTestCase):
    """Nova's fixtures, for as long as this process lives."""

    compute_driver = "fake.FakeDriver"

    def setUp(self) -> None:
        """Start everything but the compute services."""
        self.flags(group="wsgi", api_paste_config=str(Path(sys.prefix) / "etc/nova/api-paste.ini"))
        super().setUp()
        self.flags(group="quota", **dict.fromkeys(UNLIMITED, -1))

    def share(self, cloud: Cloud) -> None:
        """Let Nova use the networks and images of the simulator."""
        cloud.neutron = bridge.SharedNeutron(cloud)
        self.useFixture(bridge.NeutronBridge(self, cloud.neutron))
        self.useFixture(bridge.GlanceBridge(self, cloud))

    def runTest(self) -> None:  # noqa: N802 - unittest names it
        """Be a test case, as unittest wants it."""


class Handler(served.Handler):
    """Hands requests to Nova and, to read, to Placement, and all others to the simulator."""

    fixtures: Fixtures

    def exchange(self) -> None:
        """Answer one request."""
        if self.path.startswith("/placement/"):
            version = self.headers["OpenStack-API-Version"].partition(" ")[2]
            told = self.fixtures.placement.get(self.path.removeprefix("/placement"), version=version)
            self.reply(told.status, {"content-type": "application/json"}, json.dumps(told.body).encode())
            return
        if not self.path.startswith("/compute/"):
            super().exchange()
            return
        size = int(self.headers.get("Content-Length") or 0)
        request = Request.blank(self.path.removeprefix("/compute"), base_url=f"http://{self.headers['Host']}/compute")
        request.method, request.body = self.command, self.rfile.read(size)
        request.headers.update({name: value for name, value in self.headers.items() if name != "Content-Length"})
        request.headers.update({"X-Auth-User": "admin", "X-Auth-Project-Id": PROJECT, "X-Roles": "reader,member,admin"})
        answer = request.send(self.fixtures.api_fixture.app())
        if answer.status_int == 500:
            os.write(2, self.fixtures.stdlog.logger.output[-4000:].encode())
        self.reply(answer.status_int, dict(answer.headers), answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = exchange  # noqa: N815 - http.server's own names


def main(hosts: int) -> None:
    """Start with so many compute hosts, tell the address, and serve until nobody listens."""
    fixtures = Fixtures()
    fixtures.setUp()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    cloud = Cloud(f"http://127.0.0.1:{server.server_port}")
    Handler.cloud, Handler.turn, Handler.fixtures = cloud, threading.Lock(), fixtures
    fixtures.share(cloud)
    for number in range(hosts):
        fixtures._start_compute(f"compute{number + 1}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.write(1, f"{cloud.root}\n".encode())  # the fixtures keep sys.stdout for themselves
    os.set_blocking(0, False)
    while os.read(0, 1):
        pass
    os._exit(0)
