"""Music from files: our own tracks, or the operator's (R15)."""

from renders.providers.library.provider import Library

__all__ = ["Library"]
