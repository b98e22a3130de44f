"""Worlds to try things on."""
