"""The three people of every access test, and the operator."""

from __future__ import annotations

from dataclasses import dataclass

from renders.models import Membership, User, Workspace
from renders.models.workspace import Role

PASSWORD = "a-password-for-tests"


@dataclass(frozen=True)
class People:
    workspace: Workspace
    owner: User
    teammate: User
    outsider: User
    """Owns another workspace."""
    operator: User


def people() -> People:
    ours = Workspace.objects.create(slug="ours", name="Ours")
    theirs = Workspace.objects.create(slug="theirs", name="Theirs")
    owner, teammate, outsider = (_user(name) for name in ("owner", "teammate", "outsider"))
    for workspace, user, role in (
        (ours, owner, Role.OWNER),
        (ours, teammate, Role.VIEWER),
        (theirs, outsider, Role.OWNER),
    ):
        Membership.objects.create(workspace=workspace, user=user, role=role.value)
    return People(ours, owner, teammate, outsider, _user("operator", is_staff=True, is_superuser=True))


def _user(name: str, **more: bool) -> User:
    return User.objects.create_user(name, f"{name}@example.org", PASSWORD, **more)
