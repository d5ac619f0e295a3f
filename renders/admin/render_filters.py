"""Filters of the list of renders (R60). Each works on an index or on few values; all but the workspaces' choices come
without a query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from renderhub.lib import clock
from renders.actions.request import LANGUAGES
from renders.domain.errors import ErrorCode
from renders.domain.job import Priority
from renders.domain.states import RenderStatus
from renders.models import Render, Workspace
from renders.models.render import OPEN
from renders.presentation.job_types import JOB_TYPES
from renders.presentation.languages import language_name
from renders.presentation.stages import TITLES
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
_MOST_WORKSPACES = 200
_DAYS = {"today": (0, 1), "yesterday": (1, 1), "week": (6, 7), "month": (29, 30)}
"""When the renders were asked for: how many days ago that began, and how many days it lasts."""


class ChoiceFilter(SimpleListFilter):
    """A select with a name of its own; a value that is not on offer changes nothing."""

    template = "renders/select_filter.html"
    offered: ClassVar[Iterable[tuple[str, str]]] = ()
    path: ClassVar[str] = ""
    """The field that holds the value."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.offered)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if not chosen or chosen not in {value for value, _ in self.lookup_choices}:
            return queryset
        return self.chosen(queryset, chosen)

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(**{self.path: value})


class StatusFilter(ChoiceFilter):
    title, parameter_name = "Status", "status"
    offered = [(kind.value, LOOKS[kind].word) for kind in OF_SHOWN]

    def chosen(self, queryset: QuerySet[Render], value: str) -> QuerySet[Render]:
        return queryset.filter(OF_SHOWN[Shown(value)])


class JobTypeFilter(ChoiceFilter):
    title, parameter_name, path = "Kind", "job_type", "job_type"
    offered = [(kind.value, name) for kind, name in JOB_TYPES.items()]


class PriorityFilter(ChoiceFilter):
    title, parameter_name, path = "Priority", "priority", "priority"
    offered = [(priority.value, priority.value.capitalize()) for priority in Priority]


class StageFilter(ChoiceFilter):
    """Where it is, or where it failed."""

    title, parameter_name, path = "Stage", "stage", "stage"
    offered = [(stage.value, name) for stage, name in TITLES.items()]


class ErrorCodeFilter(ChoiceFilter):
    title, parameter_name, path = "Error code", "error_code", "error_code"
    offered = [(code.value, code.value) for code in ErrorCode]


class LanguageFilter(ChoiceFilter):
    title, parameter_name, path = "Language", "language", "language"
    offered = [(language, language_name(language)) for language in LANGUAGES]


class PromiseFilter(ChoiceFilter):
    """How it stands with its due time (R77)."""

    title, parameter_name = "Promise", "promise"
    offered = [("at_risk", "At risk"), ("late", "Late")]

    def chosen(self, queryset: QuerySet[Render], value: str) -> QuerySet[Render]:
        if value == "at_risk":
            return queryset.filter(OPEN, outlook__at_risk=True)
        return queryset.filter(OPEN, due_at__lt=clock.now())


class DegradedFilter(ChoiceFilter):
    title, parameter_name = "Degraded", "degraded"
    offered = [("yes", "With fallbacks or gaps"), ("no", "As meant")]

    def chosen(self, queryset: QuerySet[Render], value: str) -> QuerySet[Render]:
        return queryset.exclude(degraded=[]) if value == "yes" else queryset.filter(degraded=[])


class WorkspaceFilter(ChoiceFilter):
    title, parameter_name, path = "Workspace", "workspace", "workspace"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = Workspace.objects.order_by("name").values_list("pk", "name")[:_MOST_WORKSPACES]
        return [(str(pk), name) for pk, name in names]

    def chosen(self, queryset: QuerySet[Render], value: str) -> QuerySet[Render]:
        return queryset.filter(workspace=UUID(value))


class AskedForFilter(ChoiceFilter):
    """When the render was asked for, in days of the site's zone; a day by itself (`2026-11-22`) is taken, too."""

    title, parameter_name = "Asked for", "asked"
    offered = [("today", "Today"), ("yesterday", "Yesterday"), ("week", "Last 7 days"), ("month", "Last 30 days")]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked = request.GET.get("asked", "")
        day = _day(asked)
        return [*self.offered, *([(asked, f"{day:%-d %b %Y}")] if day else [])]

    def chosen(self, queryset: QuerySet[Render], value: str) -> QuerySet[Render]:
        day = _day(value)
        if day is None:
            ago, days = _DAYS[value]
            day = timezone.localdate(clock.now()) - timedelta(days=ago)
        else:
            days = 1
        return queryset.filter(created_at__gte=_midnight(day), created_at__lt=_midnight(day + timedelta(days=days)))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


FILTERS = [
    StatusFilter,
    JobTypeFilter,
    PriorityFilter,
    StageFilter,
    AskedForFilter,
    WorkspaceFilter,
    ErrorCodeFilter,
    DegradedFilter,
    PromiseFilter,
    LanguageFilter,
]


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
