"""Stills made on the worker from our own compositions: a visual that needs no service (R12)."""

from renders.providers.still.provider import Still

__all__ = ["Still"]
