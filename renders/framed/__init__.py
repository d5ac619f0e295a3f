"""Pictures and footage that are not of our drawing, inside our frame: what came with a job, what was generated."""

from renders.framed.covering import covers
from renders.framed.framing import Framing, framing
from renders.framed.showing import show_footage, show_picture

__all__ = ["Framing", "covers", "framing", "show_footage", "show_picture"]
