"""The form for a new render (R1, R5, R7, R8), and the wish that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils import timezone
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from renderhub.lib import clock
from renders.actions.request import LANGUAGES, Wish
from renders.domain.job import (
    INPUT_TEXT_LIMIT,
    LENGTHS,
    AspectRatio,
    JobType,
    NewsItem,
    Priority,
    Style,
    Theme,
    Voice,
)
from renders.models import Workspace
from renders.presentation.job_types import JOB_TYPES
from renders.presentation.languages import language_name

_FIELDS = {"input": "input_text"}
"""Where a refusal belongs whose field is called otherwise here."""
_ITEMS = 6
"""Stories of a day's video at most (R3)."""


def _select(enum: type[StrEnum], default: StrEnum, label: str) -> forms.ChoiceField:
    choices = [(member.value, member.value.capitalize()) for member in enum]
    return forms.ChoiceField(label=label, choices=choices, initial=default.value, widget=UnfoldAdminSelectWidget())


class RenderForm(forms.Form):
    job_type = forms.ChoiceField(
        label="Kind",
        choices=[(kind.value, JOB_TYPES[kind]) for kind in (JobType.TOPIC_SHORT, JobType.DOUBT, JobType.DAILY_CA)],
        widget=UnfoldAdminSelectWidget(),
        help_text="A question needs a chat provider; a topic and the day's stories are made from the text below.",
    )
    name = forms.CharField(
        label="Name", required=False, max_length=200, widget=UnfoldAdminTextInputWidget(),
        help_text="What people call it. Left empty, the first line of the text.",
    )  # fmt: skip
    input_text = forms.CharField(
        label="Text", required=False, strip=False, widget=UnfoldAdminTextareaWidget({"rows": 10}),
        help_text=f"The question, or the text that the video explains; up to {INPUT_TEXT_LIMIT:,} characters. For "
        f"daily current affairs: up to {_ITEMS} stories with an empty line between them, each with its headline first.",
    )  # fmt: skip
    source = forms.FileField(
        label="Source file", required=False,
        widget=forms.FileInput({"class": "rh-file", "data-limits": "video=500,=10"}),
        help_text="A text, Markdown or PDF document (10 MB) is what the video is made of; an image (10 MB) or a video "
        "(500 MB) is shown in it.",
    )  # fmt: skip
    style = _select(Style, Style.DETAILED, "Style")
    length = forms.TypedChoiceField(
        label="Length", coerce=int, choices=[(seconds, f"{seconds} seconds") for seconds in LENGTHS], initial=60,
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip
    voice = _select(Voice, Voice.DEFAULT, "Voice")
    language = forms.ChoiceField(
        label="Language", choices=[(code, language_name(code)) for code in LANGUAGES], initial="en",
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip
    aspect_ratio = _select(AspectRatio, AspectRatio.WIDE, "Format")
    theme = _select(Theme, Theme.INK, "Theme")
    burn_captions = forms.BooleanField(
        label="Captions in the picture, too", required=False, widget=forms.CheckboxInput({"class": "rh-select"})
    )
    fresh = forms.BooleanField(
        label="Make a new one, even where the same video is made already", required=False,
        widget=forms.CheckboxInput({"class": "rh-select"}),
    )  # fmt: skip
    priority = _select(Priority, Priority.NORMAL, "Priority")
    workspace = forms.ModelChoiceField(
        label="Workspace", queryset=Workspace.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget()
    )
    due_at = forms.DateTimeField(
        label="Due", required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput({"type": "datetime-local", "class": " ".join(INPUT_CLASSES)}, "%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["workspace"].queryset = Workspace.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["due_at"].help_text = f"When the video must be ready; in the time of {settings.TIME_ZONE}."
        for name, field in self.fields.items():
            field.widget.attrs["aria-describedby"] = f"id_{name}_help id_{name}_error"

    def clean_due_at(self) -> datetime | None:
        due: datetime | None = self.cleaned_data["due_at"]
        if due is not None and due <= clock.now():
            raise forms.ValidationError("That is over: choose a time to come, or leave it empty.")
        return due

    def wish(self, upload: TemporaryUploadedFile | None) -> Wish:
        """What is asked for; of a form that is valid."""
        told = self.cleaned_data
        daily = told["job_type"] == JobType.DAILY_CA
        plain = ("job_type", "name", "style", "length", "voice", "language", "aspect_ratio", "priority", "theme")
        due: datetime | None = told["due_at"]
        return Wish(
            **{name: told[name] for name in (*plain, "burn_captions")},
            input_text="" if daily else told["input_text"].replace("\r\n", "\n"),
            items=stories(told["input_text"]) if daily else (),
            source=Path(upload.temporary_file_path()) if upload else None,
            source_name=upload.name or "" if upload else "",
            target_date=timezone.localdate(due or clock.now()) if daily else None,
            due_at=due,
        )

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Show why nothing was stored, each beside its field."""
        for name, why in problems.items():
            field = _FIELDS.get(name, name)
            self.add_error(field if field in self.fields else None, why)


def stories(text: str) -> tuple[NewsItem, ...]:
    """The day's stories: parts with an empty line between them; the first line of each is its headline."""
    parts: list[list[str]] = [[]]
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.strip():
            parts[-1].append(line.strip())
        elif parts[-1]:
            parts.append([])
    told = [part for part in parts if part]
    return tuple(NewsItem(title=part[0][:300], text=" ".join(part[1:]) or part[0]) for part in told)


def too_many(items: tuple[NewsItem, ...]) -> str:
    """What is wrong with so many stories; empty where nothing is."""
    return f"{len(items)} stories; at most {_ITEMS} are told in one video." if len(items) > _ITEMS else ""
