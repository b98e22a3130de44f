"""An argument spec as a value: fragments are merged instead of copied, and named as their documentation is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ArgumentSpec:
    """What ``AnsibleModule`` takes, mergeable."""

    options: dict[str, dict[str, Any]]
    rules: dict[str, list[Any]] = field(default_factory=dict)

    def merge(self, other: ArgumentSpec) -> ArgumentSpec:
        """Return both together; on the same option ``other`` wins."""
        names = set(self.rules) | set(other.rules)
        rules = {name: self.rules.get(name, []) + other.rules.get(name, []) for name in sorted(names)}
        return ArgumentSpec({**self.options, **other.options}, rules)

    def to_kwargs(self) -> dict[str, Any]:
        """Return the keyword arguments of ``AnsibleModule``."""
        return {"argument_spec": self.options, **self.rules}


SECRETS = ArgumentSpec({"secrets": {"type": "dict", "default": {}, "no_log": True}})

_RUN = {"epoch": {"type": "int", "required": True}, "holder": {"type": "str", "default": ""}}
RUN = ArgumentSpec({"run": {"type": "dict", "options": _RUN}})

_STEP = {name: {"type": "str", "required": True} for name in ("action", "kind", "name")}
AWAITS = ArgumentSpec({"awaits": {"type": "list", "elements": "dict", "options": _STEP, "default": []}})

_FORGOTTEN = {
    "service": {"type": "str", "required": True},
    "by": {"type": "str", "required": True},
    "at": {"type": "float", "required": True},
}
FORGOTTEN = ArgumentSpec({"forgotten": {"type": "list", "elements": "dict", "options": _FORGOTTEN, "default": []}})
STATE = ArgumentSpec({"state": {"type": "str", "choices": ["started", "stopped"], "default": "started"}})

COMPONENT = SECRETS.merge(RUN).merge(AWAITS).merge(FORGOTTEN).merge(STATE)
"""What the modules of all components take besides their own options."""
