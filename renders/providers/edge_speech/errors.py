"""What the Edge service does when it does not speak, in the words of R31."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.shortage import told
from renders.providers.http import BY_STATUS, Reply, Row, read_error

NAME = "edge_speech"
_BURST = "The service refuses for a while, and often all of a sudden. It is asked again; other voices speak meanwhile."
_INSTALL = "Install the Python package edge-tts, or take edge_speech out of TTS_CHAIN."

TABLE: tuple[Row, ...] = (
    # There is no key that could be wrong: it refuses in bursts (contracts/services.md).
    Row(ErrorCode.API_ERROR, status=(401, 403), remedy=_BURST),
    *BY_STATUS,
    Row(ErrorCode.API_ERROR, status=(520, 521, 522, 523, 524, 529)),
)
_KINDS: dict[str, tuple[ErrorCode, str, str]] = {
    "missing": (ErrorCode.PROVIDER_FAILURE, "The package edge-tts is not installed", _INSTALL),
    "connection": (ErrorCode.TIMEOUT, "The connection to the Edge service failed", ""),
    "voice": (ErrorCode.NOT_FOUND, "The Edge service has no voice of that name", "Check EDGE_VOICES."),
    "large": (ErrorCode.PROVIDER_FAILURE, "The Edge service sent too much", ""),
    "answer": (ErrorCode.PROVIDER_FAILURE, "The Edge service did not answer as it does", ""),
}


def describe(fault: Mapping[str, Any]) -> GenerationError:
    """The error for what `speak.py` tells of its trouble."""
    said = str(fault.get("message", ""))[:300]
    if fault.get("kind") == "status":
        headers = {str(name): str(value) for name, value in fault["headers"].items()}
        return read_error(NAME, TABLE, Reply(int(fault["status"]), headers, said.encode()))
    if (short := told(NAME, said)) is not None:  # what it said could not be written here, or not be asked from here
        return short
    code, message, remedy = _KINDS.get(str(fault.get("kind")), _KINDS["answer"])
    ours = fault.get("kind") == "missing"
    return GenerationError(code, NAME, f"{message}: {said}", remedy=remedy, context={"cause": said}, ours=ours)
