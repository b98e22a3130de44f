"""`python -m novaform.lab`: the lab's commands without the rest of novaform."""

from __future__ import annotations

import sys

from novaform.lab import LabError, cli

if __name__ == "__main__":
    try:
        cli.app(prog_name="novaform lab")
    except LabError as error:
        sys.exit(f"novaform: {error}")
