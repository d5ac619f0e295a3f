"""Settings that cannot work are said at start, by name; and how chains are read (STYLE, R36, R38)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from renders import checks
from renders.domain.stages import Stage
from renders.pipeline import chains
from tests.support import pipeline

pytestmark = pytest.mark.usefixtures("fakes")


def said(check: Any) -> list[tuple[str, str]]:
    return [(problem.id, problem.msg) for problem in check()]


def test_what_works_is_not_complained_about() -> None:
    assert [problem for problem in run_checks() if problem.id.startswith("renders.")] == []


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.MUSIC, Stage.ORCHESTRATOR}))
def test_an_empty_chain_is_said_by_its_variable(stage: str, settings: Any) -> None:
    settings.RENDERHUB_CHAINS |= {stage: []}
    assert said(checks.check_chains) == [
        ("renders.E001", f"{stage.upper()}_CHAIN is empty: name at least one provider.")
    ]


def test_neither_music_nor_an_orchestrator_is_needed() -> None:
    assert chains.primary(Stage.MUSIC) is chains.primary(Stage.ORCHESTRATOR) is None
    assert said(checks.check_chains) == []


def test_an_unknown_provider_is_said_with_those_that_there_are(settings: Any) -> None:
    settings.RENDERHUB_CHAINS |= {"tts": ["fake", "espeek"]}
    ((id, message),) = said(checks.check_chains)
    assert id == "renders.E002"
    assert message.startswith("TTS_CHAIN: espeek: There is no provider 'espeek'. Known: ")
    assert "espeak" in message


def test_a_provider_on_an_unknown_queue_is_said(settings: Any) -> None:
    settings.RENDERHUB_PROVIDERS = pipeline.FAKES | {"odd": ("a.b.C", "gpu", 1.0)}
    settings.RENDERHUB_CHAINS |= {"tts": ["odd"]}
    ((id, message),) = said(checks.check_chains)
    assert id == "renders.E002"
    assert "TTS_CHAIN: odd" in message


def test_a_chain_that_comes_back_to_a_provider_is_refused(settings: Any) -> None:
    """It would never be used up: after the second one comes what came after the first."""
    settings.RENDERHUB_CHAINS |= {"tts": ["fake", "second", "fake"]}
    assert said(checks.check_chains) == [("renders.E005", "TTS_CHAIN names a provider twice.")]


@pytest.mark.parametrize(("renewal", "lease", "ok"), [(2, 8, True), (4, 8, True), (4.1, 8, False), (9, 8, False)])
def test_one_late_renewal_must_not_lose_a_step(renewal: float, lease: float, ok: bool, settings: Any) -> None:
    settings.RENDERHUB_LEASE_RENEWAL_SECONDS, settings.RENDERHUB_LEASE_SECONDS = renewal, lease
    assert (said(checks.check_leases) == []) is ok


@pytest.mark.parametrize("value", ["25:00", "six", "", "06:00:99"])
def test_a_time_of_day_that_is_none_is_said(value: str, settings: Any) -> None:
    settings.RENDERHUB_DUE_AT = value
    assert [id for id, _ in said(checks.check_times)] == ["renders.E006"]


def test_servers_that_are_missing_are_said_with_what_to_do(settings: Any) -> None:
    settings.DATABASE_URL = settings.BROKER_URL = ""
    assert [message.partition(" ")[0] for _, message in said(checks.check_urls)] == ["DATABASE_URL", "BROKER_URL"]
    assert all("make run" in problem.hint for problem in checks.check_urls())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MEDIA_GENERATION_MAX_RETRIES", "many"),
        ("LEASE_SECONDS", "0"),
        ("DATABASE_URL", "mysql://x/y"),
        ("DEBUG", "maybe"),
    ],
)
def test_a_malformed_variable_ends_the_start_with_its_name(name: str, value: str) -> None:
    """In a process of its own, as an operator would see it."""
    done = subprocess.run(
        [sys.executable, "-c", "import renderhub.settings"],
        cwd=Path(__file__).parents[3],
        env=os.environ | {name: value},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert f"SettingMalformed: {name}" in done.stderr


class TestChains:
    def test_what_follows_a_provider_is_the_rest_of_its_chain(self, settings: Any) -> None:
        settings.RENDERHUB_CHAINS |= {"tts": ["fake", "second", "slow"]}
        assert [one.name for one in chains.rest_after(Stage.TTS, "fake")] == ["second", "slow"]
        assert chains.rest_after(Stage.TTS, "slow") == ()

    def test_after_one_that_was_taken_out_of_the_chain_comes_all_of_it(self, settings: Any) -> None:
        settings.RENDERHUB_CHAINS |= {"tts": ["second", "slow"]}
        assert [one.name for one in chains.rest_after(Stage.TTS, "fake")] == ["second", "slow"]
        assert chains.candidate("bygone").name == "bygone"

    def test_a_provider_is_made_once(self) -> None:
        assert chains.provider("fake") is chains.provider("fake")

    def test_the_shipped_chains_name_providers_that_can_be_imported(self, settings: Any) -> None:
        settings.RENDERHUB_PROVIDERS = {}
        for name in chains.BUILT_IN:
            assert chains.provider(name).name == name
