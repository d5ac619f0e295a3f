from __future__ import annotations

import pytest

from alerts import checks


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://x", "http://"])
def test_an_address_that_nobody_can_open_is_said_at_start(settings, url: str) -> None:
    settings.RENDERHUB_BASE_URL = url
    assert [error.id for error in checks.check_base_url()] == ["alerts.E001"]


def test_a_webhook_that_is_malformed_is_said_without_the_secret(settings) -> None:
    settings.RENDERHUB_SLACK_WEBHOOKS = {"ops": "https://hooks.slack.com/x", "https://hooks.slack.com/secret": ""}
    [error] = checks.check_webhooks()
    assert "entry 2" in error.msg
    assert "secret" not in str(error)


def test_what_works_is_not_said(settings) -> None:
    settings.RENDERHUB_BASE_URL = "https://renders.example.org"
    settings.RENDERHUB_SLACK_WEBHOOKS = {"ops": "https://hooks.slack.com/services/x"}
    assert checks.check_base_url() == checks.check_webhooks() == checks.check_mail() == checks.check_in_a_row() == []


def test_two_kinds_of_tls_exclude_each_other(settings) -> None:
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = True
    assert checks.check_mail()


def test_a_threshold_that_is_never_reached_is_refused(settings) -> None:
    settings.RENDERHUB_ALERT_IN_A_ROW = 501
    assert checks.check_in_a_row()
