"""The services of a drill: a provider and its spare on each queue, for every stage.

A film called `full...` is made by the real engines behind them, one called `refused...` has a script that nobody takes,
every other one by `light`. Publishing is real for all.
"""

from __future__ import annotations

import os
from pathlib import Path

from renderhub.lib.logs import subject
from renders.domain.draws import draw
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Outcome
from renders.drills import disturbances, journal, light, weather
from renders.drills.journal import Call
from renders.pipeline import chains
from renders.providers.base import Immediate, Provider, Request

FULL, REFUSED = "full", "refused"
FILMS = "films"
"""Folder of the drill: what each render is called, by its id, for the stage that is told no more than that."""
ENGINES = {"manim": "manim", "tts": "espeak", "revideo": "composer", "upload": "local_media"}
_FAULTS = (
    *(6 * (ErrorCode.TRANSIENT_PROVIDER_ERROR, ErrorCode.API_ERROR, ErrorCode.TIMEOUT, ErrorCode.PROVIDER_FAILURE)),
    # Seldom: it asks for a pause, and that concerns every call of the service.
    ErrorCode.RATE_LIMITED,
)
RATE_LIMIT_SECONDS = 2.0


class Service(Immediate):
    """Answers as the weather is. Each name is a service of its own."""

    name = "drill"

    def __init__(self) -> None:
        self._folder = Path(os.environ["DRILL_FOLDER"])
        self._segments = int(os.environ.get("DRILL_SEGMENTS", "2"))
        disturbances.install(self._folder)

    def submit(self, request: Request, key: str) -> Outcome:
        call = call_of(request, self.name, self._folder)
        journal.note(self._folder, call, request.folder.name)
        now = weather.read(self._folder)
        slow = now.slow.get(call.provider, 0.0)
        request.cancelled.wait(min(slow, request.seconds))
        if slow > request.seconds or request.cancelled.is_set():
            return Err(GenerationError(ErrorCode.TIMEOUT, call.provider, "No answer in time (drill)."))
        error = fault_of(call, now)
        if error is not None:
            return Err(error)
        engine = self._engine(call)
        return engine.submit(request, key) if engine else light.answer(request, call.film, self._segments)

    def ping(self, seconds: float) -> GenerationError | None:
        now = weather.read(self._folder)
        if self.name in now.down:
            return _unreachable(self.name)
        if now.slow.get(self.name, 0.0) > seconds:
            return GenerationError(ErrorCode.TIMEOUT, self.name, f"No answer within {seconds:g} s (drill).")
        return None

    def _engine(self, call: Call) -> Provider | None:
        if call.stage not in ENGINES or not (call.stage == "upload" or call.film.startswith(FULL)):
            return None
        wanted = os.environ.get(f"DRILL_{call.stage.upper()}_ENGINE") or ENGINES[call.stage]
        return chains.provider(wanted)


class ServiceOnIo(Service):
    name = "drill_io"


class Spare(Service):
    name = "spare"


class SpareOnIo(Service):
    name = "spare_io"


class ScriptService(ServiceOnIo):
    name = "script_service"


class VisualService(ServiceOnIo):
    name = "visual_service"


class VoiceService(ServiceOnIo):
    name = "voice_service"


class ComposingService(ServiceOnIo):
    name = "composing_service"


class Bucket(ServiceOnIo):
    name = "bucket"


_ON_IO = (ServiceOnIo, SpareOnIo, ScriptService, VisualService, VoiceService, ComposingService, Bucket)
PROVIDERS = {one.name: (f"{__name__}.{one.__name__}", "cpu") for one in (Service, Spare)} | {
    one.name: (f"{__name__}.{one.__name__}", "io") for one in _ON_IO
}
CHAINS = {
    "script_gen": "drill_io,spare",
    "manim": "drill,spare",
    "tts": "drill_io,spare",
    "music": "",
    "revideo": "drill,spare",
    "upload": "drill_io,spare_io",
}
"""Half of the primaries are engines of the machine (`cpu`), half services that all workers share (`io`)."""
SERVICES = {
    "script_gen": "script_service,spare",
    "manim": "visual_service,spare",
    "tts": "voice_service,spare",
    "music": "",
    "revideo": "composing_service",
    "upload": "bucket,spare_io",
}
"""Every primary is a service of its own; composing has no spare: its renders wait for it."""


def call_of(request: Request, provider: str, folder: Path) -> Call:
    """Whose call it is. Its numbers are those of the log lines about it: a request does not carry them."""
    payload, counted = request.payload, subject()
    match request.stage:
        case "script_gen":
            film, segment = str(payload["job"]["name"]), ""
        case "manim":
            film, segment = str(payload["segment"]["headline"]), str(payload["segment"]["id"])
        case "tts":
            film, segment = str(payload["text"]).split()[0], str(payload["segment_id"])
        case "revideo":
            film, segment = str(payload["timeline"]["title"]), ""
        case _:
            film, segment = (folder / FILMS / str(payload["render_id"])).read_text(encoding="utf-8"), ""
    return Call(film, request.stage, segment, provider, int(counted["retries"]), int(counted["attempt"]))


def fault_of(call: Call, now: weather.Weather) -> GenerationError | None:
    """What goes wrong with this call in this weather; None where nothing does."""
    if call.stage == "script_gen" and call.film.startswith(REFUSED):
        return GenerationError(ErrorCode.INVALID_INPUT, call.provider, "The drill wants this film to be refused.")
    if call.provider in now.down:
        return _unreachable(call.provider)
    if call.provider in now.refusing:
        return GenerationError(ErrorCode.SENSITIVE_CONTENT, call.provider, "Refused by the service (drill).")
    return drawn_fault(call, now.seed, now.fail)


def drawn_fault(call: Call, seed: int, fail: float) -> GenerationError | None:
    """One call in so many fails, drawn from what the call is for: a second run with the seed meets the same faults."""
    about = (seed, call.film, call.stage, call.segment, call.provider, call.requeues, call.attempt)
    if draw(*about) >= fail:
        return None
    code = _FAULTS[int(draw(*about, "code") * len(_FAULTS))]
    after = RATE_LIMIT_SECONDS if code is ErrorCode.RATE_LIMITED else None
    return GenerationError(code, call.provider, "Drawn by the drill.", retry_after=after)


def _unreachable(name: str) -> GenerationError:
    return GenerationError(ErrorCode.PROVIDER_FAILURE, name, "No connection to the service (drill).")
