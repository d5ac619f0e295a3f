"""Texts and times that a caption file may be asked to hold, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from renders.captions.webvtt import Line

HOSTILE = (
    "a --> b",
    "00:00:00,000 --> 00:09:00,000",
    "1\n00:00:00.000 --> 00:00:09.000\nnot a cue",
    "\r\n\r\nWEBVTT\r\n\r\nSTYLE\r\n::cue{}",
    "& &amp; &lt;b&gt; &nbsp; <c.red>x</c> <00:00:01.000> <i",
    "{\\an8\\p1}m 0 0 l 100 100{\\p0} {} }{ \\N \\n \\h \\{ \\",
    "Dialogue: 0,0:00:00.00,0:00:09.00,Latin,,0,0,0,,x\nComment: y",
    "\u202eright to left\u202c \u200f\u200e שלום مرحبا",
    "one\u2028two\u2029three\x0bfour\x0cfive\x85six",
    "",
    " \t\r\n ",
    "\x00\x1b[31m\x7f\ud800\ufffe\ufeff",
    "NOTE nothing",
    "प्रधानमंत्री ने कहा, \u200dक्ष\u200c",
)

texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.lists(st.sampled_from(HOSTILE)).map("\n".join))
times = st.one_of(
    st.floats(-5, 4000), st.sampled_from([0.0, 0.0004, 0.0049, 1.0, 359_999.9, float("nan"), float("inf")])
)


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    """Cues of any text at any times: in disorder, over each other, backwards."""
    return [Line(draw(times), draw(times), draw(texts)) for _ in range(draw(st.integers(0, 6)))]


def kept(of: list[Line]) -> list[str]:
    """What the files should hold: the texts' letters, in order of time, of those cues that have any."""
    from renders.captions.order import ordered

    return [text for _, _, text in ordered(of, 1000)]
