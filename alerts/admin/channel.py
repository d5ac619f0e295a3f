"""Channels: entered here, tested here. Secrets stay in the settings: a Slack channel names its webhook (R112)."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from alerts import book, sending
from alerts.admin import badges, told
from alerts.channels import CHANNELS
from alerts.models import Channel, Delivery
from alerts.vocabulary import ChannelKind, DeliveryState
from renders.presentation import words
from renders.templatetags import presentation


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ", ".join(sorted(settings.RENDERHUB_SLACK_WEBHOOKS)) or "none yet"
        if "target" in self.fields:
            self.fields[
                "target"
            ].help_text = f"For email: the address. For Slack: a name in the setting SLACK_WEBHOOKS (it has: {names})."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind, target = data.get("kind"), data.get("target", "")
        if kind in set(ChannelKind) and target and (fault := CHANNELS[ChannelKind(kind)].fault_of(target)):
            self.add_error("target", fault)
        return data


@admin.register(Channel)
class ChannelAdmin(ModelAdmin):  # type: ignore[misc]
    form = ChannelForm
    list_display = ["name", "status", "kind", "target", "last", "why"]
    list_filter = ["kind", "enabled"]
    search_fields = ["name", "target"]
    search_help_text = "Name or target"
    fieldsets = [
        (None, {"fields": ["status", "why"]}),
        (None, {"fields": ["name", "kind", "target", "enabled"]}),
    ]
    readonly_fields = ["status", "why"]
    actions = None
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    change_form_template = "alerts/channel_form.html"
    change_list_template = "alerts/list.html"

    class Media:
        css = {"all": ["alerts/alerts.css"]}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, told.of_channels() | (extra_context or {}))  # type: ignore[no-any-return]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj is not None else self.fieldsets[1:]

    def save_model(self, request: HttpRequest, obj: Channel, form: forms.ModelForm[Any], change: bool) -> None:
        """Whoever saves it has looked at it: it is tried again, and what waits for it goes out."""
        obj.broken_at, obj.broken_why = None, ""
        super().save_model(request, obj, form, change)

    @admin.display(description="Status", ordering="enabled")
    def status(self, channel: Channel) -> SafeString:
        return badges.of_channel(channel)

    @admin.display(description="Last message")
    def last(self, channel: Channel) -> SafeString | str:
        newest = channel.deliveries.filter(settled_at__isnull=False).order_by("-created_at").first()
        return presentation.relative(newest.settled_at) if newest else presentation.NONE

    @admin.display(description="What is wrong with it")
    def why(self, channel: Channel) -> SafeString | str:
        return channel.broken_why or presentation.NONE

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        channel = kwargs.get("obj")
        if channel is not None:
            newest = channel.deliveries.select_related("channel").order_by("-created_at")[:10]
            context["deliveries"] = [
                (badges.of_delivery(delivery), delivery, badges.answer_of(delivery)) for delivery in newest
            ]
            context["test_url"] = reverse("admin:alerts_channel_test", args=[channel.pk])
            context["may_test"] = self.has_change_permission(request, channel)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        test = path("<int:pk>/test/", self.admin_site.admin_view(self.test_view), name="alerts_channel_test")
        return [test, *super().get_urls()]

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST: a message by the way that every message goes, and what came back."""
        channel = get_object_or_404(Channel, pk=pk)
        if not self.has_change_permission(request, channel):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        with transaction.atomic():
            delivery = book.ask_for_test(channel, uuid.uuid4())
            self.log_change(request, channel, "Sent a test message.")
        sending.send_now(delivery.pk)
        delivery.refresh_from_db()
        say(request, delivery)
        return redirect(reverse("admin:alerts_channel_change", args=[pk]))


def say(request: HttpRequest, delivery: Delivery) -> None:
    """What came back, in words."""
    met = f"{words.ended(delivery.answer)} {delivery.remedy}".strip()
    match DeliveryState(delivery.state):
        case DeliveryState.SENT | DeliveryState.UNCERTAIN:
            messages.success(request, f"Sent. The answer: {delivery.answer}")
        case DeliveryState.FAILED:
            messages.error(request, f"Not sent. {met}")
        case _:
            reason = met or "The channel takes one message at a time; this one is sent in a moment."
            messages.warning(request, f"Not sent yet, and tried again by itself. {reason}")
