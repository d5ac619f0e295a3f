"""What each act may be told beside what it is done to, and how its page names it (R62)."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from renders.actions.act import Act
from renders.actions.cancel import Cancel
from renders.actions.prioritise import Prioritise
from renders.actions.rerender import Rerender
from renders.actions.resolve import Reopen, Resolve
from renders.actions.retry import Retry
from renders.actions.services import TakeBack, TakeOut
from renders.actions.spooled import MoveNow
from renders.domain.job import Priority
from renders.domain.stages import Stage
from renders.pipeline import chains
from renders.presentation.stages import TITLES


class ActForm(forms.Form):
    """Base: an act without options."""

    verb: ClassVar[str]
    """Of the button: `Cancel`."""
    about: ClassVar[str]
    """One sentence: what it does, always."""
    icon: ClassVar[str]
    previewed: ClassVar[tuple[str, ...]] = ()
    """Options that change what is foreseen: they are looked at again before they are acted by."""
    danger: ClassVar[bool] = False

    def act(self) -> Act:
        """The act with the options as they were chosen; of a form that is valid."""
        raise NotImplementedError

    @property
    def choice(self) -> str:
        """The options that were looked at."""
        return "|".join(str(self.cleaned_data.get(name, "")) for name in self.previewed)

    @classmethod
    def at_first(cls) -> dict[str, Any]:
        return {}


def _begin_with() -> list[tuple[str, str]]:
    """The stages that the settings have a provider for."""
    wanted = [stage for stage in Stage if chains.primary(stage) is not None]
    return [
        ("", "What is missing; a completed one is made anew whole"),
        *((stage.value, f"{TITLES[stage]}, and what follows it") for stage in wanted),
    ]


class RerenderForm(ActForm):
    verb, icon = "Re-render", "replay"
    about = "A new run, free of charge, with no retry counted. What earlier stages made is kept where it is wanted."
    previewed = ("from_stage",)

    from_stage = forms.ChoiceField(
        label="Begin with",
        required=False,
        choices=_begin_with,
        widget=UnfoldAdminSelectWidget(),
    )

    def act(self) -> Act:
        chosen = self.cleaned_data["from_stage"]
        return Rerender(Stage(chosen) if chosen else None)


class RetryForm(ActForm):
    verb, icon = "Retry", "restart_alt"
    about = (
        "A new run, free of charge, of what failed for good: each goes on at the first stage whose result is missing. "
        "What is marked as dealt with is left alone."
    )

    def act(self) -> Act:
        return Retry()


class CancelForm(ActForm):
    verb, icon, danger = "Cancel", "block", True
    about = "Stops what waits or is made. A render that was cancelled can be re-rendered later."

    def act(self) -> Act:
        return Cancel()


class PrioritiseForm(ActForm):
    verb, icon = "Change priority", "low_priority"
    about = "Moves what waits to another place in the queue. High is served up to a day sooner, low half an hour later."
    previewed = ("priority",)

    priority = forms.ChoiceField(
        label="New priority",
        choices=[(priority.value, priority.value.capitalize()) for priority in Priority],
        widget=UnfoldAdminSelectWidget(),
    )

    def act(self) -> Act:
        return Prioritise(Priority(self.cleaned_data["priority"]))

    @classmethod
    def at_first(cls) -> dict[str, Any]:
        return {"priority": Priority.HIGH.value}


class ResolveForm(ActForm):
    verb, icon = "Mark as dealt with", "task_alt"
    about = "Says that somebody has seen to it. It is not made again by this."

    note = forms.CharField(
        label="Note", required=False, max_length=1000, widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text="What was done about it. It is kept with the failure.",
    )  # fmt: skip

    def act(self) -> Act:
        return Resolve(self.cleaned_data["note"])


class ReopenForm(ActForm):
    verb, icon = "Mark as not dealt with", "undo"
    about = "Takes the mark back: it needs somebody again."

    def act(self) -> Act:
        return Reopen()


class TakeOutForm(ActForm):
    verb, icon, danger = "Take out of use", "block", True
    about = "For a maintenance, or answers that are of no use: its fallbacks do the work, until it is taken back."

    reason = forms.CharField(
        label="Reason", required=False, max_length=500, widget=UnfoldAdminTextareaWidget({"rows": 2}),
        help_text="Shown on the page of services, and in the log of each render that goes round it.",
    )  # fmt: skip

    def act(self) -> Act:
        return TakeOut(self.cleaned_data["reason"])


class TakeBackForm(ActForm):
    verb, icon = "Take back", "undo"
    about = "It is called again at once, whatever was known of it."

    def act(self) -> Act:
        return TakeBack()


class MoveForm(ActForm):
    verb, icon = "Move now", "cloud_upload"
    about = "Has it tried at the keeper's next look, however long it was to wait. People watch it from here until then."

    def act(self) -> Act:
        return MoveNow()


OF_RENDERS: dict[str, type[ActForm]] = {
    "rerender": RerenderForm,
    "retry": RetryForm,
    "prioritise": PrioritiseForm,
    "cancel": CancelForm,
}
OF_FAILURES: dict[str, type[ActForm]] = {"resolve": ResolveForm, "reopen": ReopenForm}
OF_SERVICES: dict[str, type[ActForm]] = {"out": TakeOutForm, "back": TakeBackForm}
OF_SPOOLED: dict[str, type[ActForm]] = {"move": MoveForm}
