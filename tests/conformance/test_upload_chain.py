"""`UPLOAD_CHAIN=s3,local_media`: to the bucket where it takes the video, else into the local folder, marked degraded
(R17)."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import requests

from renders.models import Render, RenderLog
from renders.pipeline import chains
from tests.support import pipeline
from tests.support.s3_server import S3Server

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(settings, bucket: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    from renders.pipeline import bell, lease

    monkeypatch.setattr(bell, "_ring", lambda freed: None)
    monkeypatch.setattr(lease.keeper, "_start", lambda: None)
    settings.RENDERHUB_PROVIDERS = pipeline.FAKES
    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, "upload": ["s3", "local_media"]}
    settings.RENDERHUB_S3 = bucket.settings()
    chains.provider.cache_clear()
    yield bucket
    chains.provider.cache_clear()


def is_kept_here(render: Render, media: Path) -> bool:
    return (media / "videos" / render.video_url.removeprefix("/media/")).is_file()


def test_a_bucket_that_takes_the_video_publishes_it(chain, settings):
    render = pipeline.make()
    assert render.status == "completed"
    assert render.video_url.startswith(f"{chain.public_url}/{render.pk}/")
    for url in (render.video_url, render.thumbnail_url, render.captions_url):
        assert requests.get(url, timeout=10).status_code == 200
    assert not render.degraded
    assert not (Path(settings.MEDIA_ROOT) / "videos").exists()


def test_a_bucket_that_refuses_our_key_leaves_the_video_here_at_once(chain, settings):
    settings.RENDERHUB_S3 = chain.settings(secret_access_key="another")
    render = pipeline.make()
    assert render.status == "completed"
    assert is_kept_here(render, Path(settings.MEDIA_ROOT))
    assert "upload" in str(render.degraded)
    told = " ".join(RenderLog.objects.filter(render=render, step_name="upload").values_list("error_message", flat=True))
    assert "The bucket refused" in told
    assert "another" not in told
    assert RenderLog.objects.filter(render=render, step_name="upload", status="degraded").exists()
    assert pipeline.Attempt.objects.filter(step__render=render, provider="s3").count() == 1


def test_a_bucket_that_does_not_answer_is_asked_again_before_the_video_stays_here(chain, settings):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    settings.RENDERHUB_S3 = chain.settings(endpoint=address)
    render = pipeline.make()
    assert render.status == "completed"
    assert is_kept_here(render, Path(settings.MEDIA_ROOT))
    assert pipeline.Attempt.objects.filter(step__render=render, provider="s3").count() == 3


def test_a_settings_check_names_what_is_missing(settings):
    from renders import checks

    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, "upload": ["s3"]}
    settings.RENDERHUB_S3 = dict.fromkeys(settings.RENDERHUB_S3, "") | {"endpoint": "minio:9000"}
    told = {problem.msg for problem in checks.check_bucket()}
    assert any("S3_BUCKET" in message for message in told)
    assert any("S3_SECRET_ACCESS_KEY" in message for message in told)
    assert any("S3_ENDPOINT='minio:9000'" in message for message in told)
    settings.RENDERHUB_CHAINS = pipeline.FAKE_CHAINS
    assert checks.check_bucket() == []
