"""An INI file that is not ours as a whole: only the declared options of it are looked at and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..._site import difference_text, ini_merge
from ..._site import ini as ini_text
from ..._site.decide import file as decision
from ..door import ini
from . import file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._core.plan import Plan


class IniFile:
    """The stage of one such file. ``item`` is ``{path, options, namespaces, origins, owner, group, mode}``."""

    def __init__(self, item: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        self.item = item
        self.secrets = secrets

    def plan(self, planned: Plan | None) -> Plan:
        """Read the file, and when it is to change ask the installed release whether it knows the options."""
        seen = file.observe(self.item["path"])
        desired = self._to_desired(seen)
        plan = decision.decide([desired], {desired.path: seen}, lambda _: False, self._texts)
        if plan and self.item.get("namespaces"):
            ini.check(self.item, skip_missing=planned is not None)
        return plan

    def apply(self, plan: Plan) -> None:
        """Write the file."""
        file.bring(self._to_desired(file.observe(self.item["path"])))

    def _to_desired(self, seen: decision.SeenFile | None) -> decision.File:
        """Return the file as it should be; what is not declared of it stays."""
        text, options = seen.content if seen else "", self.item["options"]
        owner, group, mode = (self.item.get(what) for what in ("owner", "group", "mode"))
        kept = seen or decision.SeenFile("file")
        content = ini_merge.merge(text, options, self.secrets)
        return decision.File(
            path=self.item["path"],
            form="file",
            content=text if content.rstrip("\n") == text.rstrip("\n") else content,
            shown=ini_merge.merge(text, options),
            owner=owner or kept.owner,
            group=group or kept.group,
            mode=int(mode, 8) if mode else kept.mode,
        )

    def _texts(self, desired: decision.File, seen: decision.SeenFile | None) -> tuple[str, str]:
        """Return both texts for the diff; lines that are not ours may hold secrets and are scrubbed too."""
        lines = [
            line if secret.names_in(line) else difference_text.scrub(line) for line in ini_text.lines_of(desired.shown)
        ]
        shown = "".join(f"{line}\n" for line in lines)
        return difference_text.texts(seen.content if seen else None, desired.content, shown, self.secrets)
