"""Is every option of a file one that the installed release knows? Its own oslo.config namespaces are asked.

Importing a service's options takes seconds, so it is done only for a file that is about to change, and the answer is
kept until dpkg changes something.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from ..._core.errors import DeclareError, ObserveError
from . import command

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

CACHE = "/var/cache/novaform"
DPKG_STATUS = "/var/lib/dpkg/status"
OLD_NAMES = {
    "sql_connection": "[database] connection",
    **dict.fromkeys(
        ("rabbit_host", "rabbit_hosts", "rabbit_port", "rabbit_userid", "rabbit_password", "rabbit_virtual_host"),
        "[DEFAULT] transport_url",
    ),
    "rpc_backend": "[DEFAULT] transport_url",
    "network_manager": "neutron: nova-network is gone",
    "ec2_listen": "nothing: the EC2 API is gone",
    "consoleauth_topic": "nothing: console tokens are in the cell's database",
}
LISTING = r"""
import json, sys
from importlib.metadata import entry_points
wanted = json.load(sys.stdin)
sections, found, plugins = {}, set(), {}
for point in entry_points(group="oslo.config.opts"):
    if point.name not in wanted["namespaces"]:
        continue
    found.add(point.name)
    for group, options in point.load()():
        group = getattr(group, "name", group) or "DEFAULT"
        for option in options:
            sections.setdefault(group.lower(), []).append(option.dest)
            for old in option.deprecated_opts:
                name = (old.name or option.dest).replace("-", "_")
                sections.setdefault((old.group or group).lower(), []).append(name)
for name in wanted["plugins"]:
    from keystoneauth1 import loading
    options = loading.get_plugin_loader(name).get_options()
    plugins[name] = [one.dest for option in options for one in [option, *option.deprecated]]
print(json.dumps({"sections": sections, "found": sorted(found), "plugins": plugins}))
"""


def check(item: Mapping[str, Any], *, skip_missing: bool = False) -> None:
    """Raise ``DeclareError`` naming every option of an INI item that its ``namespaces`` do not know.

    ``origins`` of the item (``{"section/option": "file:line"}``) says where each was declared. With ``skip_missing``
    (check mode) a host that has not all of the namespaces yet is not asked.
    """
    origins = item.get("origins") or {}
    options, namespaces = item["options"], item["namespaces"]
    said = []
    for section, option, close in _unknown_options(options, namespaces, skip_missing=skip_missing):
        place = origins.get(f"{section}/{option}") or item["path"]
        meant = f"; did you mean {close}?" if close else ""
        meant = f"; today it is {OLD_NAMES[option]}" if option in OLD_NAMES else meant
        said.append(f"{place}: [{section}] {option} is not an option of the installed release{meant}")
    if said:
        raise DeclareError("\n".join(said))


def _unknown_options(
    options: Mapping[str, Mapping[str, Any]], namespaces: Sequence[str], *, skip_missing: bool = False
) -> list[tuple[str, str, str]]:
    """Return ``(section, option, what was probably meant)`` for each option that no namespace has."""
    plugins = sorted({str(body["auth_type"]) for body in options.values() if body and body.get("auth_type")})
    known = known_options(namespaces, plugins, keep=not skip_missing)
    missing = set(namespaces) - set(known["found"]) if known else set(namespaces)
    if known is None or missing == set(namespaces) or (missing and skip_missing):
        if skip_missing:
            return []
        raise ObserveError(f"the options of {', '.join(sorted(missing))} are not on this host: install its package")
    unknown = []
    for section, body in options.items():
        names = set(known["sections"].get(section.lower(), []))
        names.update(known["plugins"].get(str((body or {}).get("auth_type")), []))
        everywhere = {name: other for other, members in known["sections"].items() for name in members}
        unknown += [
            (section, option, _resolve(option, names, everywhere)) for option in body or {} if option not in names
        ]
    return unknown


def _resolve(option: str, names: Collection[str], everywhere: Mapping[str, str]) -> str:
    close = difflib.get_close_matches(option, sorted(names), n=1)
    if close:
        return close[0]
    if option in everywhere:
        section = everywhere[option]
        return f"[{section.upper() if section == 'default' else section}] {option}"
    return ""


def known_options(namespaces: Sequence[str], plugins: Sequence[str], *, keep: bool = True) -> dict[str, Any] | None:
    """Return ``{sections: {section: [option]}, found: [namespace], plugins: {name: [option]}}``, None if unaskable.

    ``keep`` writes the answer to the cache.
    """
    question = json.dumps({"namespaces": sorted(namespaces), "plugins": sorted(plugins)})
    state = os.stat(DPKG_STATUS)
    stamp = f"{state.st_mtime_ns} {state.st_size}"
    path = os.path.join(CACHE, f"options-{hashlib.sha256(question.encode()).hexdigest()[:16]}.json")
    cached = _load(path)
    if cached and cached.get("stamp") == stamp:
        return dict(cached["known"])
    answer = command.run(["/usr/bin/python3", "-I", "-W", "ignore", "-c", LISTING], stdin=question, timeout=120)
    if answer is None or answer.status:
        return None
    known: dict[str, Any] = json.loads(answer.out.splitlines()[-1])
    if keep:
        os.makedirs(CACHE, mode=0o755, exist_ok=True)
        with open(f"{path}.new", "w", encoding="utf-8") as target:
            json.dump({"stamp": stamp, "known": known}, target)
        os.replace(f"{path}.new", path)
    return known


def _load(path: str) -> dict[str, Any] | None:
    try:
        with open(path, encoding="utf-8") as source:
            return dict(json.load(source))
    except (FileNotFoundError, ValueError):
        return None
