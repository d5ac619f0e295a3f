"""The Edge read-aloud protocol on loopback: acts for a `MisbehavingServer`."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
from collections.abc import Callable, Sequence
from xml.sax.saxutils import unescape

from tests.support.misbehaving import Act, Asked, Talk, answer, when

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _BINARY, _CLOSE = 1, 2, 8
TICKS = 10_000_000

Word = tuple[float, float, str]


def even_words(text: str, seconds: float, lead: float = 0.0) -> list[Word]:
    """A word after the other, each for as long."""
    spoken = re.findall(r"[\w,]*\w", text)
    each = seconds / max(len(spoken), 1)
    return [(lead + number * each, lead + (number + 1) * each, word) for number, word in enumerate(spoken)]


def speaks(sound: bytes, words: Callable[[str], Sequence[Word]], heard: list[str] | None = None) -> Act:
    """Says `sound` whatever it is asked, and tells `words` of the text; `heard` gets the SSML."""

    def act(talk: Talk) -> None:
        _shake_hands(talk)
        ssml = _asked(talk.connection)
        text = unescape(re.sub(r"<[^<>]*>", "", ssml))
        if heard is not None:
            heard.append(ssml)
        _say(talk, "turn.start", "{}")
        for start, end, word in words(text):
            data = {"Offset": round(start * TICKS), "Duration": round((end - start) * TICKS)}
            boundary = {"Type": "WordBoundary", "Data": {**data, "text": {"Text": word, "Length": len(word)}}}
            _say(talk, "audio.metadata", json.dumps({"Metadata": [boundary]}))
        for at in range(0, len(sound), 8_000):
            talk.send(sound_frame(sound[at : at + 8_000]))
        _say(talk, "turn.end", "{}")
        talk.send(_frame(_CLOSE, b""))

    return when(lambda asked: act if _is_websocket(asked) else answer(200, [{"ShortName": "en-US-AndrewNeural"}]))


def connected(*frames: bytes, then: Act | None = None) -> Act:
    """Takes the connection, and sends frames of whatever kind."""

    def act(talk: Talk) -> None:
        _shake_hands(talk)
        _asked(talk.connection)
        for frame in frames:
            talk.send(frame)
        if then is not None:
            then(talk)

    return act


def sound_frame(data: bytes, headers: bytes = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n") -> bytes:
    return _frame(_BINARY, len(headers).to_bytes(2, "big") + headers + data)


def text_frame(text: str) -> bytes:
    return _frame(_TEXT, text.encode())


def _say(talk: Talk, path: str, body: str) -> None:
    talk.send(text_frame(f"X-RequestId:1\r\nContent-Type:application/json\r\nPath:{path}\r\n\r\n{body}"))


def _is_websocket(asked: Asked) -> bool:
    return "sec-websocket-key" in asked.headers


def _shake_hands(talk: Talk) -> None:
    key = talk.asked.headers.get("sec-websocket-key", "").encode()
    accept = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest()).decode()
    lines = ("HTTP/1.1 101 Switching", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept}")
    talk.send("\r\n".join(lines).encode() + b"\r\n\r\n")


def _asked(connection: socket.socket) -> str:
    """The SSML, which comes after the configuration."""
    while True:
        message = _message(connection).decode()
        if "Path:ssml" in message:
            return message.partition("\r\n\r\n")[2]


def _message(connection: socket.socket) -> bytes:
    _, size = _exactly(connection, 2)
    size &= 0x7F
    if size >= 126:
        size = int.from_bytes(_exactly(connection, 2 if size == 126 else 8), "big")
    mask = _exactly(connection, 4)
    return bytes(byte ^ mask[place % 4] for place, byte in enumerate(_exactly(connection, size)))


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise ConnectionError("the caller has gone")
        data += more
    return data


def _frame(kind: int, data: bytes) -> bytes:
    size = len(data)
    if size < 126:
        told = bytes([size])
    else:
        told = b"\x7e" + size.to_bytes(2, "big") if size < 65_536 else b"\x7f" + size.to_bytes(8, "big")
    return bytes([0x80 | kind]) + told + data
