"""What ``.venv-nova`` runs: ``cloud.py HOSTS``. Everything else is imported after Nova has made threads green."""

from __future__ import annotations

import importlib
import sys

if __name__ == "__main__":
    importlib.import_module("nova.tests.functional")
    importlib.import_module("service").main(int(sys.argv[1]))
