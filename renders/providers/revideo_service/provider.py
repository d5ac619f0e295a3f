"""The provider `revideo_service` of the stage `revideo`: a timeline, composed elsewhere and judged here."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from renders.domain.errors import GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.timeline_form import Timeline
from renders.look.theme import INK, THEMES
from renders.look.thumbnail import draw_beside
from renders.media import beside, failures, finishing, gate, inspection, notes
from renders.media.gate import Measured
from renders.media.probe import MediaInfo
from renders.media.session import BadAsset, Session, Stop
from renders.providers.base import Immediate, Request
from renders.providers.render_service import Rendered, RenderService


class RevideoService(Immediate):
    """Has a timeline composed by the service at `url`.

    The service fetches the timeline's assets from addresses that are made for it. Its video has to pass the output
    gate like any other (R16); what a service leaves to be done is done here: loudness, chapters, colours, the files
    beside the video.
    """

    name = "revideo_service"

    def __init__(
        self, url: str, address_of: Callable[[Path], str], key: str = "", private_hosts: Collection[str] = ()
    ) -> None:
        """`address_of`: where the service can fetch a file of storage from."""
        self._service = RenderService(self.name, url, key, setting="REVIDEO_SERVICE_URL", private_hosts=private_hosts)
        self._address_of = address_of

    def ping(self, seconds: float) -> GenerationError | None:
        return self._service.ping(seconds)

    def submit(self, request: Request, key: str) -> Outcome:
        until = time.monotonic() + request.seconds
        try:
            timeline = Timeline.from_json(request.payload.get("timeline"))
            rendered = self._service.render(self._asked(timeline, request), request, until, decode=False)
            if isinstance(rendered, GenerationError):
                return Err(rendered)
            return self._judged(rendered, timeline, request, Session(request.workdir, until, Stop(request.cancelled)))
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            return Err(failures.failure(self.name, problem))

    def _asked(self, timeline: Timeline, request: Request) -> dict[str, Any]:
        """Raises BadAsset where a file is missing."""
        return {
            "timeline": timeline.to_json(),
            "width": timeline.width,
            "height": timeline.height,
            "fps": timeline.fps,
            "captions": timeline.burn_captions,
            "assets": {name: self._address_of(_file(name, request)) for name in timeline.assets},
        }

    def _judged(self, rendered: Rendered, timeline: Timeline, request: Request, session: Session) -> Outcome:
        texts = beside.write(timeline, session.folder, beside.words(request.payload.get("words")))
        wanted = gate.expected(timeline)
        video, found = rendered.video, self._measured(rendered.video, texts["captions"], session, rendered.info)
        faults = gate.verdict(found, wanted)
        if finishing.is_curable(faults) and (faults or _lacks_chapters(found, timeline)):
            form = finishing.Form(timeline.width, timeline.height, timeline.fps, notes.metadata(timeline))
            video = finishing.finish(video, found, faults, form, session)
            found = self._measured(video, texts["captions"], session)
            faults = gate.verdict(found, wanted)
        if faults:
            return Err(gate.refusal(self.name, faults))
        thumbnail = session.folder / "thumbnail.jpg"
        theme = THEMES.get(timeline.theme, INK)
        draw_beside(timeline.title, theme, (timeline.width, timeline.height), thumbnail)
        return Ok(gate.described(found, timeline), {"video": video, **texts, "thumbnail": thumbnail})

    def _measured(self, video: Path, captions: Path, session: Session, info: MediaInfo | None = None) -> Measured:
        return inspection.measure(video, captions, seconds=session.seconds, cancel=session.stop, info=info)


def _file(name: str, request: Request) -> Path:
    path = request.files.get(name)
    if path is None:
        raise BadAsset(f"{name}: the timeline names this asset, but there is no file for it.")
    return path


def _lacks_chapters(found: Measured, timeline: Timeline) -> bool:
    return found.info is not None and len(found.info.chapters) != len(timeline.chapters)
