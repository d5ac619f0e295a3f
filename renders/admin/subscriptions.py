"""Who gets a video every day: which workspace, in which language, of which feeds, at what hour (R3)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from renderhub.lib import clock
from renders.actions.request import LANGUAGES
from renders.admin.subscription_words import next_run, zone_name
from renders.models import DailyRun, DailySubscription
from renders.presentation.languages import language_name
from renders.templatetags import presentation


class SubscriptionForm(forms.ModelForm):  # type: ignore[type-arg]
    language = forms.ChoiceField(
        choices=[(code, language_name(code)) for code in LANGUAGES], widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = DailySubscription
        fields = ["workspace", "language", "feeds", "at", "enabled"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].help_text = f"When the day's run begins, in the site's time zone ({zone_name()})."


@admin.register(DailySubscription)
class SubscriptionAdmin(ModelAdmin):  # type: ignore[misc]
    form = SubscriptionForm
    list_display = ["of_whom", "in_language", "hour", "from_feeds", "on", "next", "last"]
    list_display_links = ["of_whom"]
    list_filter = ["enabled", "language"]
    list_select_related = ["workspace"]
    search_fields = ["workspace__name", "feeds__title"]
    search_help_text = "Workspace or feed"
    autocomplete_fields = ["workspace", "feeds"]
    actions = None
    fieldsets = [
        (None, {"fields": ["workspace", "language", "feeds", "at", "enabled"]}),
        ("The video", {"fields": ["length", "style", "voice", "aspect_ratio", "theme", "burn_captions", "priority"]}),
        ("How it goes", {"fields": ["next", "last"]}),
    ]
    readonly_fields = ["next", "last"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj is not None else self.fieldsets[:2]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DailySubscription]:
        return super().get_queryset(request).prefetch_related("feeds")  # type: ignore[no-any-return]

    def save_model(
        self, request: HttpRequest, obj: DailySubscription, form: forms.ModelForm[Any], change: bool
    ) -> None:
        """Switched on again, it starts with its next run: nothing of the time between is made up for."""
        if "enabled" in form.changed_data and obj.enabled:
            obj.since = clock.now()
        obj.save()

    @admin.display(description="Workspace", ordering="workspace__name")
    def of_whom(self, subscription: DailySubscription) -> str:
        return subscription.workspace.name

    @admin.display(description="Language", ordering="language")
    def in_language(self, subscription: DailySubscription) -> str:
        return language_name(subscription.language)

    @admin.display(description="At", ordering="at")
    def hour(self, subscription: DailySubscription) -> str:
        return f"{subscription.at:%H:%M}"

    @admin.display(description="On", boolean=True, ordering="enabled")
    def on(self, subscription: DailySubscription) -> bool:
        return subscription.enabled

    @admin.display(description="Feeds")
    def from_feeds(self, subscription: DailySubscription) -> SafeString | str:
        feeds = list(subscription.feeds.all())
        named = ", ".join(feed.title for feed in feeds[:3]) + (f" and {len(feeds) - 3} more" if len(feeds) > 3 else "")
        broken = sum(feed.broken_since is not None for feed in feeds)
        if not broken:
            return named or presentation.NONE
        return format_html('{} <span class="rh-error">({} broken)</span>', named, broken)

    @admin.display(description="Next run")
    def next(self, subscription: DailySubscription) -> str:
        return next_run(subscription, clock.now())

    @admin.display(description="Last run")
    def last(self, subscription: DailySubscription) -> SafeString | str:
        runs = DailyRun.objects.filter(workspace=subscription.workspace_id, language=subscription.language)
        run = runs.select_related("render").order_by("-date").first()
        if run is None:
            return presentation.NONE
        url = reverse("admin:renders_dailyrun_change", args=[run.pk])
        state = presentation.status_badge(run.render) if run.render else "missed"
        return format_html('<a class="rh-link" href="{}">{}</a> {}', url, f"{run.date:%-d %b}", state)
