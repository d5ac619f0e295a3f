"""One video mixes scenes, generated pictures and clips, and what came with the job, whatever kind that is (R7, R13).

The scripts, the source file's visuals and the generated ones are real; the service of predictions is on loopback.
Voice and composition are fakes: the end-to-end tests have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from renders.actions.request import Wish, request
from renders.models import Asset, Render, Step
from renders.pipeline import recovery
from tests.renders.source_files import files
from tests.support import generated_media, pipeline
from tests.support.pipeline import let_pass
from tests.support.predicting import predicting
from tests.support.predictions_server import CLIP, IMAGE, MUSIC, Predictions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]

TEXT = """# The reef

The reef is the largest one in the world. It stretches for thousands of kilometres along the coast. It is built by tiny
animals, which live in colonies and build skeletons of limestone. The reef is so large that it can be seen from space.

## Life

Thousands of species of fish live among the corals. Most species of marine turtle come to the reef to breed. Dugongs
graze on meadows of seagrass in the shallow water near the shore. Whales come each winter from the south to give birth.

## Threats

When the sea stays too warm for several weeks, corals push out the algae that feed them and turn white. A bleached coral
is not dead, but it starves if the water does not cool. Starfish eat the corals, and storms break them apart.

## Protection

The reef is protected by law. A large part of the marine park is closed to fishing. Scientists breed corals that stand
more heat and settle them on damaged parts. Farmers along the coast change how they fertilise their fields.
"""


@pytest.fixture
def service(settings: Any, monkeypatch: Any) -> Iterator[Predictions]:
    with predicting(settings, monkeypatch) as running:
        settings.RENDERHUB_GENERATED_VISUALS = {"image": 1, "clip": 0}
        settings.RENDERHUB_CHAINS |= {"script_gen": ["extractive"]}
        yield running


def plain() -> str:
    return TEXT.replace("#", "").strip()


def source_of(kind: str, folder: Path) -> Path:
    """The file that comes with the job."""
    path = folder / {"markdown": "reef.md", "pdf": "reef.pdf", "image": "reef.png", "video": "reef.mp4"}[kind]
    if kind == "markdown":
        path.write_text(TEXT)
    elif kind == "pdf":
        lines = [line for line in plain().splitlines() if line]
        path.write_bytes(files.pdf([[(60.0, 800.0 - 14 * n, 11, line) for n, line in enumerate(lines)]]))
    elif kind == "image":
        path.write_bytes(generated_media.picture("source", (640, 360)))
    else:
        path.write_bytes(generated_media.clip("source", 3.0))
    return path


@pytest.mark.parametrize("kind", ["markdown", "pdf", "image", "video"])
def test_a_source_file_of_each_kind_goes_together_with_generated_pictures(
    kind: str, service: Predictions, tmp_path: Path
) -> None:
    words = plain() if kind in ("image", "video") else ""
    clips = video_of(words, source_of(kind, tmp_path))
    providers = {"scene", "prediction_image"} | ({"source_file"} if kind in ("image", "video") else set())
    assert providers_of_visuals() == providers
    assert [made.model for made in service.made] == [IMAGE]
    assert {clip["kind"] for clip in clips} == {"image", "video"} if kind == "video" else {"image"}


def test_a_text_is_shown_in_all_kinds_of_visuals_with_music(service: Predictions, settings: Any) -> None:
    settings.RENDERHUB_GENERATED_VISUALS = {"image": 1, "clip": 1}
    settings.RENDERHUB_CHAINS |= {"music": ["prediction_music"]}
    clips = video_of(plain(), None)
    assert providers_of_visuals() == {"scene", "prediction_image", "prediction_clip"}
    assert sorted(made.model for made in service.made) == [CLIP, IMAGE, MUSIC]
    assert Asset.objects.get(slot="music").model == MUSIC
    assert {clip["kind"] for clip in clips} == {"image", "video"}


def video_of(words: str, source: Path | None) -> list[dict[str, Any]]:
    """The visuals of the timeline of a render that runs to its end."""
    request(pipeline.workspace(), Wish("topic_short", name="reef", input_text=words, source=source))
    run_to_the_end()
    render = Render.objects.get()
    assert (render.status, render.degraded, render.error_message) == ("completed", [], "")
    assert not Asset.objects.exclude(status="generated").exists()
    result: Any = Step.objects.get(stage="revideo").result
    clips: list[dict[str, Any]] = result["timeline"]["tracks"]["visuals"]
    assert all(clip["asset"] for clip in clips)
    return clips


def providers_of_visuals() -> set[str]:
    return set(Asset.objects.filter(slot="manim").values_list("provider", flat=True))


def run_to_the_end() -> None:
    for _ in range(10):
        while pipeline.run_one() or pipeline.run_one("io"):
            pass
        if Render.objects.get().status == "completed":
            return
        let_pass(61)
        recovery.tick()
