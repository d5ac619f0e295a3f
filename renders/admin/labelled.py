"""Inlines whose fields say what they are: unfold's tables leave that to the column's head, which no field refers to."""

from __future__ import annotations

from typing import Any

from django.db.models import Field
from django.http import HttpRequest
from unfold.admin import TabularInline


class LabelledTabularInline(TabularInline):  # type: ignore[misc]
    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and field.label:
            field.widget.attrs.setdefault("aria-label", str(field.label))
            inner = getattr(field.widget, "widget", None)
            if inner is not None:
                inner.attrs.setdefault("aria-label", str(field.label))
        return field
