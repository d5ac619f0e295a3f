"""The table of Slack's answers, and the limits of Block Kit."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.slack import blocks, errors
from alerts.notice import Link, Mood, Notice, Report
from alerts.outcomes import NotSent, Sent, Verdict
from tests.support.slack_server import faults_of

NOW = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)


def verdict(status: int, body: str = "", retry_after: str | None = None) -> Verdict | None:
    outcome = errors.outcome_of(status, body, retry_after, NOW)
    return outcome.verdict if isinstance(outcome, NotSent) else None


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, "invalid_payload", Verdict.MESSAGE),
        (400, "no_text", Verdict.MESSAGE),
        (400, "something new", Verdict.MESSAGE),
        (413, "", Verdict.MESSAGE),
        (403, "action_prohibited", Verdict.CHANNEL),
        (403, "invalid_token", Verdict.CHANNEL),
        (404, "channel_not_found", Verdict.CHANNEL),
        (404, "no_service", Verdict.CHANNEL),
        (410, "channel_is_archived", Verdict.CHANNEL),
        (400, "channel_is_archived", Verdict.CHANNEL),
        (401, "", Verdict.CHANNEL),
        (302, "", Verdict.CHANNEL),
        (429, "rate_limited", Verdict.LATER),
        (408, "", Verdict.LATER),
        (500, "", Verdict.LATER),
        (503, "<html>", Verdict.LATER),
        (200, "<html>a login page", Verdict.UNCLEAR),
        (200, "", Verdict.UNCLEAR),
    ],
)
def test_what_slack_answers(status: int, body: str, expected: Verdict) -> None:
    assert verdict(status, body) is expected


def test_ok_is_ok() -> None:
    assert errors.outcome_of(200, "ok", None, NOW) == Sent("200 ok")


@pytest.mark.parametrize(
    ("given_", "seconds"),
    [
        ("30", 30),
        ("0", 1),
        ("-5", 1),
        (None, 1),
        ("soon", 1),
        ("nan", 1),
        ("inf", 1),
        ("1e12", 86_400),
        ("Sun, 22 Nov 2026 06:06:00 GMT", 60),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(given_: str | None, seconds: float) -> None:
    assert errors.seconds_of(given_, NOW) == seconds


def notice(**more: object) -> Notice:
    fields: dict[str, object] = {
        "mood": Mood.CRITICAL,
        "title": "Failed for good: TIMEOUT at manim",
        "details": "No answer from <manim> & co.",
        "remedy": "Start it.",
        "facts": (("Count", "3"),),
        "link": Link("Open it in the console", "http://localhost:8000/admin/"),
        "renders": (Link("The day", "http://localhost:8000/r"),),
    }
    return Notice(**{**fields, **more})  # type: ignore[arg-type]


def test_a_notice_has_the_word_and_the_shape_first_and_says_what_to_do() -> None:
    payload = blocks.payload_of(notice())
    assert payload["blocks"][0]["text"]["text"] == "✕ Critical: Failed for good: TIMEOUT at manim"
    assert payload["text"].startswith("✕ Critical: Failed for good")
    assert "Start it." in json.dumps(payload)
    assert "<http://localhost:8000/r|The day>" in json.dumps(payload)


def test_what_a_provider_said_is_data() -> None:
    said = "<!channel> <https://evil.example|log in> *bold* & <@U1>"
    payload = blocks.payload_of(notice(details=said, title=said, renders=(Link(said, "http://x/r"),)))
    text = json.dumps(payload, ensure_ascii=False)
    assert "<!channel>" not in text
    assert "<https://evil" not in text
    assert "<@U1>" not in text
    [section] = [block for block in payload["blocks"] if "bold" in str(block) and block["type"] == "section"][:1]
    assert section["text"]["type"] == "plain_text"


TEXT = st.text(st.sampled_from("ab&<>|\n*`~✕ш"), max_size=30).map(lambda text: text * 120)


@given(TEXT, TEXT, TEXT, st.integers(0, 40))
def test_every_notice_keeps_to_the_limits(title: str, details: str, remedy: str, renders: int) -> None:
    links = tuple(Link(title or "x", f"http://x/{n}") for n in range(renders))
    facts = tuple((f"Fact {n}", details[:3000] or "x") for n in range(14))
    made = notice(title=title, details=details, remedy=remedy, renders=links, facts=facts, repeated=True)
    payload = blocks.payload_of(made)
    assert faults_of(payload) == []
    assert len(payload["text"]) <= blocks.FALLBACK


@given(st.text(st.sampled_from("a&<>"), max_size=60), st.integers(2, 60))
def test_a_cut_keeps_to_the_limit_and_leaves_entities_whole(text: str, limit: int) -> None:
    cut = blocks.clipped(text, limit)
    assert len(cut) <= limit
    rest = cut.removesuffix("…")
    for entity in ("&amp;", "&lt;", "&gt;"):
        rest = rest.replace(entity, "")
    assert not set("&<>") & set(rest)


BLOCK = st.fixed_dictionaries(
    {"type": st.sampled_from(["section", "header", "context", "divider"])},
    optional={
        "text": st.fixed_dictionaries(
            {"type": st.just("plain_text"), "text": st.integers(1, 900).map(lambda n: "&amp;<u|y>" * n)}
        ),
        "fields": st.lists(st.just({"type": "mrkdwn", "text": "f" * 3000}), max_size=14),
    },
)


@given(st.lists(BLOCK | st.none() | st.text(max_size=3), max_size=80))
def test_a_report_is_held_to_the_limits(given_: list[object]) -> None:
    payload = blocks.payload_of(Report("Subject", "Text", "", given_, repeated=True))
    assert faults_of(payload) == []
    assert 1 <= len(payload["blocks"]) <= 50


def test_a_report_without_blocks_is_told_by_its_text() -> None:
    payload = blocks.payload_of(Report("Subject", "Text", "", []))
    assert [block["type"] for block in payload["blocks"]] == ["header", "section"]
