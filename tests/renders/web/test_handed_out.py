"""Assets handed out to render services by signed addresses that expire (R16, R80, I9)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client

from renderhub.lib import clock
from renders.pipeline import handed_out, storage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.RENDERHUB_ASSETS_URL = "http://web:8000"
    settings.ALLOWED_HOSTS = ["web"]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n and so on")
    return storage.path_of(storage.put(tmp_path / "picture.png"))


def fetch(url: str, **headers: str) -> Any:
    return Client(headers={"host": "web:8000", **headers}).get(urlsplit(url).path)


def test_who_has_the_address_gets_the_file_without_signing_in(stored: Path) -> None:
    url = handed_out.address_of(stored)
    assert url.startswith("http://web:8000/media/handed-out/")
    answer = fetch(url)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == stored.read_bytes()
    assert answer.headers["Content-Type"] == "image/png"


def test_behind_tls_the_services_inside_are_not_sent_elsewhere(stored: Path, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = fetch(handed_out.address_of(stored))
    assert answer.status_code == 200
    answer.close()


def test_an_address_holds_for_an_hour(stored: Path) -> None:
    asked = clock.now()
    with clock.frozen(asked):
        url = handed_out.address_of(stored)
    with clock.frozen(asked + timedelta(minutes=59)):
        answer = fetch(url)
        assert answer.status_code == 200
        answer.close()
    with clock.frozen(asked + timedelta(minutes=61)):
        assert fetch(url).status_code == 404


def test_an_address_is_for_one_file_and_nobody_makes_one(stored: Path) -> None:
    url = handed_out.address_of(stored)
    signed = unquote(url.rpartition("/")[2])
    other = signed.replace(stored.name[:4], "0000")
    for name in (other, stored.name, f"{stored.name}:x:y", signed[:-1], "..%2f..%2fsecret_key"):
        assert fetch(f"/media/handed-out/{name}").status_code == 404, name


def test_a_key_that_is_signed_and_no_key_of_ours_leads_nowhere(stored: Path) -> None:
    assert fetch(handed_out.address_of(Path("/etc/passwd"))).status_code == 404
