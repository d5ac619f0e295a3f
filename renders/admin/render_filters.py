"""Filters of the list of renders. Each works on an index or on few values, and asks no query for its choices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from renders.actions.request import LANGUAGES
from renders.domain.states import RenderStatus
from renders.models import Render
from renders.presentation.job_types import JOB_TYPES
from renders.presentation.languages import language_name
from renders.presentation.status import LOOKS, Shown

OF_SHOWN: dict[Shown, Q] = {
    Shown.PROCESSING: Q(status=RenderStatus.PROCESSING),
    Shown.QUEUED: Q(status=RenderStatus.QUEUED),
    Shown.HELD: Q(status=RenderStatus.HELD),
    Shown.RETRYING: Q(status=RenderStatus.FAILED, final=False),
    Shown.FAILED: Q(status=RenderStatus.FAILED, final=True),
    Shown.COMPLETED: Q(status=RenderStatus.COMPLETED),
    Shown.CANCELLED: Q(status=RenderStatus.CANCELLED),
}
"""The rows that each shown status stands for, in the order in which an operator looks at them."""


class StatusFilter(SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, str]]:
        return ((kind.value, LOOKS[kind].word) for kind in OF_SHOWN)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Render]) -> QuerySet[Render]:
        chosen = self.value()
        return queryset.filter(OF_SHOWN[Shown(chosen)]) if chosen in set(Shown) else queryset


class JobTypeFilter(SimpleListFilter):
    title = "kind"
    parameter_name = "job_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.value, name) for kind, name in JOB_TYPES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Render]) -> QuerySet[Render]:
        return queryset.filter(job_type=self.value()) if self.value() else queryset


class LanguageFilter(SimpleListFilter):
    title = "language"
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(language, language_name(language)) for language in LANGUAGES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Render]) -> QuerySet[Render]:
        return queryset.filter(language=self.value()) if self.value() else queryset


def status_links(changelist: ChangeList, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The strip above the list: every status with its count, and where a click on it leads."""
    chosen = changelist.get_filters_params().get(StatusFilter.parameter_name, [""])[0]
    links: list[dict[str, Any]] = [
        {
            "kind": "",
            "word": "All",
            "count": sum(counts.values()),
            "chosen": not chosen,
            "url": changelist.get_query_string(remove=[StatusFilter.parameter_name, "p"]),
        }
    ]
    for kind in OF_SHOWN:
        links.append(
            {
                "kind": kind.value,
                "word": LOOKS[kind].word,
                "count": counts[kind.value],
                "chosen": chosen == kind.value,
                "url": changelist.get_query_string({StatusFilter.parameter_name: kind.value}, remove=["p"]),
            }
        )
    return links
