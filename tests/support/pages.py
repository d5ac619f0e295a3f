"""What tests of pages have in common."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def pages_without_preparation(settings: Any) -> None:
    """Static files are found where they lie, without `collectstatic`; passwords are hashed for speed."""
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
