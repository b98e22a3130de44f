"""The declared instances, through the commands that people use."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from e2e.site import Site

CLEAN, ERROR, DIFFERS = 0, 1, 2


class Stack:
    """inventory/lab/instances.yml on a site."""

    def __init__(self, cloud: Site, file: Path) -> None:
        self.cloud = cloud
        self.file = file

    def run(self, verb: str, *more: str) -> tuple[int, Any]:
        """Run plan, apply or status, which must not fail; return its exit status and its answer."""
        status, answer = self.tried(verb, *more)
        assert status in {CLEAN, DIFFERS}, f"novaform {verb} ended with {status}:\n{answer['error']}"
        return status, answer

    def tried(self, verb: str, *more: str) -> tuple[int, Any]:
        """Run a command that may fail; return its exit status and its answer, which then has an ``error``."""
        key = ["--var", f"ssh_key={self.cloud.place.key}.pub"] if "ssh_key" in self.file.read_text() else []
        words = [str(self.file), "--inventory", str(self.cloud.inventory / "hosts.yml"), *key, "--json", *more]
        ended = self.cloud.novaform(verb, *words)
        assert ended.status in {CLEAN, ERROR, DIFFERS}, f"novaform {verb} ended with {ended.status}:\n{ended.said}"
        return ended.status, json.loads(ended.out)

    def plan(self, *more: str) -> tuple[int, set[tuple[str, str, str]]]:
        """Return the exit status and the steps as (action, kind, name)."""
        status, report = self.run("plan", *more)
        return status, {(step["action"], step["kind"], step["name"]) for step in report["steps"]}

    def apply(self, *more: str) -> None:
        status, result = self.run("apply", *more)
        assert status == CLEAN, json.dumps(result, indent=1)

    def status(self) -> dict[str, dict[str, Any]]:
        _, answer = self.run("status")
        return {one["name"]: one for one in answer["instances"]}

    def copy(self, folder: Path, before: str, after: str) -> Stack:
        """Return the same stack with other words in its declaration."""
        for file in self.file.parent.iterdir():
            if file.is_file():
                shutil.copy(file, folder)
        copied = folder / self.file.name
        text = copied.read_text()
        assert before in text, f"{self.file} has no {before!r}"
        copied.write_text(text.replace(before, after))
        return Stack(self.cloud, copied)
