"""The simulated cloud: its services, its hosts, and the requests that they answer."""

from __future__ import annotations
