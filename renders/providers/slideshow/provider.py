"""The provider `slideshow` of the stage `revideo`."""

from __future__ import annotations

import time
from dataclasses import replace

from renders.domain.errors import GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.timeline_form import Timeline
from renders.look.theme import INK, THEMES
from renders.look.thumbnail import draw_beside
from renders.media import beside, failures, gate, inspection
from renders.media.answering import ask_ffmpeg
from renders.media.session import Session, Stop
from renders.providers.base import Immediate, Request
from renders.providers.slideshow import film, stills

_PLAIN = "a simple slideshow: no motion, no transitions, no music"


class Slideshow(Immediate):
    """Composes a timeline as simply as can be: for each segment one still, cut hard, with the voice over it.

    It shares nothing with the composer but FFmpeg, the mastering of the sound and the output gate, so that what breaks
    the one leaves the other whole; and it takes what the composer refuses: a visual that cannot be read becomes a card.
    """

    name = "slideshow"

    def ping(self, seconds: float) -> GenerationError | None:
        return ask_ffmpeg(self.name, seconds)

    def submit(self, request: Request, key: str) -> Outcome:
        try:
            session = Session(request.workdir, time.monotonic() + request.seconds, Stop(request.cancelled))
            return self._compose(Timeline.from_json(request.payload.get("timeline")), request, session)
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            return Err(failures.failure(self.name, problem))

    def _compose(self, timeline: Timeline, request: Request, session: Session) -> Outcome:
        shown, replaced = stills.make(timeline, request.files, session)
        video = film.make(timeline, shown, request.files, session)
        texts = beside.write(timeline, session.folder, beside.words(request.payload.get("words")))
        thumbnail = session.folder / "thumbnail.jpg"
        draw_beside(timeline.title, THEMES.get(timeline.theme, INK), (timeline.width, timeline.height), thumbnail)
        found = inspection.measure(video, texts["captions"], seconds=session.seconds, cancel=session.stop)
        spoken = bool(gate.spoken(timeline))  # music alone is left out, too
        faults = gate.verdict(found, replace(gate.expected(timeline), audible=spoken))
        if faults:
            return Err(gate.refusal(self.name, faults))
        lost = f"; the pictures of {', '.join(replaced)} could not be read" if replaced else ""
        files = {"video": video, **texts, "thumbnail": thumbnail}
        return Ok(gate.described(found, timeline), files, degraded=f"{_PLAIN}{lost}")
