"""The directory of a site: inventory, cloud.yml, vaulted secrets, pinned host keys and the clients' clouds.yaml.

Files that are the operator's (hosts.yml, cloud.yml) are written once and never touched again; what is missing in the
others is added.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from novaform import core
from novaform.declare import document
from novaform.declare.form import disk
from novaform.site import file, secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_SCAN_SECONDS = 10
_LOCK_SECONDS = 30
_LONGEST_PASSWORD = 4096
INVENTORY_TAGS = ("!vault", "!vault-encrypted", "!unsafe")
"""Tags that Ansible gives a meaning in files of an inventory; none of what is read here has one."""
_PATIENCE = 60.0  # seconds for one program


@dataclass(frozen=True)
class SiteDirectory:
    """Where the files of a site are, under ``root`` (which is also its Ansible inventory)."""

    root: Path

    @property
    def secrets(self) -> Path:
        """The vaulted file."""
        return self.root / "group_vars" / "all" / "secrets.yml"

    @property
    def password(self) -> Path:
        """The vault's password, for this operator only; keep it out of git."""
        return self.root / ".vault-password"

    @property
    def clouds(self) -> Path:
        """What OpenStack clients read."""
        return self.root / "clouds.yaml"


def read_password(site: SiteDirectory) -> str:
    """Return the vault password, made on first use."""
    if not disk.is_there(site.password):
        if disk.is_there(site.secrets):
            raise core.errors.Error(f"{site.password} is not there: put the password of {site.secrets} into it again")
        file.write_once(site.password, secrets.token_urlsafe(32) + "\n", mode=0o600)
    found = disk.read(str(site.password), _LONGEST_PASSWORD).decode(errors="replace").strip()
    if not found or not found.isprintable():
        what = "is not a line of text" if found else "is empty"
        raise core.errors.Error(f"{site.password} {what}: put the vault's password into it again")
    return found


def read_cloud(site: SiteDirectory) -> dict[str, Any]:
    """Return the settings of cloud.yml, checked; none when there is no such file. Raises ``DeclareError``."""
    path = site.root / "group_vars" / "all" / "cloud.yml"
    if not disk.is_there(path):
        return {}
    found = document.read(path, INVENTORY_TAGS)
    cloud = found.mapping("cloud")
    for name in ("region", "address"):
        wrong = core.blueprint_site.FIELDS[name][1](cloud[name]) if cloud.get(name) is not None else ""
        if wrong:
            raise core.errors.DeclareError(f"{found.where('cloud', name)}: cloud {name} {wrong}")
    return cloud


def add_secrets(site: SiteDirectory, control: str, given: Mapping[str, str] | None = None) -> None:
    """Bring the secrets of a site up to date and write what clients need to sign in as its administrator.

    ``control`` is the address of the control host's APIs; ``given`` are passwords to use from now on.
    """
    region = read_cloud(site).get("region") or "RegionOne"
    with _alone(site):
        password = read_password(site)
        known = secret.load(site.secrets, password)
        full = secret.complete({**known, **(given or {})})
        if full != known:
            secret.save(site.secrets, password, full)
        auth = {
            "auth_url": f"{core.blueprint_endpoint.SCHEME}://{control}:{core.blueprint_endpoint.PORTS['keystone']}/v3",
            "username": "admin",
            "password": full["keystone_admin"],
            "project_name": "admin",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        }
        entry = {"auth": auth, "region_name": region, "interface": "public"}
        file.replace(site.clouds, yaml.safe_dump({"clouds": {"novaform": entry}}, sort_keys=False), 0o600)
        _ignore(site.root / ".gitignore", (site.password.name, site.clouds.name))


@contextlib.contextmanager
def _alone(site: SiteDirectory) -> Iterator[None]:
    """Keep other processes from the site's secrets meanwhile. Raises ``Error`` after half a minute of waiting."""
    site.root.mkdir(parents=True, exist_ok=True)
    folder = os.open(site.root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        end = time.monotonic() + _LOCK_SECONDS
        while not _is_locked(folder):
            if time.monotonic() > end:
                raise core.errors.Error(f"{site.root}: another novaform writes secrets there: wait until it has ended")
            time.sleep(0.1)
        yield
    finally:
        os.close(folder)


def _is_locked(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ignore(path: Path, names: Sequence[str]) -> None:
    """Add to a .gitignore what it lacks of the names of files that hold a password."""
    present = _text(path)
    lines = {line.strip().removeprefix("/") for line in present.splitlines()}
    missing = [name for name in names if name not in lines]
    if missing:
        between = "" if not present or present.endswith("\n") else "\n"
        file.replace(path, present + between + "".join(f"{name}\n" for name in missing))


def _text(path: Path) -> str:
    """Return a file's text, byte for byte what ``file.replace`` writes; nothing of one that is absent."""
    return disk.read(str(path)).decode(errors="surrogateescape") if disk.is_there(path) else ""


def render_hosts(members: Mapping[str, Sequence[tuple[str, str]]], user: str) -> str:
    """Return hosts.yml for ``{group: [(name, address)]}``."""
    addresses = {name: {"ansible_host": address} for hosts in members.values() for name, address in hosts}
    groups = {group: {"hosts": dict.fromkeys(name for name, _ in hosts)} for group, hosts in members.items() if hosts}
    options = {
        "ansible_user": user,
        "ansible_ssh_common_args": "-o UserKnownHostsFile={{ inventory_dir }}/known_hosts -o StrictHostKeyChecking=yes",
    }
    tree = {"all": {"hosts": addresses, "vars": options, "children": groups}}
    return "---\n" + yaml.safe_dump(tree, sort_keys=False, width=1000)


def pin(site: SiteDirectory, addresses: Sequence[str], show: Callable[[str], None]) -> None:
    """Write the SSH host keys of hosts that have none pinned yet, and show their fingerprints to compare."""
    known = site.root / "known_hosts"
    pinned = _text(known)
    for address in addresses:
        if any(line.startswith(f"{address} ") for line in pinned.splitlines()):
            continue
        keys = _run(["ssh-keyscan", "-T", str(_SCAN_SECONDS), "-t", "ed25519,ecdsa,rsa", "--", address])
        lines = [line for line in keys.splitlines() if line and not line.startswith("#")]
        if not lines:
            raise core.errors.Error(f"{address}: no SSH server answers: bring the host up, or correct its address")
        pinned += "".join(f"{line}\n" for line in lines)
        for line in _run(["ssh-keygen", "-l", "-f", "-"], "\n".join(lines)).splitlines():
            show(line)
    file.replace(known, pinned)


def _run(command: Sequence[str], text: str = "") -> str:
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    except FileNotFoundError as error:
        raise core.errors.Error(f"{command[0]} is missing: apt-get install openssh-client") from error
    except subprocess.TimeoutExpired as error:
        raise core.errors.Error(
            f"{' '.join(command)} did not end within {_PATIENCE:.0f} s: look at the host"
        ) from error
    return done.stdout
