from __future__ import annotations

import json
import secrets
from typing import Any

from django.core.management.base import BaseCommand

from renders.models import Membership, User, Workspace
from renders.models.workspace import Role


class Command(BaseCommand):
    help = "Make the first operator and workspace where there are none; prints {username, password} as JSON."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--username", default="operator")
        parser.add_argument("--password", default="", help="generated where not given")

    def handle(self, *args: Any, username: str, password: str, **options: Any) -> None:
        user, created = User.objects.get_or_create(username=username, defaults={"is_staff": True, "is_superuser": True})
        if password or created or not user.has_usable_password():
            password = password or secrets.token_urlsafe(12)
            user.set_password(password)
            user.save()
        workspace, _ = Workspace.objects.get_or_create(slug="main", defaults={"name": "Main"})
        Membership.objects.get_or_create(workspace=workspace, user=user, defaults={"role": Role.OWNER.value})
        self.stdout.write(json.dumps({"username": username, "password": password}))
