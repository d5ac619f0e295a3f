"""From what the model said to a script of ours, or to what is wrong with it, in words that it can act on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renders.domain.job import Job
from renders.domain.json_form import Form, FormError
from renders.domain.script import LONGEST_PROMPT, Role, SceneKind, Script, Segment, Visual
from renders.providers.openai_chat.scenes import scene_of
from renders.providers.openai_chat.texts import plain, said, shown
from renders.text.headlines import headline
from renders.text.languages import base_language

MOST_SEGMENTS = 14
LONGEST_NARRATION = 4_000
"""Characters of one segment."""
_FENCE = re.compile(r"```[a-zA-Z]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)


class NotAScript(Exception):
    """What the model said is no script; the message says why, for people and for the model."""


@dataclass(frozen=True)
class Reader:
    """Reads the answers to one job."""

    job: Job
    visuals: Sequence[Visual]

    @property
    def language(self) -> str:
        return base_language(self.job.language)

    def script(self, content: str) -> Script:
        """The script. Raises `NotAScript`."""
        try:
            return self._script(Form(_object(content)))
        except FormError as problem:
            raise NotAScript(f"{problem}.") from problem

    def _script(self, form: Form) -> Script:
        title = shown(form.at("title").text(at_most=1_000), 120)
        hook, closing = form.at("hook"), form.at("closing")
        told = [self._segment(part) for part in form.at("segments").items(at_most=MOST_SEGMENTS)]
        if not told:
            raise NotAScript("It has no segments.")
        head = self._headline(hook) or title
        card = {"headline": head, "kicker": shown(_text(hook, "kicker"), 60), "footer": ""}
        end = self._headline(closing) or head
        points = closing.value.get("points")
        remembered = (
            [shown(point, 96) for point in points[:3] if isinstance(point, str)] if isinstance(points, list) else []
        )
        last = {"headline": end, "points": [point for point in remembered if point]}
        segments = [
            self._made(Role.HOOK, hook, head, SceneKind.TITLE_CARD, card),
            *told,
            self._made(Role.CLOSING, closing, end, SceneKind.CLOSING, last),
        ]
        numbered = tuple(
            Segment(**{**segment.__dict__, "id": f"s{number}"}) for number, segment in enumerate(segments, start=1)
        )
        return Script(title or head, self.language, numbered)

    def _segment(self, form: Form) -> Segment:
        narration = self._narration(form)
        head = self._headline(form)
        if not head:
            raise NotAScript(f"{form.place}.headline is empty.")
        kind, data = scene_of(
            form.value.get("scene"), form.value.get("data"), head, narration, self.job.aspect_ratio, self.language
        )
        return self._made(Role.ITEM, form, head, kind, data)

    def _made(self, role: Role, form: Form, head: str, kind: SceneKind, data: Mapping[str, Any]) -> Segment:
        prompt = plain(_text(form, "image_prompt"), LONGEST_PROMPT)
        wish = form.value.get("visual")
        visual = next((one for one in self.visuals if one == wish and prompt and role is Role.ITEM), Visual.SCENE)
        return Segment("", role, self._narration(form), head, kind, data, prompt, visual)

    def _narration(self, form: Form) -> str:
        text = said(form.at("narration").text(at_most=4 * LONGEST_NARRATION), LONGEST_NARRATION, self.language)
        if not text:
            raise NotAScript(f"{form.place}.narration is empty.")
        return text

    def _headline(self, form: Form) -> str:
        return shown(headline(plain(_text(form, "headline"), 300), self.language), 84)


def _text(form: Form, name: str) -> str:
    value = form.mapping().get(name)
    return value if isinstance(value, str) else ""


def _object(content: str) -> Mapping[str, Any]:
    """The JSON object in what was said: models put it in a fence, or a sentence before it."""
    fenced = _FENCE.search(content)
    text = (fenced[1] if fenced else content).strip()
    start, end = text.find("{"), text.rfind("}")
    try:
        data = json.loads(text[start : end + 1] if 0 <= start < end else text)
    except (ValueError, RecursionError) as problem:
        raise NotAScript(f"It is no JSON ({str(problem)[:120]}).") from problem
    if not isinstance(data, dict):
        raise NotAScript("It is no JSON object.")
    return data
