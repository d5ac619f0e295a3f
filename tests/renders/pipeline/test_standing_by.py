"""A machine that cannot work (a full disk) blames nobody: its steps wait, unspent, and go on again (R10, R34)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err
from renders.domain.shortage import shortage
from renders.domain.stages import Stage
from renders.health import foundations
from renders.models import Attempt, CircuitRow, Render, RenderLog, Step
from renders.pipeline import recovery, standing_by, steering, storage
from tests.support import pipeline
from tests.support.providers import Fake, Misbehaving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("services")]

NO_ROOM = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "video.mp4")


class Disk:
    """The disk of the media folder: `full` is met by everybody who writes."""

    full = False

    def check(self, folder: Path) -> None:
        if self.full:
            raise NO_ROOM

    def speak(self, request: Any) -> Any:
        if self.full:
            raise NO_ROOM
        return Fake()._tts(request)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk()
    monkeypatch.setattr(standing_by, "check_writable", disk.check)
    standing_by.forget()
    yield disk
    standing_by.forget()


@pytest.fixture
def services(fakes: Any, settings: Any, disk: Disk) -> None:
    settings.RENDERHUB_PROVIDERS = {**pipeline.FAKES, "service": ("tests.support.providers.Fake", "io", 1)}
    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, "tts": ["service", "second"]}
    Misbehaving.plan["tts"] = [disk.speak] * 50


def work() -> None:
    while pipeline.run_one("cpu") or pipeline.run_one("io"):
        pass


def test_on_a_full_disk_everything_waits_and_once_there_is_room_all_are_completed(disk: Disk) -> None:
    for number in range(4):
        pipeline.ask(f"topic {number} " * 20)
    disk.full = True
    work()

    assert pipeline.calls("tts") == 1, "whoever knows that nothing can be kept asks nobody"
    waiting = Step.objects.filter(status="sleeping")
    assert set(waiting.values_list("attempt", flat=True)) == {0}

    disk.full = False
    for _ in range(4):
        pipeline.let_pass(30)
        recovery.tick()
        work()

    assert set(Render.objects.values_list("status", "retry_count")) == {("completed", 0)}
    assert not Attempt.objects.filter(outcome="error").exists()
    assert not any(Render.objects.values_list("degraded", flat=True))
    assert not CircuitRow.objects.exclude(open_until=None).exists()


class TestAService:
    def test_is_not_to_blame_for_what_could_not_be_kept_here(self, disk: Disk) -> None:
        """Ten calls are enough to open a circuit twice."""
        for number in range(5):
            pipeline.ask(f"topic {number} " * 20)
        claims = narrations(10)
        disk.full = True
        for claimed in claims:
            pipeline.run(claimed)

        assert all(not row.calls and row.open_until is None for row in CircuitRow.objects.filter(provider="service"))
        assert steering.circuits.retry_is_worth_it("service", standing_by.clock.now())
        step = Step.objects.get(pk=claims[0].step_id)
        assert (step.status, step.attempt, step.provider) == ("sleeping", 0, "service")
        assert "The disk of this machine is full (ENOSPC)" in step.waits_for
        assert "Free space on the disk of the media folder (MEDIA_ROOT), then it goes on by itself." in step.waits_for
        log = RenderLog.objects.filter(step_name="tts", status="skipped").first()
        assert log is not None
        assert log.error_message == step.waits_for

    def test_that_probed_leaves_the_probe_to_the_next(self, disk: Disk) -> None:
        claimed = narrations(1)[0]
        steering._probing.add((claimed.step_id, claimed.claim_no))
        disk.full = True
        pipeline.run(claimed)
        assert not steering._probing
        assert not CircuitRow.objects.filter(provider="service", open_until__isnull=False).exists()


def narrations(count: int) -> list[Any]:
    """So many claims of narrations."""
    claims: list[Any] = []
    while len(claims) < count:
        claimed = pipeline.take(Stage.TTS, "io")
        if claimed is not None:
            claims.append(claimed)
        elif pipeline.run_one("cpu") is None:
            pipeline.ask(f"one more topic {Render.objects.count()} " * 20)
    return claims


def test_what_cannot_be_stored_waits_as_well(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    claimed = narrations(1)[0]
    put = storage.put

    def full(path: Path) -> str:
        disk.full = True
        raise NO_ROOM

    monkeypatch.setattr(storage, "put", full)
    assert pipeline.run(claimed) is None
    step = Step.objects.get(pk=claimed.step_id)
    assert (step.status, step.attempt) == ("sleeping", 0)
    assert "(ENOSPC)" in step.waits_for

    monkeypatch.setattr(storage, "put", put)
    disk.full = False
    pipeline.let_pass(30)
    recovery.tick()
    work()
    assert Step.objects.get(pk=claimed.step_id).status == "done"


def test_a_shortage_that_the_machine_does_not_show_is_left_to_the_policy(disk: Disk) -> None:
    """Work that needs more memory than there is would wait for ever; its fallback may need less."""
    claimed = narrations(1)[0]
    error = shortage("service", MemoryError())
    assert error is not None
    Misbehaving.plan["tts"] = [Err(error)]
    assert type(pipeline.run(claimed)).__name__ == "Retry"
    assert Attempt.objects.get(step_id=claimed.step_id).error["ours"] is True
    assert not any(row.calls for row in CircuitRow.objects.filter(provider="service"))


def test_faults_of_services_are_theirs_however_full_the_disk_is(disk: Disk) -> None:
    claimed = narrations(1)[0]
    Misbehaving.plan["tts"] = [Err(GenerationError(ErrorCode.API_ERROR, "service", "502"))]
    disk.full = True
    assert type(pipeline.run(claimed)).__name__ == "Retry"


def test_whoever_sees_room_again_wakes_all_who_wait(disk: Disk) -> None:
    claims = narrations(3)
    disk.full = True
    for claimed in claims:
        pipeline.run(claimed)
    Step.objects.filter(pk=claims[0].step_id).update(status="due")
    disk.full = False
    work()
    done = Step.objects.filter(pk__in=[claimed.step_id for claimed in claims])
    assert set(done.values_list("status", flat=True)) == {"done"}


def test_the_check_of_the_storage_says_the_same_and_is_what_alerts(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path) -> None:
        raise NO_ROOM

    monkeypatch.setattr(foundations, "check_writable", full)
    error = foundations.storage()
    assert error is not None
    assert (error.provider, error.provider_code) == (foundations.STORAGE, "ENOSPC")
    assert "goes on by itself" in error.what_to_do
