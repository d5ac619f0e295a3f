"""Structured logs (R101): readable in a terminal, one JSON object a line elsewhere.

What a line is about (render, run, stage, segment, attempt, provider, code) comes from `about`, so that no call
has to repeat it.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

_subject: ContextVar[dict[str, Any] | None] = ContextVar("log_subject", default=None)
FIELDS = ("render", "run", "stage", "segment", "attempt", "provider", "code", "provider_code", "retries")
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


@contextmanager
def about(**fields: Any) -> Iterator[None]:
    """Every line logged inside carries these fields."""
    token = _subject.set({**(_subject.get() or {}), **fields})
    try:
        yield
    finally:
        _subject.reset(token)


def subject() -> dict[str, Any]:
    """What the lines that are logged here and now are about."""
    return dict(_subject.get() or {})


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    own = {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
    return {**(_subject.get() or {}), **{k: v for k, v in own.items() if k in FIELDS or not k.startswith("_")}}


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in _fields_of(record).items() if value not in ("", None)},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class TerminalLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        subject = _fields_of(record)
        told = " ".join(f"{name}={subject[name]}" for name in FIELDS if subject.get(name) not in ("", None))
        moment = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        line = f"{moment} {record.levelname:<7} {record.getMessage()}" + (f"  [{told}]" if told else "")
        return line + ("\n" + self.formatException(record.exc_info) if record.exc_info else "")


def configure(options: dict[str, str]) -> None:
    """`format`: `json`, `text`, or `auto` (text in a terminal); `level`: of our own loggers."""
    as_text = options["format"] == "text" or (options["format"] == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(TerminalLines() if as_text else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("renderhub", "renders", "alerts", "monitoring", "celery.beat", "celery.worker"):
        logging.getLogger(name).setLevel(options["level"])
    # A line for each message that arrives says nothing of the work: what was claimed is logged by the runner.
    logging.getLogger("celery.worker.strategy").setLevel(logging.WARNING)
