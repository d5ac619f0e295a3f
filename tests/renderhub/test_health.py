"""`/healthz` and `/readyz` (R41)."""

from __future__ import annotations

import threading

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext

from renderhub import health
from renders.domain.errors import ErrorCode, GenerationError
from renders.health import foundations

SECRET = "host-and-port-of-our-server"


@pytest.fixture(autouse=True)
def _fresh():
    health._replies.forget()
    health._Migrations.applied = False
    yield
    health._replies.forget()


@pytest.fixture
def probe(client, settings):
    """As a container engine asks: by address, without TLS, not signed in."""
    settings.ALLOWED_HOSTS = ["videos.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    settings.WHITENOISE_AUTOREFRESH = True  # no files were collected

    def get(path: str):
        return client.get(path, headers={"host": "10.1.2.3:8000"})

    return get


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_a_probe_needs_no_name_no_tls_no_login_and_leaves_no_session(probe, path):
    with CaptureQueriesContext(connection) as context:
        answer = probe(path)
    assert answer.status_code == 200, answer.content
    assert answer.json()["status"] == "ok"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert len(context) == 0, "the request's own connection is not used"
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_ready_means_database_broker_storage_and_migrations(probe):
    assert probe("/readyz").json()["checks"] == dict.fromkeys(("database", "broker", "storage", "migrations"), "ok")


@pytest.mark.parametrize("name", ["database", "broker", "storage"])
@pytest.mark.django_db
def test_what_is_missing_is_503_and_a_stranger_learns_no_more(probe, monkeypatch, name):
    ill = GenerationError(ErrorCode.TIMEOUT, name, SECRET)
    monkeypatch.setattr(foundations, name, lambda *_: ill)
    answer = probe("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    assert answer.json()["checks"][name].startswith("failed after")
    assert SECRET not in answer.content.decode()
    assert probe("/healthz").status_code == 200


@pytest.mark.django_db
def test_who_hangs_is_not_waited_for(probe, monkeypatch):
    never = threading.Event()
    monkeypatch.setattr(health, "SECONDS", 0.3)
    monkeypatch.setattr(foundations, "storage", lambda: bool(never.wait()) and None)
    answer = probe("/readyz")
    never.set()
    assert answer.status_code == 503
    assert answer.json()["checks"]["storage"] == "failed after 0.3 s"
    assert answer.json()["checks"]["database"] == "ok"


@pytest.mark.django_db(transaction=True)
def test_a_database_of_another_form_is_not_ready(probe):
    recorder = MigrationRecorder(connection)
    last = recorder.migration_qs.filter(app="renders").latest("id")
    last.delete()
    try:
        answer = probe("/readyz")
    finally:
        recorder.record_applied(last.app, last.name)
    assert answer.status_code == 503
    assert "not applied" in answer.json()["checks"]["migrations"]
    assert answer.json()["checks"]["database"] == "ok"
    health._replies.forget()
    assert probe("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_flood_of_probes_asks_once(probe, monkeypatch):
    asked = []
    monkeypatch.setattr(foundations, "storage", lambda: asked.append(1))
    for _ in range(20):
        assert probe("/readyz").status_code == 200
    assert asked == [1]
    health._replies._until = 0.0
    probe("/readyz")
    assert asked == [1, 1]


@pytest.mark.django_db
def test_other_addresses_are_as_they_were(probe):
    assert probe("/healthz/x").status_code != 200
    assert probe("/readyz/").status_code != 200
