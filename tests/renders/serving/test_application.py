"""The service around an engine, asked as a WSGI application."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.serving import listening
from renders.serving.application import Application
from renders.serving.engine import Made, Task
from renders.serving.places import Places
from renders.serving.refused import badly_asked, not_made
from renders.serving.shelf import Shelf
from tests.support.waiting import wait_until

KEY = "the-key-of-the-service"


@dataclass
class FakeEngine:
    """Makes what it is told to; `hold` keeps it at work."""

    by_url: bool = True
    name: str = "fake"
    hold: threading.Event | None = None
    fails: GenerationError | None = None
    raises: Exception | None = None
    ill: GenerationError | None = None
    tasks: list[Task] = field(default_factory=list)

    def read(self, asked: Mapping[str, Any]) -> Any:
        if "order" not in asked:
            raise badly_asked({"order": "is missing."})
        return asked["order"]

    def make(self, order: Any, task: Task) -> Made:
        self.tasks.append(task)
        if self.hold is not None:
            while not self.hold.wait(0.02):
                if task.cancelled.is_set():
                    raise not_made(GenerationError(ErrorCode.TIMEOUT, "fake", "It was cancelled."))
        if self.raises is not None:
            raise self.raises
        if self.fails is not None:
            raise not_made(self.fails)
        video, picture = task.folder / "video.mp4", task.folder / "thumbnail.jpg"
        video.write_bytes(b"a video")
        picture.write_bytes(b"a picture")
        return Made(video, 2.5, picture)

    def ping(self, seconds: float) -> GenerationError | None:
        return self.ill


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


def application(engine: FakeEngine, folder: Path, *, jobs: int = 1, queue: int = 1, **more: Any) -> Application:
    return Application(engine, Places(jobs, queue), Shelf(folder), **{"key": "", "seconds": 5.0, **more})


def ask(app: Application, method: str, path: str, body: object = None, **environ: Any) -> Answer:
    said = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    told: list[Any] = []
    asked = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(said)),
        "HTTP_HOST": "renders.example:5001",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(said),
        **environ,
    }
    answered = app(asked, lambda status, headers: told.extend((status, dict(headers))))
    body_said = b"".join(answered)
    if hasattr(answered, "close"):
        answered.close()
    assert int(told[1]["Content-Length"]) == len(body_said)
    return Answer(int(told[0].split()[0]), told[1], body_said)


def test_a_video_is_answered_by_its_address_and_fetched_from_there(engine: FakeEngine, tmp_path: Path) -> None:
    app = application(engine, tmp_path)
    told = ask(app, "POST", "/render", {"order": 1}).json()
    assert told["duration"] == 2.5
    site, _, name = told["video_url"].rpartition("/")
    assert site == "http://renders.example:5001/ready"
    video = ask(app, "GET", f"/ready/{name}")
    assert (video.status, video.headers["Content-Type"], video.body) == (200, "video/mp4", b"a video")
    assert ask(app, "GET", f"/ready/{told['thumbnail_url'].rpartition('/')[2]}").body == b"a picture"
    assert not any((tmp_path / "work").iterdir()), "working folders go with their orders"


def test_a_video_is_answered_as_it_is_and_not_kept(tmp_path: Path) -> None:
    answer = ask(application(FakeEngine(by_url=False), tmp_path), "POST", "/render", {"order": 1})
    assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, "video/mp4", b"a video")
    assert not list((tmp_path / "ready").glob("*.mp4"))


def test_what_is_asked_wrongly_is_refused_field_by_field(engine: FakeEngine, tmp_path: Path) -> None:
    answer = ask(application(engine, tmp_path), "POST", "/render", {})
    assert answer.status == 422
    assert answer.json() == {
        "error": "INVALID_INPUT",
        "message": "order is missing.",
        "status": 422,
        "fields": {"order": "is missing."},
    }
    assert not engine.tasks


@pytest.mark.parametrize(
    ("body", "environ", "status"),
    [
        (b"{", {}, 400),
        (b"[1]", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"[" * 100_000, {}, 400),
        (b"{}", {"CONTENT_TYPE": "text/plain"}, 415),
        (b"{}", {"CONTENT_LENGTH": "200"}, 408),
        (b" " * (listening.LARGEST + 1), {}, 413),
    ],
)
def test_what_is_no_request_is_said_to_be_none(
    engine: FakeEngine, tmp_path: Path, body: bytes, environ: dict[str, str], status: int
) -> None:
    answer = ask(application(engine, tmp_path), "POST", "/render", body, **environ)
    assert answer.status == status
    assert answer.json()["status"] == status
    assert not engine.tasks


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/render", 405), ("POST", "/", 404), ("GET", "/x", 404)]
)
def test_there_are_three_addresses(engine: FakeEngine, tmp_path: Path, method: str, path: str, status: int) -> None:
    assert ask(application(engine, tmp_path), method, path, {}).status == status


@pytest.mark.parametrize("name", ["", "x.mp4", "../work", "%2e%2e/x.mp4", f"{'a' * 32}.mp4", f"{'a' * 32}.html"])
def test_only_what_was_made_can_be_fetched(engine: FakeEngine, tmp_path: Path, name: str) -> None:
    (tmp_path / "x.mp4").write_bytes(b"secret")
    assert ask(application(engine, tmp_path), "GET", f"/ready/{name}").status == 404


def test_a_key_is_asked_for_where_there_is_one(engine: FakeEngine, tmp_path: Path) -> None:
    app = application(engine, tmp_path, key=KEY)
    assert ask(app, "POST", "/render", {"order": 1}).status == 401
    assert ask(app, "POST", "/render", {"order": 1}, HTTP_AUTHORIZATION="Bearer другой").status == 401
    assert ask(app, "POST", "/render", {"order": 1}, HTTP_AUTHORIZATION=KEY).status == 401
    assert not engine.tasks
    assert ask(app, "POST", "/render", {"order": 1}, HTTP_AUTHORIZATION=f"Bearer {KEY}").status == 200
    assert ask(app, "GET", "/health").status == 200, "health is for anybody"
    assert ask(app, "GET", "/health", HTTP_AUTHORIZATION="Bearer other").status == 401, "a ping finds a wrong key"


def test_an_engine_that_is_ill_is_said_to_be(tmp_path: Path) -> None:
    well = application(FakeEngine(), tmp_path / "well")
    assert ask(well, "GET", "/health").json() == {"status": "ok", "version": "1", "queue_depth": 0}
    engine = FakeEngine(ill=GenerationError(ErrorCode.PROVIDER_FAILURE, "fake", "Nothing is installed."))
    answer = ask(application(engine, tmp_path / "ill"), "GET", "/health")
    assert answer.status == 503
    assert answer.json()["status"] == "unhealthy"
    assert answer.json()["message"] == "Nothing is installed."


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (ErrorCode.INVALID_INPUT, 422),
        (ErrorCode.SENSITIVE_CONTENT, 422),
        (ErrorCode.TIMEOUT, 504),
        (ErrorCode.PROVIDER_FAILURE, 500),
        (ErrorCode.UNKNOWN, 500),
    ],
)
def test_an_engines_failure_has_its_status(tmp_path: Path, code: ErrorCode, status: int) -> None:
    engine = FakeEngine(fails=GenerationError(code, "fake", "It did not work.", context={"path": str(tmp_path)}))
    answer = ask(application(engine, tmp_path), "POST", "/render", {"order": 1})
    assert answer.status == status
    assert answer.json() == {"error": code.value, "message": "It did not work.", "status": status}


def test_whatever_happens_there_is_an_answer_without_what_is_ours(tmp_path: Path) -> None:
    app = application(FakeEngine(raises=RuntimeError(f"in {tmp_path}")), tmp_path)
    answer = ask(app, "POST", "/render", {"order": 1})
    assert answer.status == 500
    assert str(tmp_path) not in answer.body.decode()


def test_who_comes_when_all_places_are_taken_is_told_when_to_come_again(tmp_path: Path) -> None:
    engine = FakeEngine(hold=threading.Event())
    app = application(engine, tmp_path, jobs=1, queue=1)
    answers: list[Answer] = []
    callers = [
        threading.Thread(target=lambda: answers.append(ask(app, "POST", "/render", {"order": 1}))) for _ in range(2)
    ]
    for caller in callers:
        caller.start()
    wait_until(lambda: ask(app, "GET", "/health").json()["queue_depth"] == 1, 5, "one at work and one that waits")
    full = ask(app, "POST", "/render", {"order": 1})
    assert full.status == 503
    assert full.json()["error"] == "RATE_LIMITED"
    assert int(full.headers["Retry-After"]) > 0
    assert engine.hold is not None
    engine.hold.set()
    for caller in callers:
        caller.join(5)
    assert [answer.status for answer in answers] == [200, 200]
    assert ask(app, "POST", "/render", {"order": 1}).status == 200, "the places are free again"


def test_who_waits_for_a_place_for_too_long_is_let_go(tmp_path: Path) -> None:
    engine = FakeEngine(hold=threading.Event())
    app = application(engine, tmp_path, seconds=0.3)
    first = threading.Thread(target=lambda: ask(app, "POST", "/render", {"order": 1}))
    first.start()
    wait_until(lambda: engine.tasks, 5, "one to be at work")
    assert ask(app, "POST", "/render", {"order": 1}).status == 503
    assert engine.hold is not None
    engine.hold.set()
    first.join(5)
    assert len(engine.tasks) == 1


def test_files_are_not_kept_for_ever(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, kept_seconds=0.0)
    (tmp_path / "made.mp4").write_bytes(b"a video")
    name = shelf.put(tmp_path / "made.mp4")
    assert shelf.find(name) is None, "its time is over"
    shelf.sweep()
    assert not list((tmp_path / "ready").iterdir())


def test_what_a_dead_service_was_making_is_thrown_away_and_what_it_made_is_kept(tmp_path: Path) -> None:
    before = Shelf(tmp_path)
    (tmp_path / "made.mp4").write_bytes(b"a video")
    name = before.put(tmp_path / "made.mp4")
    (tmp_path / "work" / "dead").mkdir()
    after = Shelf(tmp_path)
    assert not any((tmp_path / "work").iterdir())
    assert after.find(name) is not None


def test_time_waiting_counts(tmp_path: Path) -> None:
    engine = FakeEngine()
    began = time.monotonic()
    ask(application(engine, tmp_path, seconds=7.0), "POST", "/render", {"order": 1})
    assert began + 6.5 < engine.tasks[0].until < began + 8


def test_a_request_that_does_not_come_to_its_end_is_given_up(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "SECONDS", 0.1)
    theirs, ours = socket.socketpair()
    answers: list[Answer] = []
    with ours, ours.makefile("rb") as incoming:
        theirs.sendall(b"{")
        environ = {"gunicorn.socket": ours, "wsgi.input": incoming, "CONTENT_LENGTH": "90"}
        app = application(engine, tmp_path)
        asking = threading.Thread(target=lambda: answers.append(ask(app, "POST", "/render", **environ)))
        asking.start()
        asking.join(5)
        given_up = bool(answers)
        theirs.close()
        asking.join(5)
    assert given_up
    assert answers[0].status == 408


def test_a_client_that_hangs_up_while_it_waits_gives_its_place_back(tmp_path: Path) -> None:
    held = FakeEngine(hold=threading.Event())
    app = application(held, tmp_path, jobs=1, queue=1, seconds=10.0)
    theirs, ours = socket.socketpair()
    environ = {"gunicorn.socket": ours}
    callers = [
        threading.Thread(target=lambda more=more: ask(app, "POST", "/render", {"order": 1}, **more))
        for more in ({}, environ)
    ]
    try:
        callers[0].start()
        wait_until(lambda: held.tasks, 5, "one to be at work")
        callers[1].start()
        wait_until(lambda: ask(app, "GET", "/health").json()["queue_depth"] == 1, 5, "the other one to wait")
        theirs.close()
        wait_until(lambda: ask(app, "GET", "/health").json()["queue_depth"] == 0, 5, "its place to be free")
    finally:
        assert held.hold is not None
        held.hold.set()
        for caller in callers:
            caller.join(15)
        ours.close()
    assert len(held.tasks) == 1
