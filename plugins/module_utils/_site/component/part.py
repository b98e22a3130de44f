"""The small pieces of which the parts of every component are made: files, units, and how options are merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STORES = ("mariadb.service", "memcached.service")
"""The units in which an API keeps what it knows and whom it has asked about."""


def merge(*layers: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the sections of all layers together; on the same option the later layer wins."""
    merged: dict[str, dict[str, Any]] = {}
    for layer in layers:
        for section, options in layer.items():
            merged.setdefault(section, {}).update(options)
    return merged


def own(config: Mapping[str, Any] | None, reader: str) -> dict[str, dict[str, Any]]:
    """Return what the operator sets for one reader of a file, over our own options: for all, then for it alone."""
    declared = config or {}
    return merge(declared.get("all") or {}, declared.get(reader) or {})


def ini(path: str, options: Mapping[str, Any], group: str, namespaces: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return an oslo.config file that root owns and only the service's group reads."""
    item: dict[str, Any] = {
        "path": path,
        "format": "ini",
        "options": dict(options),
        "owner": "root",
        "group": group,
        "mode": "0640",
    }
    if namespaces:
        item["namespaces"] = list(namespaces)
    return item


def text(path: str, content: str, mode: str = "0644", owner: str = "root", group: str = "root") -> dict[str, Any]:
    """Return a file with this very content."""
    return {"path": path, "format": "text", "content": content, "owner": owner, "group": group, "mode": mode}


def absent(path: str) -> dict[str, Any]:
    """Return a file that must not be there."""
    return {"path": path, "format": "absent"}


def directory(path: str, owner: str, group: str, mode: str = "0750", package: str = "") -> dict[str, Any]:
    """Return a directory; with the first words of the names of packages that make it just so, where any do."""
    made = {"path": path, "format": "directory", "owner": owner, "group": group, "mode": mode}
    return {**made, "package": package} if package else made


def unit(name: str, *inputs: Mapping[str, Any] | str) -> dict[str, Any]:
    """Return a unit that runs. An input is a path (its whole content) or ``{path: options it reads}``."""
    read: dict[str, Any] = {}
    for one in inputs:
        read.update({one: None} if isinstance(one, str) else one)
    return {"name": f"{name}.service", "state": "started", "inputs": read}


def survive(name: str, after: tuple[str, ...] = (), stop_seconds: int = 0) -> dict[str, Any]:
    """Return a drop-in so that the unit outlives a reboot in which what it needs starts later than itself.

    Debian's units give up after five failures within ten seconds and are not ordered after the database or broker
    by the names those really have.
    """
    lines = ["[Unit]", "StartLimitIntervalSec=0"]
    if after:
        lines.append(f"After={' '.join(after)}")
    lines += ["", "[Service]", "Restart=always", "RestartSec=3"]
    if stop_seconds:
        lines.append(f"TimeoutStopSec={stop_seconds}")
    return text(f"/etc/systemd/system/{name}.service.d/novaform.conf", "\n".join(lines) + "\n")


def with_forgotten(made: Mapping[str, Any], forgotten: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the parts of a component whose services know that the cloud has forgotten them.

    ``forgotten`` is ``[{service, by, at}]``: who should have a record of a service and had none ``at`` a time.
    """
    by_unit = {f"{one['service']}.service": {"by": one["by"], "at": one["at"]} for one in forgotten}

    def marked(item: Mapping[str, Any], name: str) -> dict[str, Any]:
        return {**item, "forgotten": by_unit[name]} if name in by_unit else dict(item)

    found = dict(made)
    if "units" in made:
        found["units"] = [marked(item, item["name"]) for item in made["units"]]
    if "settle" in made:
        found["settle"] = marked(made["settle"], made["settle"]["unit"])
    return found


def to_stop(made: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is left of a component that is not to run: its units, the last one first, none of which starts.

    A unit that reads nothing of ours is the host's own, and stays as it is. A firewall declares no port any more.
    """
    ours = [item for item in reversed(made.get("units", ())) if item["state"] == "started" and item["inputs"]]
    left: dict[str, Any] = {
        "name": made["name"],
        "units": [{**item, "state": "stopped", "inputs": {}} for item in ours],
    }
    return {**left, "firewall": {"rules": []}} if "firewall" in made else left
