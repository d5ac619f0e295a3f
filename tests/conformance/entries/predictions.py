"""The providers of predictions: a picture, a clip, music."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Ok
from renders.domain.script import Role, SceneKind, Segment, Visual
from renders.providers.predictions import Model, Service
from renders.providers.predictions.clip import PredictionClip
from renders.providers.predictions.image import PredictionImage
from renders.providers.predictions.music import PredictionMusic
from renders.providers.predictions.predicting import Predicting
from tests.conformance.http_providers import KEY, Entry, Told
from tests.support import generated_media
from tests.support.misbehaving import Act, Asked, Talk, answer, when

_SEGMENT = Segment(
    "s2", Role.ITEM, "Fish.", "A reef", SceneKind.BULLETS, {}, "A reef under the sun", Visual.GENERATED_IMAGE, seconds=2
)
_VISUAL = {
    "segment": _SEGMENT.to_json(), "index": 1, "count": 4, "width": 640, "height": 360, "theme": "ink",
    "language": "en", "fps": 30,
}  # fmt: skip
_DIRECTOR = "Director: unexpected error handling prediction"


def prediction(**about: Any) -> dict[str, Any]:
    return {"id": "p0123456789", "status": "succeeded", "error": None, "logs": "", "output": None, **about}


def failed(error: str, code: ErrorCode, **more: Any) -> Told:
    return Told(200, prediction(status="failed", error=error), code, **more)


TABLE = (
    failed("The input was flagged as sensitive. (E005)", ErrorCode.SENSITIVE_CONTENT, provider_code="E005"),
    failed("NSFW content detected", ErrorCode.SENSITIVE_CONTENT),
    failed("Unavailable due to high demand (E003)", ErrorCode.TRANSIENT_PROVIDER_ERROR, provider_code="E003"),
    failed("It is temporarily unavailable (E004)", ErrorCode.TRANSIENT_PROVIDER_ERROR, provider_code="E004"),
    failed("timeout starting prediction (E6716)", ErrorCode.TRANSIENT_PROVIDER_ERROR, provider_code="E6716"),
    failed("unknown error (E1000)", ErrorCode.TRANSIENT_PROVIDER_ERROR, provider_code="E1000"),
    failed("Prediction interrupted; please retry (code: PA)", ErrorCode.TRANSIENT_PROVIDER_ERROR),
    *(
        failed(f"{_DIRECTOR} ({number})", ErrorCode.TRANSIENT_PROVIDER_ERROR, provider_code=number, max_attempts=2)
        for number in ("E9243", "E8765", "E9828")
    ),
    failed("CUDA out of memory (E1001)", ErrorCode.PROVIDER_FAILURE, provider_code="E1001", max_attempts=1),
    failed("Webhook URL is empty (E4875)", ErrorCode.INVALID_INPUT, provider_code="E4875"),
    failed("KeyError: 'x'", ErrorCode.PROVIDER_FAILURE),
    # Where the logs tell it, or the answer to the call itself.
    Told(
        200,
        prediction(status="failed", logs="step 3\nThe input was flagged as sensitive. (E005)"),
        ErrorCode.SENSITIVE_CONTENT,
        provider_code="E005",
    ),
    Told(422, {"detail": "The input was flagged as sensitive (E005)"}, ErrorCode.SENSITIVE_CONTENT),
    Told(500, {"detail": "unknown error (E1000)"}, ErrorCode.TRANSIENT_PROVIDER_ERROR, provider_code="E1000"),
    failed("Upstream E1001, then: flagged as sensitive (E005)", ErrorCode.SENSITIVE_CONTENT, provider_code="E005"),
    Told(200, prediction(status="canceled"), ErrorCode.TIMEOUT, provider_code="canceled"),
    Told(200, prediction(status="aborted"), ErrorCode.TIMEOUT, provider_code="aborted"),
    Told(200, prediction(status="melted"), ErrorCode.PROVIDER_FAILURE),
    Told(200, prediction(id="../../etc"), ErrorCode.PROVIDER_FAILURE),
    Told(200, prediction(), ErrorCode.PROVIDER_FAILURE),
    Told(200, prediction(output={"a": {"b": ["c"]}}), ErrorCode.PROVIDER_FAILURE),
    Told(200, prediction(status="failed", error=f"bad key {KEY}", logs=KEY), ErrorCode.PROVIDER_FAILURE),
    Told(
        429,
        {"detail": "Request was throttled. Your rate limit resets in ~30s."},
        ErrorCode.RATE_LIMITED,
        retry_after=30.0,
    ),
    Told(402, {"title": "Insufficient credit", "detail": "You have insufficient credit."}, ErrorCode.QUOTA_EXCEEDED),
    Told(422, {"detail": [{"loc": ["body", "input", "prompt"], "msg": "field required"}]}, ErrorCode.INVALID_INPUT),
)


def does(media: Callable[[], bytes]) -> Act:
    """Creates, is at work for one look, and is done."""

    def act(talk: Talk) -> None:
        asked, host = talk.asked, talk.asked.headers["host"]
        status = "starting" if asked.method == "POST" else "succeeded"
        told = prediction(status=status, output=[f"http://{host}/files/made"] if status == "succeeded" else None)
        when(lambda one: _file(one, media) or answer(201 if one.method == "POST" else 200, told))(talk)

    return act


def _file(asked: Asked, media: Callable[[], bytes]) -> Act | None:
    return answer(200, media()) if asked.path == "/files/made" else None


def entry(
    made: type[Predicting],
    payload: Mapping[str, Any],
    stage: str,
    media: Callable[[], bytes],
    judge: Callable[[Ok], bool],
) -> Entry:
    return Entry(
        made.name,
        stage,
        lambda url, _: made(Service(url, KEY), Model("acme/model", {"prompt": "$prompt"})),
        payload,
        does(media),
        TABLE,
        judge,
        with_url=lambda url: answer(200, prediction(output=[url])),
        limit=25_000_000,
        spoilt=4,
    )


ENTRIES = (
    entry(PredictionImage, _VISUAL, "manim", generated_media.picture, lambda ok: ok.result["kind"] == "image"),
    entry(
        PredictionClip,
        _VISUAL,
        "manim",
        lambda: generated_media.clip("", 1.0),
        lambda ok: ok.result["kind"] == "video" and abs(ok.result["duration"] - 1.0) < 0.1,
    ),
    entry(
        PredictionMusic, {"length": 15.0}, "music", lambda: generated_media.music(8.0), lambda ok: "music" in ok.files
    ),
)
