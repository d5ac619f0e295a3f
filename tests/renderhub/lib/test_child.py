"""`renderhub.lib.child`: programs end when they must, whole, and take nothing along."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from renderhub.drills.looking import alive, kill, marked
from renderhub.lib.child import (
    Child,
    ChildCancelled,
    ChildError,
    ChildFailed,
    ChildMissing,
    ChildTimeout,
    Limits,
    run,
    spawn,
)
from tests.support.waiting import wait_until

PROJECT = Path(__file__).resolve().parents[3]
ENOUGH = Limits(seconds=60)
SLEEPERS = "setsid sleep 600 & (setsid sh -c 'sleep 601 & sleep 602' &) ; sleep 603"
"""A program with children in sessions of their own, one of them orphaned at once."""


@pytest.fixture
def mark() -> Iterator[str]:
    """A word to put into the environment of what a test starts, to find it all again."""
    word = f"MARK-{uuid.uuid4().hex}"
    yield word
    for pid in marked(word):
        kill(pid)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def nothing_left(mark: str, within: float = 5.0) -> None:
    wait_until(lambda: not marked(mark), within, "no process is left")


def running(mark: str, count: int) -> None:
    wait_until(lambda: len(marked(mark)) >= count, 20, f"{count} processes run")


class TestWhatAProgramGetsAndGives:
    def test_it_returns_output_code_and_figures(self) -> None:
        finished = run(["sh", "-c", "echo out; echo err >&2; exit 3"], limits=ENOUGH, check=False)
        assert (finished.returncode, finished.stdout, finished.stderr) == (3, b"out\n", b"err\n")
        assert finished.seconds > 0
        assert finished.peak_mb > 0

    def test_it_counts_the_work_of_descendants(self) -> None:
        burn = "import time; x = bytearray(80_000_000)\nwhile time.process_time() < .3: pass"
        finished = run(["sh", "-c", f'"{sys.executable}" -c "{burn}"; true'], limits=ENOUGH)
        assert finished.cpu_seconds >= 0.3
        assert finished.peak_mb >= 76

    def test_it_passes_on_no_secret_of_ours(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("API_KEY", "secret")
        seen = run(["env"], limits=ENOUGH, cwd=tmp_path, env={"GIVEN": "1"}).stdout.decode().split("\n")
        assert "GIVEN=1" in seen
        assert f"HOME={tmp_path}" in seen
        assert "LANG=C.UTF-8" in seen
        assert any(line.startswith("PATH=") for line in seen)
        assert not [line for line in seen if line.startswith("API_KEY")]

    def test_a_failure_carries_code_and_last_words(self) -> None:
        with pytest.raises(ChildFailed, match="code 4: no such codec") as caught:
            run(["sh", "-c", "echo first >&2; echo no such codec >&2; exit 4"], limits=ENOUGH)
        assert caught.value.finished.returncode == 4

    def test_a_program_that_is_missing_or_no_program_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "text").write_text("no program")
        for path in ("no-such-program", tmp_path / "text"):
            with pytest.raises(ChildMissing, match=str(path)):
                run([path], limits=ENOUGH)
            with pytest.raises(ChildMissing, match=str(path)):
                spawn([path])

    def test_a_missing_working_folder_is_an_error_of_ours(self, tmp_path: Path) -> None:
        with pytest.raises(ChildError, match="gone"):
            run(["true"], limits=ENOUGH, cwd=tmp_path / "gone")

    def test_it_keeps_the_head_of_stdout_and_the_tail_of_stderr(self) -> None:
        code = "import sys; sys.stdout.write('A' + 'b' * 300000); sys.stderr.write('c' * 300000 + 'D')"
        finished = run(python(code), limits=Limits(seconds=60, output_bytes=10))
        assert (finished.stdout, finished.stderr) == (b"Abbbbbbbbb", b"cccccccccD")

    def test_it_feeds_more_than_a_pipe_holds(self) -> None:
        data = os.urandom(3_000_000)
        assert run(["cat"], limits=Limits(seconds=60, output_bytes=len(data)), stdin=data).stdout == data

    def test_it_reads_what_is_left_in_the_pipe_when_the_program_has_ended(self, mark: str) -> None:
        widen = "import fcntl, os; fcntl.fcntl(1, fcntl.F_SETPIPE_SZ, 1 << 20); os.write(1, b'x' * 900_000)"
        finished = run(python(widen), limits=ENOUGH, env={"MARK": mark}, on_stdout=lambda chunk: nothing_left(mark, 20))
        assert len(finished.stdout) == 900_000

    def test_a_program_that_does_not_read_is_not_waited_for(self) -> None:
        assert run(["true"], limits=ENOUGH, stdin=b"x" * 3_000_000).returncode == 0

    def test_it_hands_on_output_while_the_program_runs(self, tmp_path: Path) -> None:
        seen: list[bytes] = []

        def answer(chunk: bytes) -> None:
            seen.append(chunk)
            (tmp_path / "seen").touch()

        run(
            ["sh", "-c", "echo one; until [ -e seen ]; do :; done; echo two"],
            limits=ENOUGH,
            cwd=tmp_path,
            on_stdout=answer,
        )
        assert b"".join(seen) == b"one\ntwo\n"
        assert len(seen) == 2

    def test_signals_mean_what_they_mean_by_default(self) -> None:
        # Python ignores SIGPIPE, and what is ignored is inherited.
        assert run(["sh", "-c", "kill -PIPE $$"], limits=ENOUGH, check=False).returncode == -signal.SIGPIPE

    def test_it_holds_no_file_of_ours_or_of_its_neighbours(self) -> None:
        def open_files(_: int) -> set[str]:
            return set(run(["sh", "-c", "ls /proc/$$/fd"], limits=ENOUGH).stdout.decode().split())

        before = sorted(Path("/proc/self/fd").iterdir())
        with ThreadPoolExecutor(6) as pool:
            assert set().union(*pool.map(open_files, range(24))) <= {"0", "1", "2"}
        assert sorted(Path("/proc/self/fd").iterdir()) == before


class TestLimits:
    def test_memory_is_limited(self) -> None:
        greedy = python("bytearray(600_000_000)")
        with pytest.raises(ChildFailed, match="MemoryError"):
            run(greedy, limits=Limits(seconds=60, memory_mb=300))
        assert run(greedy, limits=ENOUGH).returncode == 0

    def test_the_size_of_a_file_is_limited(self, tmp_path: Path) -> None:
        with pytest.raises(ChildFailed):
            run(["sh", "-c", "head -c 3000000 /dev/zero > big"], limits=Limits(seconds=60, file_mb=1), cwd=tmp_path)
        assert (tmp_path / "big").stat().st_size == 1024 * 1024

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
    def test_it_runs_as_another_user(self) -> None:
        who = run(["sh", "-c", "id -u; id -g; id -G"], limits=ENOUGH, cwd=Path("/"), user=(65534, 65534)).stdout
        assert who.split() == [b"65534"] * 3


class TestTheEndOfAProgram:
    def test_at_its_deadline_it_ends_with_all_descendants(self, mark: str) -> None:
        with pytest.raises(ChildTimeout, match=r"within 0\.5 s"):
            run(["sh", "-c", SLEEPERS], limits=Limits(seconds=0.5), env={"MARK": mark})
        assert not marked(mark)

    def test_at_its_deadline_it_ends_even_if_it_will_not(self, mark: str) -> None:
        stubborn = "trap '' TERM INT HUP; while :; do sleep 1; done"
        with pytest.raises(ChildTimeout) as caught:
            run(["sh", "-c", stubborn], limits=Limits(seconds=0.3), env={"MARK": mark})
        assert caught.value.finished is not None
        assert caught.value.finished.returncode == -signal.SIGKILL
        assert not marked(mark)

    def test_what_it_said_before_its_deadline_is_kept(self) -> None:
        with pytest.raises(ChildTimeout) as caught:
            run(["sh", "-c", "echo half; sleep 600"], limits=Limits(seconds=0.5))
        assert caught.value.finished is not None
        assert caught.value.finished.stdout == b"half\n"

    def test_when_cancelled_it_ends_with_all_descendants(self, mark: str) -> None:
        cancel = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(run, ["sh", "-c", SLEEPERS], limits=ENOUGH, env={"MARK": mark}, cancel=cancel)
            running(mark, 5)
            cancel.set()
            with pytest.raises(ChildCancelled):
                work.result(5)
        assert not marked(mark)

    def test_cancelled_before_it_starts_it_does_not_start(self, tmp_path: Path) -> None:
        cancel = threading.Event()
        cancel.set()
        with pytest.raises(ChildCancelled):
            run(["touch", "started"], limits=ENOUGH, cwd=tmp_path, cancel=cancel)
        assert not list(tmp_path.iterdir())

    def test_after_its_normal_end_no_descendant_stays(self, mark: str) -> None:
        finished = run(
            ["sh", "-c", "setsid sleep 600 & (setsid sleep 601 &) ; echo done"], limits=ENOUGH, env={"MARK": mark}
        )
        assert finished.stdout == b"done\n"
        assert not marked(mark)

    def test_when_reading_its_output_fails_it_ends(self, mark: str) -> None:
        def refuse(chunk: bytes) -> None:
            raise ValueError("not what I wanted")

        with pytest.raises(ValueError, match="not what I wanted"):
            run(["sh", "-c", f"echo x; {SLEEPERS}"], limits=ENOUGH, env={"MARK": mark}, on_stdout=refuse)
        assert not marked(mark)

    def test_when_its_watchdog_is_killed_it_ends_and_we_are_told(self, mark: str) -> None:
        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(run, ["sleep", "600"], limits=ENOUGH, env={"MARK": mark})
            running(mark, 2)
            watchdog = next(pid for pid in marked(mark) if b"watchdog" in Path(f"/proc/{pid}/cmdline").read_bytes())
            kill(watchdog)
            with pytest.raises(ChildError, match="watchdog was killed"):
                work.result(10)
        nothing_left(mark)

    def test_a_stopped_process_is_ended_too(self, mark: str) -> None:
        with pytest.raises(ChildTimeout):
            run(["sh", "-c", "sleep 600 & kill -STOP $! $$"], limits=Limits(seconds=0.5), env={"MARK": mark})
        assert not marked(mark)


class TestTheEndOfOurProcess:
    def parent(self, code: str, mark: str) -> subprocess.Popen[bytes]:
        """A RenderHub process of its own; what it starts carries the mark."""
        head = "import os, signal, sys, threading, time\nfrom pathlib import Path\nfrom renderhub.lib.child import *\n"
        return subprocess.Popen(
            [sys.executable, "-c", head + code, mark], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    @pytest.mark.parametrize("thread", [False, True])
    def test_its_children_and_theirs_end_with_it(self, mark: str, thread: bool) -> None:
        work = f"run(['sh', '-c', {SLEEPERS!r}], limits=Limits(seconds=600), env={{'MARK': sys.argv[1]}})"
        if thread:
            work = f"t = threading.Thread(target=lambda: {work}); t.start(); t.join()"
        with self.parent(work, mark) as parent:
            running(mark, 6)
            parent.kill()
        nothing_left(mark)

    def test_a_process_forked_from_it_keeps_no_child_alive(self, mark: str) -> None:
        code = (
            "spawn(['sleep', '600'], env={'MARK': sys.argv[1]})\n"
            "forked = os.fork()\n"
            "if forked: print(forked, flush=True)\n"
            "while True: signal.pause()"
        )
        with self.parent(code, mark) as parent:
            assert parent.stdout
            forked = int(parent.stdout.readline())
            parent.kill()
        try:
            wait_until(lambda: [pid for pid in marked(mark) if pid != forked] == [], 5, "only the forked one is left")
            assert alive(forked)
        finally:
            kill(forked)

    def test_a_service_may_end_in_good_order(self, mark: str, tmp_path: Path) -> None:
        service = f"trap 'touch {tmp_path}/tidied; exit' INT; touch {tmp_path}/ready; while :; do sleep 0.01; done"
        code = (
            f"spawn(['sh', '-c', {service!r}], env={{'MARK': sys.argv[1]}}, "
            "stop_signal=signal.SIGINT, orphan_grace=20)\n"
            "while True: signal.pause()"
        )
        with self.parent(code, mark) as parent:
            wait_until((tmp_path / "ready").exists, 20, "the service is ready")
            parent.kill()
        nothing_left(mark)
        assert (tmp_path / "tidied").exists()

    def test_the_end_of_the_thread_that_started_it_is_not_its_end(self) -> None:
        started: list[Child] = []
        thread = threading.Thread(target=lambda: started.append(spawn(["sh", "-c", "read x < /dev/zero"])))
        thread.start()
        thread.join()
        with pytest.raises(ChildTimeout):
            started[0].wait(0.3)
        assert started[0].terminate(0) == -signal.SIGKILL

    def test_a_daemonic_process_of_a_pool_may_start_programs(self) -> None:
        def work(answer: multiprocessing.connection.Connection) -> None:
            answer.send(run(["echo", "from the pool"], limits=ENOUGH).stdout)

        receive, send = multiprocessing.Pipe(False)
        context = multiprocessing.get_context("fork")
        process = context.Process(target=work, args=(send,), daemon=True)
        process.start()
        assert receive.poll(20)
        assert receive.recv() == b"from the pool\n"
        process.join()
        receive.close()
        send.close()


class TestServices:
    def test_it_has_a_session_of_its_own_and_our_word_for_its_output(self, tmp_path: Path) -> None:
        with (tmp_path / "log").open("wb") as log:
            service = spawn(["sh", "-c", "echo hello; exec sleep 600"], stdout=log)
        try:
            wait_until(lambda: (tmp_path / "log").read_bytes() == b"hello\n", 10, "it has said hello")
            assert service.poll() is None
            assert os.getsid(service.pid) == service.pid
            # Ctrl-C in our terminal must not reach it past us, nor its watchdog.
            assert os.getpgid(service.watchdog_pid) != os.getpgid(0)
        finally:
            assert service.terminate(20) == -signal.SIGTERM
        assert service.poll() == -signal.SIGTERM

    def test_its_end_is_noticed_with_its_code(self) -> None:
        assert spawn(["sh", "-c", "exit 7"]).wait(20) == 7

    def test_one_that_ignores_the_signal_is_killed_after_its_grace(self, mark: str, tmp_path: Path) -> None:
        stubborn = f"trap '' TERM; touch {tmp_path}/ready; while :; do sleep 0.1; done"
        service = spawn(["sh", "-c", stubborn], env={"MARK": mark})
        wait_until((tmp_path / "ready").exists, 20, "it ignores the signal by now")
        began = time.monotonic()
        assert service.terminate(0.4) == -signal.SIGKILL
        assert 0.4 <= time.monotonic() - began < 5
        assert not marked(mark)

    def test_the_grace_can_be_cut_short(self, tmp_path: Path) -> None:
        stubborn = f"trap '' TERM; touch {tmp_path}/ready; while :; do sleep 0.1; done"
        service = spawn(["sh", "-c", stubborn])
        wait_until((tmp_path / "ready").exists, 20, "it ignores the signal by now")
        service.ask_to_stop(600)
        with pytest.raises(ChildTimeout):
            service.wait(0.2)
        service.ask_to_stop(0)
        assert service.wait(10) == -signal.SIGKILL

    def test_it_is_asked_with_the_signal_that_it_wants(self, tmp_path: Path) -> None:
        polite = f"trap 'exit 9' QUIT; touch {tmp_path}/ready; while :; do sleep 0.01; done"
        service = spawn(["sh", "-c", polite], stop_signal=signal.SIGQUIT)
        wait_until((tmp_path / "ready").exists, 20, "it has its trap")
        assert service.terminate(20) == 9
