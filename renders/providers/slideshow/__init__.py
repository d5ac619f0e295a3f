"""The last way to compose (R16): one still a segment, cuts, and the voice. It stands in where the composer fails."""

from renders.providers.slideshow.provider import Slideshow

__all__ = ["Slideshow"]
