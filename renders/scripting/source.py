"""What came with the job besides its text (R7): a document to tell from, an image or a video to show.

Payload: `source: {kind: document | image | video, name, seconds}`: the original name, and a video's length. The
document itself is `Request.files["source"]`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from renders.domain.job import Job, JobType
from renders.domain.script import Role, Script, Segment, Visual
from renders.scripting.job_reading import BadJob
from renders.source_files import SourceKind, SourceRefused, read_document
from renders.text import speech_rate
from renders.text.markdown import blocks_of
from renders.text.words import stems

ROLE = "source"
_MATERIAL_WORDS = 40
"""An input text of fewer words beside a document is its title or a wish, and no material."""
_TITLE_WORDS = 14


@dataclass(frozen=True)
class Source:
    kind: SourceKind
    name: str
    seconds: float


def source_of(payload: Mapping[str, Any]) -> Source | None:
    """The source file that the payload names; None where there is none. Raises BadJob for a form that is not ours."""
    data = payload.get("source")
    if data is None:
        return None
    try:
        seconds = float(data.get("seconds") or 0.0)
        return Source(SourceKind(str(data["kind"])), str(data.get("name", ""))[:200], seconds)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadJob("The source file of the job cannot be read.", "Send the file again.") from error


def document_of(source: Source | None, path: Path | None, *, seconds: float, cancel: threading.Event) -> str:
    """The text of the document that came with the job and lies at `path`; empty where none came.

    Raises BadJob; `child.ChildError`."""
    if source is None or source.kind is not SourceKind.DOCUMENT:
        return ""
    if path is None:
        raise BadJob("The document that came with the job is not there.", "Send the file again.")
    try:
        return read_document(path, source.name, seconds=seconds, cancel=cancel)
    except SourceRefused as refused:
        raise BadJob(refused.message, refused.remedy) from refused


def with_document(job: Job, text: str) -> Job:
    """The job with the text of its document, where it has one."""
    if not text:
        return job
    given = job.input_text.strip()
    if len(given.split()) >= _MATERIAL_WORDS:
        text = f"{given}\n\n{text}"
    elif given and "\n" not in given and len(given.split()) <= _TITLE_WORDS and not _has_title(text):
        text = f"# {given}\n\n{text}"
    return replace(job, input_text=text, job_type=JobType.TOPIC_SHORT)


def _has_title(text: str) -> bool:
    blocks = blocks_of(text[:2000])
    return bool(blocks) and blocks[0].is_heading


def with_source(script: Script, source: Source | None) -> Script:
    """The script with the length of each segment, and with the segments marked that show the source."""
    timed = [replace(segment, seconds=_seconds(segment, script.language)) for segment in script.segments]
    if source is not None and source.kind is SourceKind.VIDEO:
        timed = _behind_first(timed, source.seconds)
    elif source is not None and source.kind is SourceKind.IMAGE:
        at = _best_fitting(timed, source.name, script.language)
        timed[at] = replace(timed[at], visual=Visual.SOURCE)
    return replace(script, segments=tuple(timed))


def _seconds(segment: Segment, language: str) -> float:
    return round(speech_rate.seconds(segment.narration, language) + speech_rate.AIR_SECONDS, 2)


def _behind_first(segments: list[Segment], available: float) -> list[Segment]:
    """A video behind as many segments as it covers, the first at least; never behind the closing lines."""
    shown: list[Segment] = []
    offset = 0.0
    for place, segment in enumerate(segments):
        covers = place == 0 or (offset + segment.seconds <= available and segment.role is not Role.CLOSING)
        if not covers or len(shown) < place:
            return [*shown, *segments[place:]]
        shown.append(replace(segment, visual=Visual.SOURCE, offset=round(offset, 2)))
        offset += segment.seconds
    return shown


def _best_fitting(segments: list[Segment], name: str, language: str) -> int:
    """The item whose words are most like the file's name; the first item where none is."""
    stem = re.sub(r"\.\w{2,5}$", "", name)
    words = re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|[_\W\d]+", " ", stem)
    wanted = stems(words, language)
    items = [at for at, segment in enumerate(segments) if segment.role is Role.ITEM] or [0]

    def likeness(at: int) -> float:
        segment = segments[at]
        shown = len(wanted & stems(segment.headline, language))
        return 2.0 * shown + len(wanted & stems(segment.narration, language))

    return max(items, key=lambda at: (likeness(at), -at))
