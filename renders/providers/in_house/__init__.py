"""Stands at the end of the orchestrator's chain: the pipeline of our own makes the video after all (R18)."""

from renders.providers.in_house.provider import InHouse

__all__ = ["InHouse"]
