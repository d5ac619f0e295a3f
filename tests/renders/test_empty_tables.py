"""Tests that commit leave nothing behind for the next one."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from renders.models import RenderLog, Step, User
from tests.support import databases, pipeline


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])


def filled() -> set[str]:
    return {name for name in connection.introspection.django_table_names(only_existing=True) if rows(name)}


@pytest.mark.django_db(transaction=True)
def test_what_a_test_has_committed_is_gone_afterwards(fakes: Any) -> None:
    permissions = Permission.objects.count(), ContentType.objects.count()
    pipeline.ask()
    pipeline.run_all()
    group = Group.objects.create(name="some")
    group.permissions.set(Permission.objects.all()[:3])
    User.objects.create_user("somebody").groups.add(group)
    assert Step.objects.exists()
    assert RenderLog.objects.exists()
    databases.empty("default")
    assert filled() == databases.KEPT
    assert (Permission.objects.count(), ContentType.objects.count()) == permissions


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_", range(2))
def test_each_of_them_begins_with_empty_tables(_: int, fakes: Any) -> None:
    assert not Step.objects.exists()
    pipeline.ask()
