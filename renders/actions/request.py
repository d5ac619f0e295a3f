"""Ask for a video: every front door comes through here (R4, R5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from renderhub.lib import child
from renders.domain.job import (
    INPUT_TEXT_LIMIT,
    LENGTHS,
    AspectRatio,
    JobType,
    NewsItem,
    Priority,
    Style,
    Theme,
    Voice,
    is_plain,
)
from renders.domain.states import RenderStatus
from renders.models import Render, RenderRequest, User, Workspace
from renders.models.render import OPEN
from renders.pipeline import bell, chains, graph, storage
from renders.pipeline.transitions import creating
from renders.source_files import SourceFile, SourceKind, SourceRefused, inspect

LANGUAGES = ("en", "ru", "hi")
"""Languages with a voice and a script maker on this machine."""
MATERIAL_WORDS = 40
"""Fewer words are a question or a title, and nothing to make a script of without knowing more than they say."""
MOST_ITEMS = 20
"""Items of a daily video; the day's run takes six."""
LONGEST_ITEM_FIELD = 2_000
"""Characters of an item's title, source or address; its text may be as long as an input text."""
_TRIES = 3
"""A twin that ends just when it was to be joined leaves room for a new one."""


class RequestRefused(Exception):
    """Nothing was stored. `fields` says for each field what is wrong with it and what it takes (R5)."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = dict(fields)


@dataclass(frozen=True)
class Wish:
    """What somebody asks for, as it came in."""

    job_type: str
    name: str = ""
    input_text: str = ""
    items: tuple[NewsItem, ...] = ()
    style: str = Style.DETAILED
    length: int = 60
    voice: str = Voice.DEFAULT
    language: str = "en"
    aspect_ratio: str = AspectRatio.WIDE
    priority: str = Priority.NORMAL
    theme: str = "ink"
    burn_captions: bool = False
    source: Path | None = None
    """A file to make the video of, or to show in it (R7)."""
    source_name: str = ""
    """What it was called by whoever sent it; its name on this machine where that is not given."""
    target_date: date | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    render: Render
    created: bool
    """False where a render for the same wish was there already: open, and joined, or completed, and offered (R4)."""


def request(workspace: Workspace, wish: Wish, by: User | None = None, *, fresh: bool = False) -> Answer:
    """Queue the render that `wish` asks for, or join its open twin. `by` is from then on one of those who hear of its
    outcomes; they are offered the video where it is made already, unless they want a `fresh` one (R4).

    Raises `RequestRefused`."""
    source = check(wish)
    render = Render(
        workspace=workspace,
        name=(wish.name or _first_line(wish.input_text) or (Path(source.name).stem if source else ""))[:200],
        job_type=wish.job_type,
        input_text=wish.input_text,
        items=[item.to_json() for item in wish.items],
        style=wish.style,
        length=wish.length,
        voice=wish.voice,
        language=wish.language,
        aspect_ratio=wish.aspect_ratio,
        priority=wish.priority,
        theme=wish.theme,
        burn_captions=wish.burn_captions,
        **_stored(wish, source),
        target_date=wish.target_date,
        due_at=wish.due_at,
    )
    render.fingerprint = render.wish()
    made = _made_already(render.fingerprint) if by is not None and not fresh else None
    if made is not None:
        return Answer(made, created=False)
    for _ in range(_TRIES):
        try:
            _create(render, by)
        except IntegrityError:
            twin = _join(render.fingerprint, by)
            if twin is not None:
                return Answer(twin, created=False)
        else:
            return Answer(render, created=True)
    raise RuntimeError(f"{render.name}: each open twin was finished before it could be joined.")


def _create(render: Render, by: User | None) -> None:
    plan = graph.plan_run(render.job(), [], chains.primary)
    if by is None:
        freed = creating.create(render, plan, chains.queue_of)
    else:
        with transaction.atomic():
            freed = creating.create(render, plan, chains.queue_of)
            RenderRequest.objects.create(render=render, user=by)
    transaction.on_commit(lambda: bell.ring(freed))


def _join(fingerprint: str, by: User | None) -> Render | None:
    """The open twin, with `by` among those who wait for it. Its row is held meanwhile: they hear of its outcome, for
    it cannot come to one before they are noted."""
    with transaction.atomic():
        twin = Render.objects.select_for_update(no_key=True).filter(OPEN, fingerprint=fingerprint).first()
        if twin is not None and by is not None:
            RenderRequest.objects.get_or_create(render=twin, user=by)
    return twin


def _made_already(fingerprint: str) -> Render | None:
    """The newest completed twin: it is offered instead of being made and charged again (R4)."""
    made = Render.objects.filter(fingerprint=fingerprint, status=RenderStatus.COMPLETED)
    return made.order_by("-completed_at").first()


def _stored(wish: Wish, source: SourceFile | None) -> dict[str, Any]:
    """The source file is put into storage, by what it contains: should the request fail after this, nothing refers to
    it, and asking again finds it there."""
    if source is None or wish.source is None:
        return {}
    return {
        "source_file": storage.take_in(wish.source),
        "source_name": source.name,
        "source_kind": source.kind.value,
        "source_seconds": source.seconds,
    }


def check(wish: Wish) -> SourceFile | None:
    """Refuse what cannot be made, field by field, before anything is stored. What the source file is, is answered.

    Raises `RequestRefused`."""
    problems: dict[str, str] = {}
    for field, value, enum in (
        ("job_type", wish.job_type, JobType),
        ("style", wish.style, Style),
        ("voice", wish.voice, Voice),
        ("aspect_ratio", wish.aspect_ratio, AspectRatio),
        ("priority", wish.priority, Priority),
        ("theme", wish.theme, Theme),
    ):
        allowed: list[Any] = [member.value for member in enum]
        if value not in allowed:
            problems[field] = f"{value!r} is not on offer; choose one of {', '.join(allowed)}."
    if wish.length not in LENGTHS:
        problems["length"] = f"{wish.length!r} is not on offer; choose one of {', '.join(map(str, LENGTHS))} seconds."
    if wish.language not in LANGUAGES:
        problems["language"] = f"{wish.language!r} is not on offer; choose one of {', '.join(LANGUAGES)}."
    source = None
    try:
        source = inspect(wish.source, wish.source_name or wish.source.name) if wish.source else None
    except SourceRefused as refused:
        problems["source"] = str(refused)
    except child.ChildError as error:
        problems["source"] = f"The file could not be looked at ({error}). Send it again, or another one."
    problems.update(_check_input(wish, source))
    if problems:
        raise RequestRefused(problems)
    return source


def _check_input(wish: Wish, source: SourceFile | None) -> dict[str, str]:
    if len(wish.input_text) > INPUT_TEXT_LIMIT:
        return {"input": f"{len(wish.input_text)} characters; at most {INPUT_TEXT_LIMIT} are taken."}
    if too_much := _too_much(wish.items):
        return {"input": too_much}
    texts = [wish.input_text, wish.name, *(text for item in wish.items for text in item.to_json().values())]
    if not all(map(is_plain, texts)):
        return {"input": "It holds characters that are no text (NUL, or half of a surrogate pair); send plain text."}
    if wish.job_type == JobType.DAILY_CA:
        return {} if wish.items else {"input": "A daily video needs at least one item."}
    if wish.source is not None and source is None:
        return {}  # it was refused: that is what has to be said
    is_document = source is not None and source.kind is SourceKind.DOCUMENT
    if not wish.input_text.strip() and not is_document:
        return {"input": "It is empty; send the question or the text that the video is to explain."}
    # R8: what cannot be made on this machine is refused here, not queued to fail.
    told = _words(wish.input_text) + (source.words if source else 0)
    if chains.makes_scripts_without_a_model() and (wish.job_type == JobType.DOUBT or told < MATERIAL_WORDS):
        return {
            "input": "A question, or a topic of one line, needs a chat provider, and none is configured. "
            "Send a text or a document of a few paragraphs as a topic_short, or set SCRIPT_GEN_CHAIN."
        }
    return {}


def _too_much(items: tuple[NewsItem, ...]) -> str:
    """What is more of the day's items than is taken: they are stored with the render, and read by its stages."""
    if len(items) > MOST_ITEMS:
        return f"{len(items)} items; at most {MOST_ITEMS} are taken."
    for number, item in enumerate(items, start=1):
        for field, text in item.to_json().items():
            limit = INPUT_TEXT_LIMIT if field == "text" else LONGEST_ITEM_FIELD
            if len(text) > limit:
                return f"Item {number}: its {field} has {len(text)} characters; at most {limit} are taken."
    return ""


def _words(text: str) -> int:
    return len(text.split())


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0].strip("# ").strip() if text.strip() else ""
