"""Who we are and where the cloud is, from clouds.yaml; no secret leaves this value but into the request for a token."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from .._core.errors import ObserveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PLACES = ("clouds.yaml", "clouds.yml")
WORDS = frozenset({"auth_url", "username", "password", "user_id", "project_name", "project_id", "token", "cacert"})
WORDS |= {"region_name", "interface", "endpoint_type", "auth_type", "domain_id", "domain_name", "default_domain"}
DEEPEST = 32
LARGEST = 1024 * 1024
"""Bytes of a file of clouds that somebody means."""
FOLDERS = (".", "~/.config/openstack", "/etc/openstack")


class Credential(NamedTuple):
    """One cloud of clouds.yaml. ``auth`` holds secrets: ``repr`` does not show it."""

    cloud: str
    file: str
    auth: Mapping[str, Any]
    auth_type: str = "password"
    region: Optional[str] = None
    interface: str = "public"
    cacert: Optional[str] = None

    def __repr__(self) -> str:
        return f"Credential({self.cloud} of {self.file})"


def find_file(named: Optional[str]) -> Path:
    """Return the clouds.yaml to read: as named, as OS_CLIENT_CONFIG_FILE says, or from the usual places."""
    chosen = named or os.environ.get("OS_CLIENT_CONFIG_FILE")
    if chosen:
        path = Path(chosen).expanduser()
        if not path.is_file():
            raise ObserveError(f"{path}: there is no such file of clouds")
        return path.absolute()
    for folder in FOLDERS:
        for name in PLACES:
            path = Path(folder).expanduser() / name
            if path.is_file():
                return path.absolute()
    raise ObserveError("no clouds.yaml found: set OS_CLIENT_CONFIG_FILE, or write ~/.config/openstack/clouds.yaml")


def read(path: Path) -> dict[str, Any]:
    """Read a YAML mapping."""
    import yaml  # an empty host has it only once the packages are there, and plans before that

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST or too_deep(yaml.parse(text, Loader=loader)):
            raise ObserveError(f"{path}: is too large, or too deep, for a file of clouds")
        found = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders
    except (OSError, UnicodeError, RecursionError, ValueError) as error:
        raise ObserveError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or 'no text'})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise ObserveError(f"{place}: is no YAML") from None
    return mapping(found, str(path))


def too_deep(events: Iterable[Any]) -> bool:
    """Tell whether YAML is nested so deeply that to load it would end this process: PyYAML calls itself in C."""
    depth = 0
    for event in events:
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if depth > DEEPEST:
            return True
    return False


def mapping(value: Any, where: str) -> dict[str, Any]:
    """Return a mapping, empty for nothing. Raises ``ObserveError`` for anything else, which it does not show."""
    if value is not None and not isinstance(value, dict):
        raise ObserveError(f"{where}: must be a mapping")
    return value or {}


def choose(clouds: Mapping[str, Any], named: Optional[str], path: Path) -> str:
    """Return the cloud's name: as named, as OS_CLOUD says, or the only one there is."""
    chosen = named or os.environ.get("OS_CLOUD")
    if chosen is None and len(clouds) == 1:
        return str(next(iter(clouds)))
    known = ", ".join(map(str, clouds)) or "none"
    if chosen is None:
        raise ObserveError(f"{path}: say which cloud (--cloud or OS_CLOUD); it has {known}")
    if chosen not in clouds:
        raise ObserveError(f"{path}: has no cloud {chosen}; it has {known}")
    return chosen


def merged(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    """Return both mappings, deeply; ``high`` wins."""
    result = dict(low)
    for name, value in high.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if both else value
    return result


def load(cloud: Optional[str] = None, file: Optional[str] = None) -> Credential:
    """Read one cloud's entry, with secure.yaml beside it if there is one. Raises ``ObserveError`` with the place."""
    path = find_file(file)
    content = read(path)
    secure = path.with_name("secure.yaml")
    if secure.is_file():
        content = merged(content, read(secure))
    clouds = mapping(content.get("clouds"), f"{path}: clouds")
    name = choose(clouds, cloud, path)
    where = f"{path}: cloud {name}"
    entry = mapping(clouds.get(name), where)
    if entry.get("verify") is False or entry.get("insecure"):
        raise ObserveError(f"{where} turns TLS verification off; give cacert instead")
    auth = mapping(entry.get("auth"), f"{where}: auth")
    if not auth.get("auth_url"):
        raise ObserveError(f"{where} has no auth_url")
    for told, fields in ((where, entry), (f"{where}: auth", auth)):
        wrong = [one for one, value in fields.items() if one in WORDS and not isinstance(value, (str, int, type(None)))]
        if wrong:
            raise ObserveError(f"{told}: {wrong[0]} must be a word")
    cacert = entry.get("cacert")
    return Credential(
        name,
        str(path),
        auth,
        str(entry.get("auth_type") or "password"),
        None if entry.get("region_name") is None else str(entry["region_name"]),
        str(entry.get("interface") or entry.get("endpoint_type") or "public").replace("URL", ""),
        str(path.parent / Path(str(cacert)).expanduser()) if cacert else None,
    )
