"""Looking at what is outside the cloud's APIs: files to upload, and the hosts' own word."""

from __future__ import annotations
