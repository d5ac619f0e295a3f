"""What a provider sent is stored or replaced, and never breaks a move (I9)."""

from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from renders.pipeline.transitions.stored import stored_json, stored_text

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.text("\x00\ud800\udfff\\u0a"),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=8,
)


@pytest.mark.django_db
@settings(max_examples=60)
@given(st.dictionaries(st.text(), anything, max_size=4))
def test_postgresql_takes_whatever_it_is_given(value: dict[str, object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [stored_json(value)])
        json.loads(cursor.fetchone()[0])


@given(st.text())
def test_plain_text_is_stored_as_it_is(text: str) -> None:
    plain = text.replace("\x00", "")
    assert stored_text(plain) == plain
    assert json.loads(stored_json({"text": plain})) == {"text": plain}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("a\x00b", "a\ufffdb"), ("a\ud800b", "a\ufffdb"), ("\ud83d\ude00", "😀"), (r"a\u0000b", r"a\u0000b")],
)
def test_what_cannot_be_stored_is_replaced(sent: str, kept: str) -> None:
    assert stored_text(sent) == kept
    assert json.loads(stored_json({sent: [sent, {"deep": sent}]})) == {kept: [kept, {"deep": kept}]}


def test_what_is_no_json_is_kept_as_text() -> None:
    class Odd:
        def __str__(self) -> str:
            return "odd\x00"

    stored = json.loads(stored_json({"odd": Odd(), "view": MappingProxyType({"a": 1}), "nan": float("nan"), 1: 2}))
    assert stored == {"odd": "odd\ufffd", "view": {"a": 1}, "nan": None, "1": 2}
