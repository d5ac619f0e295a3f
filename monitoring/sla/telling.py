"""A report in words: as plain text, and as what mails and chats are made of (R76)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from monitoring import terms
from monitoring.figures.tally import Tally, percent
from monitoring.sla.report import MONTH, WEEK, Entry, Report
from renders.presentation.languages import language_name
from renders.presentation.status import LOOKS, Shown

MOST_TOLD = 20
"""Of each kind in a message; the console has them all."""
_HEADINGS = (
    ("missing", "Missing", "✕", Shown.FAILED),
    ("late", "Late", "◷", Shown.RETRYING),
    ("degraded", "In time, by a fallback or after being held", "△", Shown.HELD),
)


@dataclass(frozen=True)
class Section:
    state: str
    title: str
    symbol: str
    colour: str
    background: str
    lines: Sequence[Line]
    more: int
    """How many more there are than are told."""


@dataclass(frozen=True)
class Line:
    entry: Entry
    times: str
    """`due 06:00, ready 06:12, 12 m 40 s late`."""
    language: str
    url: str


def subject_of(report: Report) -> str:
    day = f"{report.day:%a} {report.day.day} {report.day:%b}"
    if not report.promised:
        return f"{day}: no video was due"
    told = f"{day}: {report.on_time} of {_videos(report.promised)} on time"
    wrong = [f"{count} {word}" for word in ("late", "missing") if (count := getattr(report, word))]
    return ", ".join([told, *wrong])


def sentence_of(report: Report) -> str:
    """The answer before the evidence."""
    if not report.promised:
        return "No video was due."
    told = f"{report.on_time} of {_videos(report.promised)} {'was' if report.promised == 1 else 'were'} ready in time"
    met = report.tally.meets(terms.target())
    return f"{told}: {report.tally.told}, {'on' if met else 'below'} target ({percent(terms.target())})."


def week_of(report: Report) -> list[tuple[str, Tally, bool | None]]:
    """The rates that the target is held against, with whether they meet it."""
    tallies = (("The day", report.tally), (f"{WEEK} days", report.week), (f"{MONTH} days", report.month))
    return [(name, tally, tally.meets(terms.target())) for name, tally in tallies]


def sections_of(report: Report) -> list[Section]:
    told = []
    for state, title, symbol, shown in _HEADINGS:
        entries = report.of(state)
        if not entries:
            continue
        tone = LOOKS[shown].light
        count = {"missing": report.missing, "late": report.late}.get(state, len(entries))
        lines = [_line(entry) for entry in entries[:MOST_TOLD]]
        if state == "missing":
            title = f"Missing at {_clock(report.as_of)}"
        more = count - len(lines)
        told.append(Section(state, title, symbol, tone.text, tone.background, lines, more))
    return told


def text_of(report: Report, url: str) -> str:
    return "\n".join(_text_lines(report, url))


def html_of(report: Report, url: str) -> str:
    """A page of its own with its styles in line: what mail programs show alike."""
    context = {
        "report": report,
        "day": long_day(report.day),
        "as_of": as_of(report),
        "sentence": sentence_of(report),
        "met": report.tally.meets(terms.target()),
        "rates": week_of(report),
        "target": percent(terms.target()),
        "sections": sections_of(report),
        "subject": subject_of(report),
        "url": url,
    }
    return render_to_string("monitoring/report_mail.html", context)


def as_of(report: Report) -> str:
    return f"As of {_clock(report.as_of)}, {settings.TIME_ZONE}."


def long_day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def address(path: str) -> str:
    """Where people reach a page of the console."""
    return f"{settings.RENDERHUB_BASE_URL}{path}"


def _text_lines(report: Report, url: str) -> Iterator[str]:
    yield f"RenderHub, {long_day(report.day)}. {as_of(report)}"
    yield ""
    yield sentence_of(report)
    for name, tally, _ in week_of(report)[1:]:
        yield f"{name}: {tally.told} ({tally.good} of {tally.total})"
    if report.cancelled:
        yield f"Called off before they were due: {report.cancelled}"
    for section in sections_of(report):
        yield ""
        yield f"{section.title}: {len(section.lines) + section.more}"
        for line in section.lines:
            yield from _text_entry(line)
        if section.more:
            yield f"- and {section.more} more"
    yield ""
    yield url


def _text_entry(line: Line) -> Iterator[str]:
    yield f"- {line.entry.name} ({line.entry.workspace}, {line.language}): {line.times}"
    if line.entry.marks:
        yield f"  Degraded: {line.entry.marks}"
    if line.entry.why:
        yield f"  Cause: {line.entry.why}"
    if line.entry.to_do:
        yield f"  What to do: {line.entry.to_do}"
    if line.url:
        yield f"  {line.url}"


def _line(entry: Entry) -> Line:
    told = [f"due {_clock(datetime.fromisoformat(entry.due))}"]
    told.append(f"ready {_clock(datetime.fromisoformat(entry.ready))}" if entry.ready else "not there")
    if entry.late:
        told.append(f"{entry.late} late")
    url = address(reverse("admin:renders_render_change", args=[entry.render])) if entry.render else ""
    return Line(entry, ", ".join(told), language_name(entry.language), url)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(terms.zone()):%H:%M}"


def _videos(count: int) -> str:
    return f"{count} video{'' if count == 1 else 's'}"
