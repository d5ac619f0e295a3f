"""`manim` by a Manim renderer on another host (R12): `manage.py serve_engine manim` is one."""

from renders.providers.manim_service.provider import ManimService

__all__ = ["ManimService"]
