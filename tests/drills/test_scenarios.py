"""The named drills, and what is told of their renders."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from renderhub.drills.faults import Playing, Spell
from renderhub.drills.scenarios import FAIR, SCENARIOS
from renderhub.drills.stories import Story
from renders.drills import weather
from renders.drills.services import PROVIDERS
from renders.drills.weather import Weather

WANTED = {
    *("service-down", "slow", "flapping", "refusing", "broker-flushed", "worker-killed", "database-restarted"),
    *("disk-full", "clock-jump"),
}


def test_every_scenario_is_there_and_plays_something() -> None:
    assert set(SCENARIOS) == WANTED
    for scenario in SCENARIOS.values():
        assert scenario.about.endswith(".")
        faults = scenario.faults([])
        assert faults
        for fault in faults:
            assert fault.told()
            if isinstance(fault, Spell):
                assert fault.fair == FAIR
                assert set(fault.bad.down) | set(fault.bad.refusing) <= set(PROVIDERS)


def test_a_spell_ends_with_fair_weather_also_when_it_is_cut_short(tmp_path: Path) -> None:
    site: Any = SimpleNamespace(folder=tmp_path)
    stop = threading.Event()
    spell = Spell("down", Weather(down=("drill",)), 60.0, FAIR)
    thread = threading.Thread(target=spell.play, args=(site, stop))
    thread.start()
    while weather.read(tmp_path).down != ("drill",):
        pass
    stop.set()
    thread.join(10)
    assert weather.read(tmp_path) == FAIR
    assert spell.ended.is_set()


def test_a_fault_that_cannot_be_played_is_told_and_stops_nobody() -> None:
    class Broken:
        name = "broken"

        def play(self, site: object, stop: threading.Event) -> None:
            raise OSError("no")

        def told(self) -> str:
            return ""

    with Playing([Broken()], SimpleNamespace()) as playing:  # type: ignore[arg-type]
        pass
    assert playing.broke == ["broken: OSError: no"]


@pytest.mark.parametrize(
    ("story", "told"),
    [
        (Story("a", "completed", 12.4, 0), "a: ready after 12 s."),
        (
            Story("a", "completed", 70.0, 1, ["tts s1 by spare"], ["1 x TIMEOUT (requeue)"]),
            "a: ready after 70 s; requeued 1 times; met 1 x TIMEOUT (requeue); degraded: tts s1 by spare.",
        ),
        (Story("a", "held", None, 0, why="2 visuals missing"), "a: held for an editor: 2 visuals missing."),
        (Story("a", "failed", None, 3, why="no"), "a: failed: no; requeued 3 times."),
        (Story("a", "processing", None, 0), "a: not ended: processing."),
    ],
)
def test_a_story_is_one_plain_sentence(story: Story, told: str) -> None:
    assert story.sentence() == told


def test_an_unknown_scenario_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("drill", "earthquake")
