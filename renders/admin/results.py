"""Results of Celery tasks (django-celery-results): for operators to look at; nothing waits on them."""

from __future__ import annotations

from django.contrib import admin
from django_celery_results.models import GroupResult, TaskResult

from renders.admin.read_only import ReadOnlyAdmin

for _model in (GroupResult, TaskResult):
    admin.site.unregister(_model)


@admin.register(TaskResult)
class TaskResultAdmin(ReadOnlyAdmin):
    list_display = ["task_id", "task_name", "periodic_task_name", "status", "worker", "date_done"]
    list_filter = ["status", "date_done"]
    search_fields = ["task_name", "task_id"]


@admin.register(GroupResult)
class GroupResultAdmin(ReadOnlyAdmin):
    list_display = ["group_id", "date_done"]
    list_filter = ["date_done"]
    search_fields = ["group_id"]
