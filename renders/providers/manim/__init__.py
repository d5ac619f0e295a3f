"""Animated scenes by Manim Community on the worker, the first of the `manim` chain (R12).

Manim, Cairo, Pango and FFmpeg's encoder run in a child process (`engine/`), never here.
"""

from __future__ import annotations

from renders.providers.manim.provider import Manim

__all__ = ["Manim"]
