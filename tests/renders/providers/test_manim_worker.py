"""The worker's side of animated scenes: a program that is kept warm, and everything that can become of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok
from renders.domain.script import SceneKind
from renders.providers.base import Request
from renders.providers.manim import Manim
from renders.providers.manim.keeping import Keeper
from tests.renders.providers.manim_scenes import payload

ENGINE = """
import json, os, pathlib, subprocess, sys, time
folder = pathlib.Path(sys.argv[1])
with (folder / "starts").open("a") as log:
    log.write(f"{os.getpid()}\\n")
for name in ("OPENBLAS_NUM_THREADS", "FONTCONFIG_FILE"):
    assert name in os.environ
if (folder / "missing").exists():
    print(json.dumps({"missing": "No module named 'manim'"}), flush=True)
    sys.exit(3)
if (folder / "broken").exists():
    sys.exit("Segmentation fault")
print(json.dumps({"ready": "0"}), flush=True)
peak = 100
for line in sys.stdin:
    if (folder / "leaving").exists():
        (folder / "leaving").unlink()
        sys.exit(0)
    asked = json.loads(line)
    match asked["payload"]["segment"]["headline"]:
        case "hang":
            child = subprocess.Popen(["sleep", "600"], start_new_session=True)
            (folder / "pids").write_text(f"{os.getpid()} {child.pid}")
            time.sleep(600)
        case "die":
            print("out of memory, sorry", file=sys.stderr, flush=True)
            os.kill(os.getpid(), 9)
        case "rubbish":
            print("<html>hello</html>", flush=True)
        case "flood":
            while True:
                print("x" * 65536, end="", flush=True)
        case "list":
            print("[1]", flush=True)
        case "fail":
            print(json.dumps({"failed": "ZeroDivisionError: x", "stack": "line 1", "peak_mb": peak}), flush=True)
        case "memory":
            print(json.dumps({"failed": "MemoryError", "memory": True, "peak_mb": peak}), flush=True)
        case "empty":
            print(json.dumps({"refused": {"segment.headline": "has no text."}, "peak_mb": peak}), flush=True)
        case "promise":
            print(json.dumps({"made": {"alt": "a", "duration": 1, "frames": 30}, "peak_mb": peak}), flush=True)
        case other:
            peak = 5000 if other == "grow" else 100
            pathlib.Path(asked["video"]).write_bytes(b"mp4")
            made = {"alt": "alt of it", "notes": ["shortened: x"], "duration": 2.5, "frames": 75}
            print(json.dumps({"made": made, "peak_mb": peak}), flush=True)
"""


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    """Where the fake engine's program is, and where it writes what it does."""
    (tmp_path / "engine.py").write_text(ENGINE)
    return tmp_path


@pytest.fixture
def manim(engine: Path) -> Iterator[Manim]:
    provider = Manim(engine=(sys.executable, "-S", engine / "engine.py", engine))
    yield provider
    provider.keeper.stop()


def ask(provider: Manim, folder: Path, headline: str = "fine", seconds: float = 20, **changes: Any) -> Any:
    asked = payload(SceneKind.BULLETS, segment={"headline": headline}, **changes)
    return provider.submit(Request("manim", asked, folder / "work", seconds=seconds), "key")


def error_of(outcome: object) -> GenerationError:
    assert isinstance(outcome, Err), outcome
    json.dumps(outcome.error.to_json())
    return outcome.error


def starts(engine: Path) -> list[int]:
    return [int(line) for line in (engine / "starts").read_text().split()]


def test_a_scene_is_a_video_with_what_was_said_of_it(manim: Manim, engine: Path) -> None:
    outcome = ask(manim, engine)
    assert isinstance(outcome, Ok)
    assert outcome.result == {
        "kind": "video",
        "alt": "alt of it",
        "duration": 2.5,
        "frames": 75,
        "notes": ["shortened: x"],
    }
    assert outcome.files == {"video": engine / "work" / "video.mp4"}


def test_the_engine_is_kept_warm_for_the_next_scene(manim: Manim, engine: Path) -> None:
    assert all(isinstance(ask(manim, engine), Ok) for _ in range(3))
    assert len(starts(engine)) == 1


def test_warming_up_starts_it_without_waiting(manim: Manim, engine: Path) -> None:
    manim.warm_up()
    manim.warm_up()
    assert isinstance(ask(manim, engine), Ok)
    assert len(starts(engine)) == 1


def test_after_so_many_scenes_and_when_it_has_grown_it_is_replaced(engine: Path) -> None:
    argv = (sys.executable, "-S", engine / "engine.py", engine)
    provider = Manim(engine=argv)
    provider.keeper = Keeper(argv, scenes=2, peak_mb=1000, memory_mb=1000)
    try:
        for headline in ("a", "b", "c", "grow", "d"):
            assert isinstance(ask(provider, engine, headline), Ok)
        assert len(starts(engine)) == 3
        assert not any(psutil.pid_exists(pid) for pid in starts(engine)[:-1])
    finally:
        provider.keeper.stop()


def test_one_that_hangs_is_ended_at_its_time_limit_with_all_that_it_started(manim: Manim, engine: Path) -> None:
    began = time.monotonic()
    error = error_of(ask(manim, engine, "hang", seconds=1))
    assert time.monotonic() - began < 4
    assert (error.code, error.max_attempts) == (ErrorCode.TIMEOUT, 1)
    assert not any(psutil.pid_exists(int(pid)) for pid in (engine / "pids").read_text().split())
    assert isinstance(ask(manim, engine), Ok)


def test_a_cancelled_scene_ends_the_engine_at_once(manim: Manim, engine: Path) -> None:
    asked = Request("manim", payload(SceneKind.BULLETS, segment={"headline": "hang"}), engine / "work", seconds=60)

    def cancel_when_it_hangs() -> None:
        until = time.monotonic() + 20
        while not (engine / "pids").exists() and time.monotonic() < until:
            pass
        asked.cancelled.set()

    thread = threading.Thread(target=cancel_when_it_hangs)
    thread.start()
    began = time.monotonic()
    error_of(manim.submit(asked, "key"))
    thread.join()
    assert time.monotonic() - began < 10
    assert not any(psutil.pid_exists(int(pid)) for pid in (engine / "pids").read_text().split())


def test_one_that_was_just_leaving_for_want_of_work_is_replaced_and_that_is_no_failure(
    manim: Manim, engine: Path
) -> None:
    assert isinstance(ask(manim, engine), Ok)
    (engine / "leaving").touch()
    assert isinstance(ask(manim, engine), Ok)
    assert len(starts(engine)) == 2


def test_one_that_is_killed_is_a_failure_that_speaks_of_memory(manim: Manim, engine: Path) -> None:
    error = error_of(ask(manim, engine, "die"))
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert error.is_retryable
    assert error.max_attempts is None
    assert "memory" in error.what_to_do
    assert error.context["returncode"] == -9
    assert error.context["stderr"] == "out of memory, sorry"
    assert error.context["segment"] == "s1"
    assert isinstance(ask(manim, engine), Ok)


@pytest.mark.parametrize("headline", ["rubbish", "flood", "list"])
def test_one_that_talks_nonsense_is_ended(manim: Manim, engine: Path, headline: str) -> None:
    error = error_of(ask(manim, engine, headline))
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert not psutil.pid_exists(starts(engine)[0])
    assert isinstance(ask(manim, engine), Ok)


def test_a_scene_that_cannot_be_drawn_is_not_drawn_again(manim: Manim, engine: Path) -> None:
    error = error_of(ask(manim, engine, "fail"))
    assert (error.code, error.max_attempts) == (ErrorCode.PROVIDER_FAILURE, 1)
    assert "ZeroDivisionError" in error.message
    assert error.context["stack"] == "line 1"
    # What failed may have left something behind: the next scene gets a new engine.
    assert isinstance(ask(manim, engine), Ok)
    assert len(starts(engine)) == 2


def test_too_little_memory_may_be_enough_later(manim: Manim, engine: Path) -> None:
    error = error_of(ask(manim, engine, "memory"))
    assert (error.code, error.max_attempts) == (ErrorCode.PROVIDER_FAILURE, None)
    assert "memory" in error.what_to_do


def test_a_file_that_is_not_there_is_a_failure(manim: Manim, engine: Path) -> None:
    assert error_of(ask(manim, engine, "promise")).code is ErrorCode.PROVIDER_FAILURE


def test_without_manim_it_says_at_once_and_once_how_to_install_it(manim: Manim, engine: Path) -> None:
    (engine / "missing").touch()
    for _ in range(3):
        error = error_of(ask(manim, engine))
        assert (error.code, error.max_attempts) == (ErrorCode.PROVIDER_FAILURE, 1)
        assert "make manim" in error.what_to_do
    assert len(starts(engine)) == 1, "nobody looks again and again for what is not there"


def test_without_its_python_too() -> None:
    provider = Manim(python="/nowhere/python")
    error = error_of(ask(provider, Path("/tmp")))
    assert (error.code, error.max_attempts) == (ErrorCode.PROVIDER_FAILURE, 1)
    assert "make manim" in error.what_to_do


def test_one_that_does_not_even_start_tells_its_last_words(manim: Manim, engine: Path) -> None:
    (engine / "broken").touch()
    error = error_of(ask(manim, engine))
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert error.context["stderr"] == "Segmentation fault"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"segment": {"headline": "empty"}}, "segment.headline"),
        ({"width": "wide"}, "width"),
        ({"height": 10}, "height"),
        ({"width": 385}, "width"),
        ({"fps": 0}, "fps"),
        ({"fps": True}, "fps"),
        ({"theme": "<b>"}, "theme"),
    ],
)
def test_what_cannot_be_a_scene_is_refused_field_by_field(
    manim: Manim, engine: Path, changes: dict[str, Any], field: str
) -> None:
    asked = payload(SceneKind.BULLETS, **changes)
    error = error_of(manim.submit(Request("manim", asked, engine / "work", seconds=20), "key"))
    assert (error.code, set(error.context["fields"])) == (ErrorCode.INVALID_INPUT, {field})


def test_a_payload_without_a_segment_is_refused(manim: Manim, engine: Path) -> None:
    error = error_of(manim.submit(Request("manim", {}, engine / "work", seconds=20), "key"))
    assert error.code is ErrorCode.INVALID_INPUT
    assert not (engine / "starts").exists()


def test_threads_take_turns(manim: Manim, engine: Path) -> None:
    found: list[object] = []

    def one(number: int) -> None:
        asked = payload(SceneKind.BULLETS, segment={"headline": f"scene {number}"})
        found.append(manim.submit(Request("manim", asked, engine / f"work{number}", seconds=20), "key"))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(outcome, Ok) for outcome in found)
    assert len(starts(engine)) == 1


def test_a_forked_worker_starts_an_engine_of_its_own(manim: Manim, engine: Path) -> None:
    assert isinstance(ask(manim, engine), Ok)
    pid = os.fork()
    if pid == 0:
        fine = isinstance(ask(manim, engine / "fork"), Ok)
        manim.keeper.stop()
        os._exit(0 if fine else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert isinstance(ask(manim, engine), Ok)
    assert len(starts(engine)) == 2


def test_the_engine_dies_with_its_worker(engine: Path) -> None:
    program = (
        "import os, sys, pathlib\n"
        "from renders.providers.manim import Manim\n"
        "from renders.providers.base import Request\n"
        "from tests.renders.providers.manim_scenes import payload\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "provider = Manim(engine=(sys.executable, '-S', folder / 'engine.py', folder))\n"
        "provider.submit(Request('manim', payload('bullets'), folder / 'work', seconds=20), 'key')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", program, engine], cwd=root, check=False)
    (pid,) = starts(engine)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)
    assert not psutil.pid_exists(pid)


def test_the_worker_imports_nothing_of_manim() -> None:
    program = (
        "import sys, renders.providers.manim.provider\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "sys.exit(bool(loaded & {'manim', 'manimpango', 'cairo', 'av', 'scipy'}))"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0
