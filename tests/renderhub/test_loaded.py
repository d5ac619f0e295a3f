"""What is loaded at a process's start is not looked through for garbage; what comes after it is."""

from __future__ import annotations

import gc

from django.apps import apps


def test_garbage_is_looked_for_once_everything_is_loaded_and_only_in_what_comes_after() -> None:
    assert [*apps.app_configs][-1] == "loaded", "all others are loaded before it"
    assert gc.isenabled()
    assert gc.get_freeze_count() > 100_000
