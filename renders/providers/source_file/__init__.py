"""Visuals out of the image or video that came with the job (R7)."""

from renders.providers.source_file.provider import SourceFile

__all__ = ["SourceFile"]
