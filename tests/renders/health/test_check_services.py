"""`manage.py check_services` (R41)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from renderhub.lib import clock
from renders.domain.errors import ErrorCode, GenerationError
from renders.models import CircuitRow, RenderEvent, Service

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


def test_a_primary_that_is_left_alone_is_an_exit_code_though_it_answers(house, settings, capsys):
    settings.RENDERHUB_PROVIDERS = {**settings.RENDERHUB_PROVIDERS, "ailing": (*_ailing(settings), "io", 1)}
    now = clock.now()
    opened = {"opened_at": now, "open_until": now + timedelta(seconds=60), "code": "TIMEOUT", "message": "No answer."}
    CircuitRow.objects.create(provider="ailing", **opened)
    with pytest.raises(SystemExit):
        call_command("check_services", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["calls"] == [
        {
            "name": "ailing",
            "circuit": "open",
            "open_until": opened["open_until"].isoformat(),
            "opened_for": "TIMEOUT: No answer.",
            "calls_made": 0,
            "calls_failed": 0,
            "paused_until": None,
            "out_of_use_since": None,
            "out_of_use_by": "",
            "out_of_use_for": "",
            "at_once": 0,
            "at_once_limit": None,
            "rate_limit": None,
        }
    ]
    with pytest.raises(SystemExit):
        call_command("check_services", no_color=True)
    assert "left alone until" in capsys.readouterr().out


def _ailing(settings) -> tuple[str]:
    return (settings.RENDERHUB_PROVIDERS["ailing"][0],)
