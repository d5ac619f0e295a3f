"""Providers that stop at gates, so that a test can kill what it holds there, exactly in the middle of a stage.

A gate is a file `gates/<film>.<stage>` in CHAOS_FOLDER: while it exists, calls of that stage for the film called so
wait. Every call appends a line to CHAOS_FOLDER/journal when it is asked and when it answers. Each claim writes other
bytes than its predecessor, so that work published twice shows.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from renderhub.lib import child
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.script import Role, SceneKind, Script, Segment
from renders.providers.base import Immediate, Request
from renders.providers.local_media.provider import LocalMedia

POLL = 0.01
MOST_SECONDS = 180.0
"""A gate that nobody opens any more (the test was killed) holds nobody for longer."""

# The engine's child has a child of its own in another session: both must be gone when their worker is.
ENGINE = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
while os.path.exists(sys.argv[1]):
    time.sleep(0.01)
"""


def film_of(request: Request) -> str:
    """The name under which the test asked for this video: it travels through script, timeline and files."""
    payload = request.payload
    match request.stage:
        case "script_gen":
            return str(payload["job"]["name"])
        case "manim":
            return str(payload["segment"]["headline"])
        case "tts":
            return str(payload["text"]).split()[0]
        case "revideo":
            return str(payload["timeline"]["title"])
        case _:
            return str(json.loads(request.files["video"].read_text(encoding="utf-8"))["film"])


def segment_of(request: Request) -> str:
    if request.stage == "manim":
        return str(request.payload["segment"]["id"])
    return str(request.payload.get("segment_id", ""))


class Gated(Immediate):
    """One provider for every stage; upload publishes for real, through `LocalMedia`."""

    name = "gated"

    def __init__(self) -> None:
        self._folder = Path(os.environ["CHAOS_FOLDER"])

    def submit(self, request: Request, key: str) -> Outcome:
        film = film_of(request)
        with self._noted(request, film):
            return self._make(request, film)

    @contextmanager
    def _noted(self, request: Request, film: str) -> Iterator[None]:
        self._note("asked", request, film)
        yield
        self._note("answered", request, film)

    def _note(self, event: str, request: Request, film: str) -> None:
        line = {
            "event": event,
            "film": film,
            "stage": request.stage,
            "segment": segment_of(request),
            "claim": request.workdir.name,
            "pid": os.getpid(),
            "thread": threading.current_thread().name,
            "provider": self.name,
        }
        handle = os.open(self._folder / "journal", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(handle, (json.dumps(line) + "\n").encode())
        os.close(handle)

    def _make(self, request: Request, film: str) -> Outcome:
        match request.stage:
            case "script_gen":
                self._pass(request, film)
                return Ok({"script": _script(film).to_json()})
            case "manim":
                return Ok({"kind": "image", "alt": film}, self._files(request, film, image="image.png"))
            case "tts":
                made = self._files(request, film, narration="narration.wav")
                timings = [{"start": 0.0, "end": 2.0, "text": str(request.payload["text"])}]
                return Ok({"duration": 2.0, "timings": timings, "voice": self.name}, made)
            case "revideo":
                made = self._files(request, film, video="video.mp4", captions="captions.vtt", thumbnail="thumbnail.jpg")
                return Ok({"duration": request.payload["timeline"]["duration"]}, made)
            case _:
                return self._upload(request, film)

    def _files(self, request: Request, film: str, **names: str) -> dict[str, Path]:
        """Half of each file is written before the gate: who is killed there leaves half-made media behind."""
        made = {role: request.workdir / name for role, name in names.items()}
        about = {"film": film, "stage": request.stage, "claim": request.workdir.name, "pid": os.getpid()}
        texts = {role: json.dumps(about | {"role": role}) for role in made}
        for role, path in made.items():
            path.write_text(texts[role][:20], encoding="utf-8")
        self._pass(request, film)
        for role, path in made.items():
            path.write_text(texts[role], encoding="utf-8")
        return made

    def _upload(self, request: Request, film: str) -> Outcome:
        """The gate stands where it hurts most: all is published, and nobody has noted it yet."""
        media = LocalMedia(Path(os.environ["CHAOS_FOLDER"]) / "media" / "videos", "/media/videos")
        outcome = media.submit(request, "")
        self._pass(request, film)
        return outcome

    def _gate(self, request: Request, film: str) -> Path:
        return self._folder / "gates" / f"{film}.{request.stage}"

    def _pass(self, request: Request, film: str) -> None:
        gate, until = self._gate(request, film), time.monotonic() + MOST_SECONDS
        while gate.exists() and not request.cancelled.is_set() and time.monotonic() < until:
            time.sleep(POLL)


class GatedIo(Gated):
    """The same in a thread of the `io` pool."""

    name = "gated_io"


class Engine(Gated):
    """The same with a real child process, which waits at the gate and has a child of its own."""

    name = "engine"

    def submit(self, request: Request, key: str) -> Outcome:
        try:
            return super().submit(request, key)
        except child.ChildError as error:
            return Err(GenerationError(ErrorCode.PROVIDER_FAILURE, self.name, str(error)))

    def _pass(self, request: Request, film: str) -> None:
        argv = (sys.executable, "-I", "-S", "-c", ENGINE, str(self._gate(request, film)))
        child.run(argv, limits=child.Limits(seconds=MOST_SECONDS), cwd=request.workdir, cancel=request.cancelled)


def _script(film: str) -> Script:
    return Script(
        film,
        "en",
        tuple(
            Segment(f"s{n}", role, f"{film} in sentence {n}.", film, SceneKind.TITLE_CARD, {"headline": film})
            for n, role in enumerate((Role.HOOK, Role.CLOSING), start=1)
        ),
    )
