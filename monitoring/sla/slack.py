"""A report as Slack's Block Kit, within its limits: 50 blocks, 150 characters of header, 3,000 of a section."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monitoring.sla.report import Report
from monitoring.sla.telling import Line, Section, as_of, long_day, sections_of, sentence_of, week_of

HEADER, SECTION, BLOCKS = 150, 3000, 50
_LINE = 600
"""Characters of one video: a section holds a few, and cuts none in the middle of its link."""
_MOST_SECTIONS = 40


def blocks_of(report: Report, url: str) -> list[dict[str, Any]]:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": long_day(report.day)[:HEADER]}},
        _section(f"{_mark(report)} *{escaped(sentence_of(report))}*"),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": _rates(report)}]},
    ]
    lists = [block for section in sections_of(report) for block in _blocks_of(section)]
    left_out = len(lists) - _MOST_SECTIONS
    blocks += lists[:_MOST_SECTIONS]
    more = " Not all of them are told here." if left_out > 0 else ""
    return [*blocks, _section(f"<{url}|Open the report>{more}")]


def escaped(text: str) -> str:
    """Text as it is: nothing in it mentions anybody or becomes a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mark(report: Report) -> str:
    wrong = report.late + report.missing
    return ":large_green_circle:" if not wrong else ":large_orange_circle:" if report.on_time else ":red_circle:"


def _rates(report: Report) -> str:
    rates = [f"{name}: {tally.told} ({tally.good} of {tally.total})" for name, tally, _ in week_of(report)[1:]]
    return escaped(" · ".join([*rates, as_of(report)]))


def _blocks_of(section: Section) -> Iterator[dict[str, Any]]:
    """As few blocks as hold the section's lines."""
    text = f"*{section.symbol} {escaped(section.title)}: {len(section.lines) + section.more}*"
    for line in section.lines:
        told = _told(line)
        if len(text) + len(told) + 1 > SECTION:
            yield _section(text)
            text = told
        else:
            text = f"{text}\n{told}"
    if section.more:
        text = f"{text}\n… and {section.more} more"
    yield _section(text)


def _told(line: Line) -> str:
    entry = line.entry
    name = escaped(_short(entry.name, 120)).replace("|", "¦").replace("\n", " ")
    link = f"<{line.url}|{name}>" if line.url else f"*{name}*"
    head = f"• {link} ({escaped(_short(entry.workspace, 60))}, {escaped(line.language)}): {escaped(line.times)}"
    told = " ".join(part for part in (entry.marks and f"Degraded: {entry.marks}.", entry.why, entry.to_do) if part)
    room = _LINE - len(head)
    return f"{head}\n   {escaped(_short(told, room // 2))}" if told and room > 80 else head


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:SECTION]}}
