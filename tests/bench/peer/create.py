"""The least that it takes to make servers: ask for all of them ten at a time, then look until all are active.

``create.py URL COUNT IMAGE [repeat]``. What ``repeat`` does is what people do with a 504: ask again.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

CONNECTIONS = 10
HERE = threading.local()


class Cloud:
    """Bare requests with one token."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.token = ""

    def send(self, method: str, path: str, body: object = None) -> tuple[int, str, dict]:
        """Make one exchange on this thread's connection."""
        HERE.wire = getattr(HERE, "wire", None) or http.client.HTTPConnection(self.host, timeout=300)
        headers = {"Content-Type": "application/json", "OpenStack-API-Version": "compute 2.95"}
        HERE.wire.request(method, path, json.dumps(body), {**headers, "X-Auth-Token": self.token})
        answer = HERE.wire.getresponse()
        content = answer.read()
        return answer.status, answer.getheader("x-subject-token", ""), json.loads(content or b"{}")

    def named(self, path: str, plural: str, name: str) -> str:
        """Return the id of a thing."""
        return next(one["id"] for one in self.send("GET", path)[2][plural] if one["name"] == name)


def main(url: str, count: int, again: bool) -> None:  # noqa: FBT001 - a script's own argument
    """Make them."""
    cloud = Cloud(url)
    cloud.token = cloud.send("POST", "/identity/v3/auth/tokens", {"auth": {}})[1]
    asked = {
        "flavorRef": cloud.named("/compute/v2.1/flavors/detail", "flavors", "small"),
        "imageRef": cloud.named("/image/v2/images", "images", "debian"),
        "networks": [{"uuid": cloud.named("/network/v2.0/networks", "networks", "private")}],
        "security_groups": [{"name": cloud.named("/network/v2.0/security-groups", "security_groups", "shop-web")}],
        "key_name": "ops",
    }

    def make(number: int) -> None:
        body = {**asked, "name": f"node-{number:05d}", "metadata": {"comment": f"number {number} of many"}}
        while cloud.send("POST", "/compute/v2.1/servers", {"server": body})[0] == 504 and again:
            pass

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(make, range(count)))
    names: set[str] = set()
    while len(names) < count:
        time.sleep(1)
        seen = cloud.send("GET", "/compute/v2.1/servers/detail")[2]["servers"]
        names = {one["name"] for one in seen if one["status"] == "ACTIVE"}
    sys.stdout.write(f"{len(names)} are active\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), "repeat" in sys.argv)
