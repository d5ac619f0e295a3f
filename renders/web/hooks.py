"""Messages of services that we wait for. They only ring: what they say is not believed, the step looks for itself."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from renderhub.lib import clock
from renders.models import HeardMessage
from renders.pipeline.transitions import rescue
from renders.providers.predictions import webhooks

logger = logging.getLogger(__name__)

_SHORTEST_ID = 8


@csrf_exempt
@require_POST
def predictions(request: HttpRequest) -> JsonResponse:
    """A prediction is done, says somebody who signs with our secret: the step that waits for it looks now.

    401 where the signature or the time is not right, 404 where no secret is set, 409 for a message that was heard
    before, 400 where no prediction is named.
    """
    secret = str(settings.RENDERHUB_PREDICTIONS["webhook_secret"])
    if not secret:
        return JsonResponse({"error": "Nothing is listened for here."}, status=404)
    now = clock.now()
    try:
        body = request.body
        message_id = webhooks.verified_id(secret, request.headers, body, now.timestamp())
    except RequestDataTooBig:
        return JsonResponse({"error": "The message is too long."}, status=413)
    except webhooks.Refused as refused:
        logger.warning("A message about a prediction was refused: %s", refused)
        return JsonResponse({"error": "The message was not accepted."}, status=401)
    job_id = _named(body)
    if not job_id:
        return JsonResponse({"error": "The message names no prediction."}, status=400)
    try:
        with transaction.atomic():
            HeardMessage.objects.filter(heard_at__lt=now - timedelta(seconds=3 * webhooks.TOLERANCE)).delete()
            HeardMessage.objects.create(message_id=message_id, heard_at=now)
            rung = len(rescue.wake_pending(job_id))
    except IntegrityError:
        return JsonResponse({"error": "This message was heard before."}, status=409)
    return JsonResponse({"rung": rung})


def _named(body: bytes) -> str:
    """The prediction that it is about; empty where none is named that ours could be."""
    try:
        data: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    job_id = data.get("id") if isinstance(data, dict) else None
    named = isinstance(job_id, str) and job_id.isascii() and _SHORTEST_ID <= len(job_id) <= 100 and "\x00" not in job_id
    return str(job_id) if named else ""
