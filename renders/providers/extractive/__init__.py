"""Scripts made on the worker from the input itself, without a model (R8, R11)."""

from renders.providers.extractive.provider import Extractive

__all__ = ["Extractive"]
