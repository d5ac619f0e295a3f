"""`manage.py check_services` (R41)."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from renders.domain.errors import ErrorCode, GenerationError
from renders.models import RenderEvent, Service

pytestmark = pytest.mark.django_db
ILL = GenerationError(ErrorCode.UNAUTHORIZED, "ailing", "The key was refused.", remedy="Give it another key.")


def test_it_prints_every_service(house, capsys):
    call_command("check_services", no_color=True)
    said = capsys.readouterr().out
    for name in ("database", "broker", "storage", "ailing", "fake"):
        assert name in said
    assert "5 of 5 services are up." in said


def test_a_primary_that_is_down_is_an_exit_code_and_a_remedy(house, capsys):
    house.says = lambda: ILL
    with pytest.raises(SystemExit) as ended:
        call_command("check_services", no_color=True)
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert "The key was refused." in said
    assert "Give it another key." in said


def test_a_fallback_that_is_down_is_not(house, settings, capsys):
    settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": ["fake", "ailing"], "upload": ["fake"]}
    house.says = lambda: ILL
    call_command("check_services", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    by_name = {service["name"]: service for service in told["services"]}
    assert by_name["ailing"] == {
        "name": "ailing",
        "status": "down",
        "primary": False,
        "stages": ["tts"],
        "latency_ms": by_name["ailing"]["latency_ms"],
        "error": "The key was refused.",
        "remedy": "Give it another key.",
    }


def test_it_keeps_nothing(house):
    house.says = lambda: ILL
    with pytest.raises(SystemExit):
        call_command("check_services", "--json")
    assert not Service.objects.exists()
    assert not RenderEvent.objects.exists()
