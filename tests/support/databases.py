"""The databases of a test run: the migrations run once for all of its processes, and a test that commits leaves no row.

Both are what Django and pytest-django do, for a twentieth of the cost: Django runs every migration in every process,
and empties 53 tables by TRUNCATE, which gives each of them and of their indexes a new file.
"""

from __future__ import annotations

import fcntl
import functools
import os
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import TransactionTestCase

KEPT = {"django_content_type", "auth_permission"}
"""What making a database writes, anew after each TRUNCATE; no test writes to them."""


def migrated() -> str:
    """The name of a database with every table and no rows of tests, made once a test run, to be copied."""
    home = Path(os.environ["RENDERHUB_TEST_HOME"])
    settings = connection.settings_dict
    before = settings["NAME"], settings["TEST"]["NAME"]
    name = f"test_{before[0]}_migrated"
    with (home / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "migrated").exists():
            settings["TEST"]["NAME"] = name
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()
            settings["NAME"], settings["TEST"]["NAME"] = before
            (home / "migrated").touch()
    return name


def empty(alias: str) -> None:
    """Delete every row that tests have written and committed."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        if cursor.fetchone() == ("on",):
            cursor.execute(_who_has_rows(alias))
            if filled := [row[0] for row in cursor.fetchall()]:
                # As a replica, no foreign key is looked at: in the end nothing is left that could point anywhere.
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute(";".join(f'DELETE FROM "{name}"' for name in filled))
            return
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False, database=alias)


@functools.cache
def _who_has_rows(alias: str) -> str:
    tables = connections[alias].introspection.django_table_names(only_existing=True, include_views=False)
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in {*tables} - KEPT)


def _after_a_test_that_commits(case: TransactionTestCase) -> None:
    for alias in case.databases:
        empty(alias)


def empty_them_so() -> None:
    """What follows each test with `transaction=True` from now on."""
    TransactionTestCase._fixture_teardown = _after_a_test_that_commits  # type: ignore[attr-defined]
