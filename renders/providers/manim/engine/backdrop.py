"""The background of a scene: a picture, painted once, that Manim's camera copies instead of drawing it."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from manim import Camera, ImageMobject
from PIL import Image

from renders.look import backdrop
from renders.look.layout import Layout, Motif

_SOFT = 0.16
"""Width of the soft front of the figure as it spreads, as a share of its way."""


class Backdrop(ImageMobject):
    """The painted background of a layout, as large as the frame."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.full = backdrop.paint(layout).convert("RGBA")
        super().__init__(np.asarray(self.full))
        self.pixels = np.asarray(self.full)

    def reveal(self, share: float) -> None:
        """Show the figure as far as it has spread: 0 not at all, 1 whole."""
        if share >= 1:
            self.pixels = np.asarray(self.full)
            return
        front = share * (1 + _SOFT)
        table = [round(255 * min(1.0, max(0.0, (front - at / 255) / _SOFT))) for at in range(256)]
        self.pixels = np.asarray(Image.composite(self.full, self._plain, self._distance.point(table)))

    @cached_property
    def _plain(self) -> Image.Image:
        bare = replace(self.layout.backdrop, motif=Motif.PLAIN)
        return backdrop.paint(replace(self.layout, backdrop=bare)).convert("RGBA")

    @cached_property
    def _distance(self) -> Image.Image:
        """How far each pixel is from the middle of the figure, 0 to 255."""
        frame, (across, down) = self.layout.frame, self.layout.backdrop.centre
        x = np.arange(frame.width, dtype=np.float32) - across * frame.width
        y = np.arange(frame.height, dtype=np.float32) - down * frame.height
        away = np.hypot(x[None, :], y[:, None])
        return Image.fromarray((away * (255 / math.ceil(away.max()))).astype(np.uint8))


class FrameCamera(Camera):
    """Manim's camera with pixels as units, and a short way for the background."""

    def __init__(self, **more: Any) -> None:
        super().__init__(cairo_line_width_multiple=1.0, **more)
        self.frame_center = np.array([self.frame_width / 2, -self.frame_height / 2, 0.0])

    def display_image_mobject(self, image_mobject: ImageMobject, pixel_array: np.ndarray) -> None:
        """The background is as large as the frame: copied, where Manim would warp it."""
        if isinstance(image_mobject, Backdrop):
            np.copyto(pixel_array, image_mobject.pixels)
        else:
            super().display_image_mobject(image_mobject, pixel_array)
