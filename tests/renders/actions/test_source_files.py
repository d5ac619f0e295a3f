"""Files that come with a job, from the door to the step that uses them (R5, R7)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from renderhub.lib import clock
from renders.actions.request import RequestRefused, Wish, request
from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Ok
from renders.domain.script import Script, Visual
from renders.domain.stages import Stage
from renders.models import Render, Step
from renders.pipeline import chains, graph, inputs, storage
from renders.pipeline.transitions import failing, renders
from renders.stages.base import Work
from tests.support import pipeline
from tests.support.pipeline import take
from tests.support.providers import error, script

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]

TEXT = "word " * 60
WISH = Wish(job_type="topic_short", input_text=TEXT)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "Lake Baikal.PNG"
    Image.new("RGB", (640, 360), (10, 90, 140)).save(path, format="PNG")
    return path


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "rivers.md"
    path.write_text("# Rivers\n\n" + "The river carries water to the sea. " * 20)
    return path


def test_a_file_is_stored_by_what_it_holds_and_keeps_its_name(picture: Path) -> None:
    render = request(pipeline.workspace(), replace(WISH, source=picture)).render
    assert (render.source_name, render.source_kind) == ("Lake Baikal.PNG", "image")
    assert storage.path_of(render.source_file).read_bytes() == picture.read_bytes()
    assert "Baikal" not in render.source_file
    assert picture.exists(), "the sender's file is theirs"


def test_a_document_alone_is_enough_and_gives_the_render_its_name(document: Path) -> None:
    render = request(pipeline.workspace(), Wish(job_type="topic_short", source=document)).render
    assert (render.name, render.source_kind) == ("rivers", "document")


@pytest.mark.parametrize("missing", ["not there", "a folder"])
def test_a_file_that_is_not_there_is_refused_and_nothing_else_is_asked_for(tmp_path: Path, missing: str) -> None:
    path = tmp_path if missing == "a folder" else tmp_path / "gone.pdf"
    with pytest.raises(RequestRefused) as raised:
        request(pipeline.workspace(), Wish(job_type="topic_short", source=path))
    assert set(raised.value.fields) == {"source"}
    assert not Render.objects.exists()


def test_a_file_of_another_type_is_refused_beside_the_other_faults(tmp_path: Path) -> None:
    program = tmp_path / "video.mp4"
    program.write_bytes(b"\x7fELF" + bytes(100))
    with pytest.raises(RequestRefused) as raised:
        request(pipeline.workspace(), replace(WISH, source=program, length=7))
    assert set(raised.value.fields) == {"source", "length"}


def test_a_short_document_is_no_material(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "title.txt"
    path.write_text("Only a title")
    settings.RENDERHUB_CHAINS |= {"script_gen": ["extractive"]}
    with pytest.raises(RequestRefused) as raised:
        request(pipeline.workspace(), Wish(job_type="topic_short", source=path))
    assert set(raised.value.fields) == {"input"}


def test_another_file_another_look_or_captions_in_the_picture_make_another_render(
    picture: Path, document: Path
) -> None:
    wishes = [WISH, replace(WISH, source=picture), replace(WISH, source=document)]
    wishes += [replace(WISH, theme="paper"), replace(WISH, burn_captions=True)]
    answers = [request(pipeline.workspace(), wish) for wish in wishes]
    assert all(answer.created for answer in answers)
    assert not request(pipeline.workspace(), replace(WISH, source=picture)).created


def test_a_document_goes_to_the_script_with_its_text_and_a_picture_by_its_name(picture: Path, document: Path) -> None:
    for source, files in ((document, {"source"}), (picture, set())):
        request(pipeline.workspace(), replace(WISH, source=source))
        claimed = take(Stage.SCRIPT_GEN)
        asked = inputs.ask(claimed.stage, inputs.work_of(claimed))
        assert asked.payload["source"]["name"] == source.name
        assert set(asked.files) == files


def test_whoever_makes_it_knows_of_the_file_and_of_the_captions(picture: Path) -> None:
    wish = replace(WISH, source=picture, burn_captions=True, theme="paper")
    render = request(pipeline.workspace(), wish).render
    for stage in (Stage.SCRIPT_GEN, Stage.REVIDEO):
        job = pipeline.take_at(stage).job
        assert (job.source, job.burn_captions, job.theme) == (render.source(), True, "paper")
        Step.objects.filter(stage=stage).update(status="due", lease_until=None)


def segments_of(render: Render, shown: Visual) -> Script:
    made = script(2)
    first = replace(made.segments[0], visual=shown)
    return replace(made, segments=(first, *made.segments[1:]))


def test_a_segment_that_shows_the_file_begins_with_it_and_has_the_chain_behind_it(picture: Path) -> None:
    render = request(pipeline.workspace(), replace(WISH, source=picture)).render
    planned = graph.plan_segments(render.job(), segments_of(render, Visual.SOURCE), {}, chains.primary)
    assert [step.provider for step in planned if step.stage is Stage.MANIM] == [graph.SOURCE_FILE, "fake"]
    assert [one.name for one in chains.rest_after(Stage.MANIM, graph.SOURCE_FILE)] == ["fake"]


def test_only_that_segment_is_handed_the_file(picture: Path) -> None:
    render = request(pipeline.workspace(), replace(WISH, source=picture)).render
    made = segments_of(render, Visual.SOURCE)
    for segment, files in zip(made.segments, ({"source": render.source_file}, {}), strict=False):
        work = Work(str(render.pk), 1, render.job(), {"segment": segment.to_json()})
        assert inputs.ask(Stage.MANIM, work).files == files


def test_a_requeue_begins_with_the_file_again(picture: Path, fakes: Any) -> None:
    render = request(pipeline.workspace(), replace(WISH, source=picture)).render
    fakes.plan["script_gen"] = [Ok({"script": segments_of(render, Visual.SOURCE).to_json()})]
    pipeline.run_one()
    claimed = take(Stage.MANIM)
    assert claimed.provider == graph.SOURCE_FILE
    Step.objects.filter(pk=claimed.step_id).update(provider="fake")
    failing.fail(claimed, error(ErrorCode.RATE_LIMITED).error, "busy", requeue_at=clock.now())
    renders.requeue(render.pk, chains.primary, chains.queue_of)
    step = Step.objects.get(pk=claimed.step_id)
    assert (step.provider, step.status) == (graph.SOURCE_FILE, "due")
