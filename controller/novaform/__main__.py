"""``python -m novaform`` is ``novaform``."""

from __future__ import annotations

import sys

from novaform.cli import main

if __name__ == "__main__":
    sys.exit(main.main())
