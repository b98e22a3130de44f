"""`python -m novaform.guest build --output images/tiny.qcow2`."""

from __future__ import annotations

import sys

from novaform import core
from novaform.guest import cli

if __name__ == "__main__":
    try:
        cli.app()
    except core.errors.Error as error:
        sys.exit(f"error: {error}")
