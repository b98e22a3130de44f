"""What is there in the cloud, read in whole lists."""

from __future__ import annotations
