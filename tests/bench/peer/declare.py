"""What people check a file of servers with: PyYAML and jsonschema. ``declare.py FILE SCHEMA LOADER``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import yaml


def main(file: str, schema: str, loader: str) -> None:
    """Say how many servers a valid file has."""
    with Path(file).open() as opened:
        found = yaml.load(opened, getattr(yaml, loader))  # noqa: S506 - both loaders are safe ones
    jsonschema.validate(found, json.loads(Path(schema).read_text()))
    sys.stdout.write(f"{len(found['instances'])} servers\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
