"""Render services that a chain names have an address, or that is said at start."""

from __future__ import annotations

from typing import Any

import pytest

from renders import checks


@pytest.fixture
def named(settings: Any) -> Any:
    settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "revideo": ["revideo_service", "composer"]}
    return settings


@pytest.mark.parametrize("url", ["", "revideo:5001", "ftp://revideo:5001"])
def test_a_service_of_a_chain_needs_an_address(named: Any, url: str) -> None:
    named.RENDERHUB_SERVICES = {**named.RENDERHUB_SERVICES, "revideo_service": {"url": url, "key": ""}}
    [problem] = checks.check_services()
    assert "REVIDEO_SERVICE_URL" in problem.msg


def test_one_that_has_it_is_fine_and_others_need_none(named: Any) -> None:
    address = {"url": "http://revideo:5001", "key": "k"}
    named.RENDERHUB_SERVICES = {**named.RENDERHUB_SERVICES, "revideo_service": address}
    assert checks.check_services() == []
