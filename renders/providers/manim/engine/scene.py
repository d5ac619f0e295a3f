"""One scene of ours: a layout and a plan, played by Manim."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from manim import CairoRenderer, Mobject, Scene, tempconfig

from renders.look.layout import Layout
from renders.providers.manim.choreography.plan import Plan, elements_of
from renders.providers.manim.engine.backdrop import Backdrop, FrameCamera
from renders.providers.manim.engine.film import Film, FrameWriter
from renders.providers.manim.engine.motions import Spread, animation_of, pace
from renders.providers.manim.engine.shapes import mobject_of


class LayoutScene(Scene):
    """Plays the bouts of a plan; between them the picture stands still."""

    def __init__(self, layout: Layout, plan: Plan, renderer: CairoRenderer, fps: int) -> None:
        super().__init__(renderer=renderer)
        self.layout, self.plan, self.fps = layout, plan, fps
        self.elements = elements_of(layout)
        self.backdrop = Backdrop(layout)

    def construct(self) -> None:
        cued = {place for cue in self.plan.cues for place in cue.elements}
        there = [mobject_of([element]) for place, element in enumerate(self.elements) if place not in cued]
        if self.plan.ripple:
            self.backdrop.reveal(0)
        self.add(self.backdrop, *there)
        frame = 0
        for bout in self.plan.bouts:
            self.hold(bout[0] - frame)
            self.move(bout)
            frame = bout[1]
        self.hold(self.plan.frames - frame, last=True)

    def move(self, bout: tuple[int, int]) -> None:
        """All cues of one bout, in the order in which things are drawn."""
        start, end = bout
        cues = [cue for cue in self.plan.cues if start <= cue.start < end]
        animations = []
        if self.plan.ripple and start <= self.plan.ripple[0] < end:
            animations.append(Spread(self.backdrop, rate_func=pace(*self.plan.ripple, bout)))
        for cue in sorted(cues, key=lambda cue: cue.elements):
            elements = [self.elements[place] for place in cue.elements]
            animations.append(animation_of(cue, elements, mobject_of(elements), bout))
        # Manim plays a frame for each 1/fps s below the run time: half a frame less makes their number certain.
        self.play(*animations, run_time=(end - start - 0.5) / self.fps)

    def hold(self, frames: int, *, last: bool = False) -> None:
        """The picture as it is, for a number of frames; the last one is handed over at both its ends."""
        if frames > 0:
            self.wait((frames + 0.25) / self.fps, frozen_frame=True)
        if last and frames > 1:
            self.renderer.file_writer.film.add(self.renderer.camera.pixel_array)


class FrameRenderer(CairoRenderer):
    """Manim's renderer, handing its pixels on without a copy of its own."""

    def __init__(self, film: Film) -> None:
        super().__init__(file_writer_class=lambda settings: FrameWriter(settings, film), camera_class=FrameCamera)

    def update_frame(self, scene: Scene, mobjects: Iterable[Mobject] | None = None, **more: Any) -> None:
        """As Manim's. Where nothing moves, the static picture is the frame: drawn over itself, edges would thicken."""
        if mobjects is not None and not list(mobjects) and self.static_image is not None:
            self.camera.set_frame_to_background(self.static_image)
        else:
            super().update_frame(scene, mobjects, **more)

    def render(self, scene: Scene, time: float, moving_mobjects: Iterable[Mobject] | None = None) -> None:
        self.update_frame(scene, moving_mobjects)
        self.add_frame(self.camera.pixel_array)


def film_scene(layout: Layout, plan: Plan, film: Film, fps: int, scratch: Path) -> int:
    """Play the scene into the film; returns the number of its frames.

    `scratch`: a folder for what Manim writes on its way (outlines of texts). Raises FilmFailed and whatever Manim does.
    """
    frame = layout.frame
    settings = {
        "pixel_width": frame.width,
        "pixel_height": frame.height,
        "frame_width": float(frame.width),
        "frame_height": float(frame.height),
        "frame_rate": fps,
        "media_dir": str(scratch),
        "renderer": "cairo",
        "dry_run": True,
        "disable_caching": True,
        "progress_bar": "none",
        "verbosity": "WARNING",
        "seed": 0,
    }
    with tempconfig(settings):
        renderer = FrameRenderer(film)
        LayoutScene(layout, plan, renderer, fps).render()
    count: int = renderer.file_writer.count
    return count
