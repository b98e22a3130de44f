"""From a declaration to the things that are wanted, one for each thing of the cloud."""

from __future__ import annotations
