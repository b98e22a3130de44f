"""memcached: the cache in which APIs keep the tokens that they have checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import setting
from ..option import option
from . import part


@dataclass(frozen=True)
class MemcachedOptions:
    """What memcached is told."""

    address: str = option(
        "The address on which it listens. Whoever reaches it reads and writes all of it.\n"
        "The APIs that this collection brings up look for it at 127.0.0.1, port 11211.",
        default="127.0.0.1",
        check=setting.ipv4,
    )
    port: int = option("The port on which it listens.", default=11211, check=setting.integer(1, 65535))
    memory_mb: int = option("How many MiB it may keep.", default=64, check=setting.integer(1, 1 << 20))


def parts(wanted: MemcachedOptions) -> dict[str, Any]:
    """Return what there is to be of it on its host."""
    conf = part.text(
        "/etc/memcached.conf",
        f"# Written by Novaform.\n-d\nlogfile /var/log/memcached.log\n-m {wanted.memory_mb}\n-p {wanted.port}\n"
        f"-u memcache\n-l {wanted.address}\n-P /var/run/memcached/memcached.pid\n",
    )
    return {
        "name": "memcached",
        "packages": ["memcached", "python3-memcache", "python3-cryptography"],
        "files": [conf],
        "units": [part.unit("memcached", conf["path"])],
        "proofs": [{"tcp": f"{wanted.address}:{wanted.port}", "unit": "memcached.service"}],
    }
