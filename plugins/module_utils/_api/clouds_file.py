"""Files of clouds as os-client-config reads them: where they are, what stands in them, and which entry is meant.

Every plain value is taken as the text that was written: ``password: 12345`` and ``project_name: yes`` are words here.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from .._core.errors import ObserveError
from .check import readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ENDINGS = (".yaml", ".yml", ".json")
DEEPEST = 32
LARGEST = 512 * 1024
"""Bytes of a file of clouds that somebody means."""
FOLDERS = (".", "~/.config/openstack", "/etc/openstack")
ENVIRONMENT = "envvars"
"""What os-client-config calls the cloud that stands in OS_* variables alone."""
SELECTORS = frozenset({"cloud", "region_name", "client_config_file", "client_secure_file", "client_vendor_file"})
"""OS_* variables that choose among what files say."""
NOT_CLOUDS = ("OS_TEST", "OS_STD", "OS_LOG")
NULL, MERGE = "tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"


def find_file(named: Optional[str]) -> Path:
    """Return the clouds.yaml to read: as named, as OS_CLIENT_CONFIG_FILE says, or from the usual places."""
    chosen = named or os.environ.get("OS_CLIENT_CONFIG_FILE")
    if chosen:
        path = Path(chosen).expanduser()
        if not path.is_file():
            raise ObserveError(f"{path}: there is no such file of clouds")
        return path.absolute()
    found = _usual("clouds")
    if not found:
        raise ObserveError("no clouds.yaml found: set OS_CLIENT_CONFIG_FILE, or write ~/.config/openstack/clouds.yaml")
    return found[0]


def _usual(name: str, beside: Optional[Path] = None) -> list[Path]:
    """Return the files of a name in the usual folders, the first to be read first; ``beside`` is before these."""
    folders = [*([beside.parent] if beside is not None else []), *(Path(one).expanduser() for one in FOLDERS)]
    found = (folder / f"{name}{ending}" for folder in folders for ending in ENDINGS)
    return [path.absolute() for path in found if path.is_file()]


@lru_cache(maxsize=1)
def _loader() -> Any:
    """Return a YAML loader for which all plain values but a null are texts."""
    import yaml  # an empty host has it only once the packages are there, and plans before that

    class Texts(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # one of two, both are classes
        """Reads numbers, booleans and times as they were written."""

    kept = {NULL, MERGE}
    Texts.yaml_implicit_resolvers = {
        first: [one for one in found if one[0] in kept] for first, found in Texts.yaml_implicit_resolvers.items()
    }
    return Texts


def read(path: Path) -> dict[str, Any]:
    """Read a YAML mapping. Raises ``ObserveError`` with the place, and never shows what stands there."""
    import yaml

    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST or _too_deep(yaml.parse(text, Loader=_loader())):
            raise ObserveError(f"{path}: is too large, or too deep, for a file of clouds")
        found = yaml.load(text, Loader=_loader())  # noqa: S506 - it is a safe loader
    except (OSError, UnicodeError, RecursionError, ValueError, TypeError, AttributeError) as error:
        raise ObserveError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or 'no text'})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise ObserveError(f"{place}: is no YAML") from None
    return mapping(found, str(path))


def _too_deep(events: Iterable[Any]) -> bool:
    """Tell whether YAML is nested so deeply that to load it would end this process: PyYAML calls itself in C."""
    depth = 0
    for event in events:
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if depth > DEEPEST:
            return True
    return False


def mapping(value: Any, where: str) -> dict[str, Any]:
    """Return a mapping by names, empty for nothing. Raises ``ObserveError`` for anything else, which is not shown."""
    if value is not None and not isinstance(value, dict):
        raise ObserveError(f"{where}: must be a mapping")
    return {str(name): one for name, one in (value or {}).items()}


def _choose(clouds: Mapping[str, Any], named: Optional[str], path: Path) -> str:
    """Return the cloud's name: as named, as OS_CLOUD says, or the only one there is."""
    chosen = named or os.environ.get("OS_CLOUD")
    if chosen is None and len(clouds) == 1:
        return str(next(iter(clouds)))
    known = readable(", ".join(sorted(clouds))) or "none"
    if chosen is None:
        raise ObserveError(f"{path}: say which cloud (--cloud or OS_CLOUD); it has {known}")
    if chosen not in clouds:
        raise ObserveError(f"{path}: has no cloud {chosen}; it has {known}")
    return chosen


def merge(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    """Return both mappings, deeply; ``high`` wins."""
    result = dict(low)
    for name, value in high.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merge(result[name], value) if both else value
    return result


def _environment() -> dict[str, Any]:
    """Return the cloud that OS_* variables describe; empty where they only choose among what files say."""
    told = {
        name[3:].lower(): value
        for name, value in os.environ.items()
        if name.startswith("OS_") and not name.startswith(NOT_CLOUDS) and value
    }
    return told if told.get("auth_url") else {}


def entry(cloud: Optional[str], file: Optional[str]) -> tuple[str, str, dict[str, Any]]:
    """Return a cloud's name, where it stands, and its entry with what secure.yaml and its profile say.

    Without a name OS_* variables that have an OS_AUTH_URL are a cloud of their own, as they are elsewhere.
    """
    unnamed = cloud is None and "OS_CLOUD" not in os.environ
    alone = _environment() if not file and (unnamed or cloud == ENVIRONMENT) else {}
    if alone:
        return (
            ENVIRONMENT,
            "",
            {name: value for name, value in alone.items() if name not in SELECTORS - {"region_name"}},
        )
    path = find_file(file)
    content = read(path)
    secret = os.environ.get("OS_CLIENT_SECURE_FILE")
    secure = [Path(secret).expanduser()] if secret else _usual("secure", path)[:1]
    for one in secure:
        content = merge(content, read(one))
    clouds = mapping(content.get("clouds"), f"{path}: clouds")
    name = _choose(clouds, cloud, path)
    where = f"{path}: cloud {name}"
    found = mapping(clouds.get(name), where)
    return name, str(path), _with_profile(found, path, where)


def _with_profile(found: dict[str, Any], path: Path, where: str) -> dict[str, Any]:
    """Return an entry above what its profile in clouds-public.yaml says. Raises ``ObserveError`` for one not there."""
    profile = found.get("profile") or found.get("cloud")
    if not profile:
        return found
    named = os.environ.get("OS_CLIENT_VENDOR_FILE")
    files = [Path(named).expanduser()] if named else _usual("clouds-public", path)
    for file in files:
        public = mapping(read(file).get("public-clouds"), f"{file}: public-clouds")
        if isinstance(profile, str) and profile in public:
            return merge(mapping(public[profile], f"{file}: {profile}"), found)
    raise ObserveError(f"{where}: no clouds-public.yaml has its profile {readable(profile, 80)}")
