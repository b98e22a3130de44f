"""Put the collection into the wheel.

One wheel carries the controller and the collection, so that the two can never disagree about a model. An editable
install carries none of it: a copy in site-packages would go stale at the next edit (the `.dev` tree serves there).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COLLECTION = "ansible_collections/novaform/compute"
SHIPPED = {
    "plugins": ("*.py", "*.yml"),
    "roles": ("*.yml", "*.j2", "*.md"),
    "playbooks": ("*.yml", "*.j2"),
    "meta": ("runtime.yml",),
    ".": ("galaxy.yml", "README.md", "LICENSE"),
}


class CollectionHook(BuildHookInterface):
    """Maps every shipped file of the collection to its place under `ansible_collections`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files named by the same allow-list that galaxy.yml holds for the tarball."""
        if version == "editable":
            return
        root = Path(self.root)
        for room, patterns in SHIPPED.items():
            for pattern in patterns:
                found = (root / room).glob(pattern if room == "." else f"**/{pattern}")
                for path in sorted(found):
                    inside = path.relative_to(root).as_posix()
                    build_data["force_include"][str(path)] = f"{COLLECTION}/{inside}"
