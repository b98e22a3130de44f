"""A managed host in place of its Python: keeps what was sent to it, and answers what its folder says.

The folder has ``answer.json``, ``{module: answer}``, and in it ``end`` of lines; each payload is kept beside it as
``sent-N-MODULE``.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path


def main() -> None:
    """Read a module as Ansible sends it, and answer in its place."""
    folder = Path(sys.argv[1])
    sent = Path(sys.argv[2]).read_bytes() if len(sys.argv) > 2 and sys.argv[2] != "-" else sys.stdin.buffer.read()
    found = re.search(rb"plugins/modules/(\w+)\.py|plugins\.modules\.(\w+)", sent)
    module = next((name.decode() for name in found.groups() if name), "unknown") if found else "unknown"
    number = len(list(folder.glob("sent-*")))
    (folder / f"sent-{number}-{module}").write_bytes(sent)
    answers = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(answers.get(module, {"changed": False})) + answers.get("end", "\n"))


if __name__ == "__main__":
    main()
