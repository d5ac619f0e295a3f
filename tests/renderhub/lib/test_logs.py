"""Structured logs (R101): what a line is about is on the line, whoever logs it."""

from __future__ import annotations

import json
import logging
import threading
from typing import Any

import pytest

from renderhub.lib.logs import JsonLines, TerminalLines, about, configure


def record(message: str = "done", **extra: Any) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "renders", "levelname": "INFO", "levelno": 20, "msg": message})
    made.__dict__.update(extra)
    return made


def test_a_line_is_one_json_object_with_its_subject() -> None:
    with about(render="r1", stage="tts"), about(attempt=2, provider=""):
        line = json.loads(JsonLines().format(record(code="TIMEOUT")))
    assert {k: line[k] for k in ("message", "render", "stage", "attempt", "code")} == {
        "message": "done", "render": "r1", "stage": "tts", "attempt": 2, "code": "TIMEOUT"
    }  # fmt: skip
    assert "provider" not in line
    assert line["time"].endswith("+00:00")


def test_the_subject_ends_with_its_block_even_when_that_fails() -> None:
    with pytest.raises(ValueError), about(render="r1"):
        raise ValueError
    assert "render" not in json.loads(JsonLines().format(record()))


def test_threads_do_not_see_each_others_subject() -> None:
    seen: list[str] = []
    with about(render="r1"):
        thread = threading.Thread(target=lambda: seen.append(JsonLines().format(record())))
        thread.start()
        thread.join()
    assert "render" not in json.loads(seen[0])


@pytest.mark.parametrize("text", ["two\nlines", 'a "quote"', "\x00\x1b[31m", "Привет", "नमस्ते"])
def test_whatever_is_logged_stays_on_one_line(text: str) -> None:
    line = JsonLines().format(record(text, code=text, odd=object()))
    assert "\n" not in line
    assert json.loads(line)["message"] == text


def test_an_exception_comes_with_its_stack() -> None:
    import sys

    try:
        raise ValueError("why")
    except ValueError:
        line = JsonLines().format(record(exc_info=sys.exc_info()))
        text = TerminalLines().format(record(exc_info=sys.exc_info()))
    assert "ValueError: why" in json.loads(line)["exception"]
    assert text.endswith("ValueError: why")


def test_a_terminal_line_can_be_read() -> None:
    with about(render="r1", stage="tts", attempt=2):
        line = TerminalLines().format(record())
    assert line.endswith("INFO    done  [render=r1 stage=tts attempt=2]")


@pytest.mark.parametrize(("wanted", "formatter"), [("json", JsonLines), ("text", TerminalLines), ("auto", JsonLines)])
def test_the_format_is_as_configured(wanted: str, formatter: type, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("renders", "renderhub")}
    try:
        monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
        configure({"format": wanted, "level": "DEBUG"})
        (handler,) = root.handlers
        assert isinstance(handler.formatter, formatter)
        assert logging.getLogger("renders").level == logging.DEBUG
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        for name, was in levels.items():
            logging.getLogger(name).setLevel(was)
