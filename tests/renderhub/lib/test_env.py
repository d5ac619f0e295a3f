"""Settings that are malformed are refused at start, by name (STYLE: typed and loud)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from renderhub.lib import env
from renderhub.lib.env import SettingMalformed

Read = Callable[[], Any]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    return lambda value, name="X": monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("read", "value", "meant"),
    [
        (lambda: env.whole("X", 7), "12", 12),
        (lambda: env.whole("X", 7), "", 7),
        (lambda: env.number("X", 0.5), "1.5", 1.5),
        (lambda: env.number("X", 0.5), "", 0.5),
        (lambda: env.flag("X", False), " Yes ", True),
        (lambda: env.flag("X", True), "0", False),
        (lambda: env.names("X", "a"), " b, ,c,", ["b", "c"]),
        (lambda: env.choice("X", "a", ("a", "b")), "b", "b"),
        (lambda: env.text("X", "d"), "", ""),
    ],
)
def test_values_are_read_with_their_types(read: Read, value: str, meant: Any, given: Any) -> None:
    given(value)
    assert read() == meant


def test_defaults_stand_where_nothing_is_given() -> None:
    assert (env.whole("X_NOT", 7), env.text("X_NOT", "d"), env.names("X_NOT", "a,b")) == (7, "d", ["a", "b"])


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.whole("X", 7), "seven"),
        (lambda: env.whole("X", 7), "1.5"),
        (lambda: env.whole("X", 7, at_least=1), "0"),
        (lambda: env.whole("X", 7), "-1"),
        (lambda: env.number("X", 7), "fast"),
        (lambda: env.number("X", 7), "nan"),
        (lambda: env.number("X", 7), "inf"),
        (lambda: env.number("X", 7), "-0.1"),
        (lambda: env.number("X", 7, at_least=0.1), "0.05"),
        (lambda: env.flag("X", True), "perhaps"),
        (lambda: env.choice("X", "a", ("a", "b")), "c"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_name_and_what_it_takes(read: Read, value: str, given: Any) -> None:
    given(value)
    with pytest.raises(SettingMalformed, match=r"^X=.*: takes "):
        read()


def test_secrets_may_be_mounted_as_files(tmp_path: Path, given: Any) -> None:
    path = tmp_path / "secret"
    path.write_text("s3cret\n")
    given(str(path), "X_FILE")
    given("not this one")
    assert env.text("X") == "s3cret"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_said_by_name(tmp_path: Path, content: bytes | None, given: Any) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    given(str(path), "X_FILE")
    with pytest.raises(SettingMalformed, match=r"^X_FILE: cannot read"):
        env.text("X")
