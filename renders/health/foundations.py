"""What every render stands on: the database, the broker, and the place where files lie."""

from __future__ import annotations

from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import Error, connection
from kombu.exceptions import OperationalError

from renderhub.lib.writable import check_writable
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.shortage import shortage

DATABASE, BROKER, STORAGE = "database", "broker", "storage"


def database() -> GenerationError | None:
    """Over a connection of this thread's own, which is closed afterwards."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        said = " ".join(str(error).split())[:500]
        remedy = "Start PostgreSQL, and check DATABASE_URL, its password and the network between."
        return GenerationError(ErrorCode.TIMEOUT, DATABASE, f"The database cannot be used: {said}", remedy=remedy)
    finally:
        connection.close()
    return None


def broker(seconds: float) -> GenerationError | None:
    """Over a connection of its own, up to the broker's first word."""
    with current_app.connection_for_write(connect_timeout=seconds) as opened:
        try:
            opened.ensure_connection(max_retries=1, interval_start=0, timeout=max(1, int(seconds)))
            _ = opened.default_channel  # over this the broker is spoken to for the first time
        except (OSError, OperationalError, *opened.connection_errors, *opened.channel_errors) as error:  # type: ignore[misc]
            said = " ".join(str(error).split())[:500]
            remedy = "Start the broker (Redis or Valkey), and check BROKER_URL, its password and the network between."
            return GenerationError(ErrorCode.TIMEOUT, BROKER, f"The broker cannot be used: {said}", remedy=remedy)
    return None


def storage() -> GenerationError | None:
    folder = Path(settings.MEDIA_ROOT)
    try:
        check_writable(folder)
    except OSError as error:
        if (short := shortage(STORAGE, error)) is not None:
            return short
        said = error.strerror or str(error)
        remedy = "Check the rights of the media folder (MEDIA_ROOT), and that it is mounted."
        message = f"The media folder does not take files: {said}"
        return GenerationError(ErrorCode.API_ERROR, STORAGE, message, remedy=remedy)
    return None
