"""``novaform init``: the directory of a site for hosts of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from novaform import core, output
from novaform.site import directory, file

PLAIN_PATH = re.compile(r"[^\s'\"%{}\\$#,;`]+")

app = typer.Typer(no_args_is_help=True)

CLOUD = """---
# Everything else has a default: docs/cloud.md lists it.
cloud:
  region: RegionOne
  # The network outside, on an interface of its own of the control host:
  # external: {interface: eth1, cidr: 203.0.113.0/24, gateway: 203.0.113.1, pool: [203.0.113.100, 203.0.113.199]}
"""
ANSIBLE = """[defaults]
inventory = hosts.yml
vault_password_file = .vault-password
callback_result_format = yaml
forks = 20
gathering = explicit
host_key_checking = True
inject_facts_as_vars = False
interpreter_python = /usr/bin/python3
timeout = 10

[connection]
pipelining = True

[ssh_connection]
ssh_args = -o ControlMaster=auto -o ControlPersist=60s -o ServerAliveInterval=15 -o ServerAliveCountMax=4
"""


def _split_host(host: str) -> tuple[str, str]:
    """Return ``(name, address)`` of ``name=address`` or of a bare address."""
    name, sign, address = host.partition("=")
    if not name or (sign and not address) or name.startswith("-"):
        raise core.errors.DeclareError(f"{host!r} is not a host: write NAME=ADDRESS or ADDRESS")
    address = address or name
    setting = core.site_setting
    for wrong in (setting.name(name), "" if setting.is_ip(address) else setting.address(address)):
        if wrong:
            raise core.errors.DeclareError(f"{host!r}: what stands {_side(wrong)} {wrong}")
    return name, address


def _side(wrong: str) -> str:
    return "as the name" if "must be a name" in wrong else "as the address"


def _contradictions(hosts: list[tuple[str, str]]) -> list[str]:
    """Return what is said twice and differently: a name with two addresses, an address under two names."""
    pairs = dict.fromkeys(hosts)
    found = []
    for one, other, words in ((0, 1, "two addresses"), (1, 0, "two names")):
        for key in dict.fromkeys(pair[one] for pair in pairs):
            others = [pair[other] for pair in pairs if pair[one] == key]
            if len(others) > 1:
                found.append(f"{key} is given with {words}: {', '.join(others)}")
    return found


def _refuse(root: Path, hosts: list[tuple[str, str]], user: str) -> None:
    """Raise ``DeclareError`` before anything is written."""
    found = _contradictions(hosts)
    if len(hosts) > 2 and len(set(hosts[1:])) < len(hosts[1:]):
        found.append("a compute host is given twice")
    if core.site_setting.name(user.lstrip("_") or "-"):
        found.append(f"--user {user!r} is not the name of an account")
    if not PLAIN_PATH.fullmatch(str(root.absolute())):
        found.append(
            f"{root.absolute()}: a directory of a site has no space, quote, %, $ or brace in its path: choose another"
        )
    if found:
        raise core.errors.DeclareError("\n".join(found))


@app.command()
def init(
    root: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write the site's files.")],
    control: Annotated[str, typer.Option(help="The control host, NAME=ADDRESS.")],
    compute: Annotated[
        list[str] | None, typer.Option(help="A compute host, NAME=ADDRESS; the control host when none is given.")
    ] = None,
    user: Annotated[str, typer.Option(help="Whom to sign in as over SSH.")] = "root",
) -> None:
    """Write inventory, cloud.yml and vaulted secrets of a new site, and pin its hosts' SSH keys."""
    site = directory.SiteDirectory(root.absolute())
    first = _split_host(control)
    others = [_split_host(host) for host in compute or []]
    members = {"control": [first], "network": [first], "compute": others or [first]}
    _refuse(site.root, [first, *others], user)
    addresses = list(dict.fromkeys(address for hosts in members.values() for _, address in hosts))
    root.mkdir(parents=True, exist_ok=True)
    directory.pin(site, addresses, output.say)
    for path, text in (
        (site.root / "hosts.yml", directory.render_hosts(members, user)),
        (site.root / "group_vars" / "all" / "cloud.yml", CLOUD),
        (site.root / "ansible.cfg", ANSIBLE),
    ):
        written = file.write_once(path, text)
        output.say(f"{'wrote' if written else 'kept '} {path}")
    directory.add_secrets(site, first[1])
    output.say(f"wrote {site.secrets} (vaulted with {site.password.name}; keep that out of git)")
    output.say(f"\nNext: cd {root} && ansible-playbook novaform.compute.site")
