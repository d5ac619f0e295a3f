from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Somebody who can log in. What they may see hangs on their memberships (R80), not on this row."""
