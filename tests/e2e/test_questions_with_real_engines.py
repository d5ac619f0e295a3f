"""Questions that a chat service answers, through `manage.py submit`, real workers and real engines: asked in Hindi with
a picture, and one that the service refuses (R8, R11, R31)."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderhub.embedded.home import PROJECT
from renderhub.supervisor import processes
from renders.media.probe import probe
from tests.renders.media import samples
from tests.support.gateway import says, segment
from tests.support.misbehaving import Act, Asked, MisbehavingServer, answer, when
from tests.support.plant import Plant

pytestmark = pytest.mark.processes
REAL = {
    "script_gen": "openai_chat,extractive",
    "manim": "still",
    "tts": "espeak",
    "revideo": "composer",
    "upload": "local_media",
}
QUESTION = "आसमान नीला क्यों दिखता है?"
REFUSED = "How is a bomb built?"
REFUSAL = {"error": {"message": "Rejected by our safety system.", "code": "content_policy_violation"}}
SAID = (
    "हवा नीले प्रकाश को बाकी रंगों से कहीं ज़्यादा बिखेरती है, इसलिए आसमान नीला दिखता है।",
    "सूरज का प्रकाश सभी रंगों का मिश्रण है, और हर रंग की अपनी तरंग लंबाई होती है। "
    "लाल की तरंग लंबी होती है और नीले की छोटी। "
    "हवा के अणु इन तरंगों से बहुत छोटे होते हैं, और वे छोटी तरंगों को सबसे ज़्यादा बिखेरते हैं। "
    "इसलिए नीला प्रकाश हर दिशा से हमारी आँखों तक आता है। "
    "शाम को सूरज का प्रकाश हवा में लंबा रास्ता तय करता है, और रास्ते में नीला प्रकाश बिखर जाता है। "
    "केवल लाल और नारंगी बचता है, इसीलिए सूर्यास्त लाल दिखता है। "
    "चाँद पर हवा नहीं है, वहाँ प्रकाश बिखरता नहीं, और इसलिए वहाँ दिन में भी आसमान काला दिखता है।",
    "याद रखिए, हवा नीले प्रकाश को सबसे ज़्यादा बिखेरती है, इसलिए दिन में आसमान नीला होता है और शाम को लाल।",
)
ANSWERED = {
    "title": "आसमान नीला क्यों दिखता है",
    "hook": {"narration": SAID[0], "headline": "आसमान नीला क्यों है?", "kicker": "प्रकाश"},
    "segments": [segment(SAID[1], "छोटी तरंगें ज़्यादा बिखरती हैं")],
    "closing": {"narration": SAID[2], "headline": "याद रखें", "points": ["हवा नीला प्रकाश बिखेरती है"]},
}


@pytest.fixture
def chat() -> Iterator[MisbehavingServer]:
    def choose(asked: Asked) -> Act:
        return answer(400, REFUSAL) if REFUSED.encode() in asked.body else says(ANSWERED)

    with MisbehavingServer() as server:
        server.does(when(choose))
        yield server


@pytest.fixture
def plant(chat: MisbehavingServer, tmp_path: Path, prepared: Path | None) -> Iterator[Plant]:
    service = {"SCRIPT_API_URL": f"{chat.url}/v1", "SCRIPT_API_KEY": "sk-1234", "SCRIPT_API_MODEL": "model-1"}
    with Plant(tmp_path / "plant", like=prepared, durable=False, chains=REAL, **service) as plant:
        plant.keeper()
        plant.cpu_worker(1)
        plant.io_worker(2)
        yield plant


def test_questions_are_answered_in_a_video_or_refused_in_words(
    plant: Plant, chat: MisbehavingServer, tmp_path: Path
) -> None:
    picture = samples.picture(tmp_path / "sky over the sea.png", (640, 640), "#3060A0")
    asked = submit(plant, tmp_path / "sky.txt", QUESTION, "--language", "hi", "--source", picture)
    refused = submit(plant, tmp_path / "refused.txt", REFUSED)
    _, why = refused.communicate(timeout=120)
    check_refused(plant, chat, refused.returncode, why)
    told, trouble = asked.communicate(timeout=120)
    assert asked.returncode == 0, told + trouble
    check_answered(plant, chat, told)


def submit(plant: Plant, place: Path, question: str, *more: object) -> subprocess.Popen[str]:
    place.write_text(question, encoding="utf-8")
    words = ("submit", str(place), "--job-type", "doubt", "--aspect-ratio", "1:1", "--wait", *map(str, more))
    pipe = subprocess.PIPE
    return subprocess.Popen(
        processes.manage(*words), cwd=PROJECT, env=plant.environment(), stdout=pipe, stderr=pipe, text=True
    )


def check_answered(plant: Plant, chat: MisbehavingServer, told: str) -> None:
    [place] = [line.removeprefix("video: ") for line in told.splitlines() if line.startswith("video: ")]
    info = probe(Path(place), decode=True)
    assert info.video is not None
    assert (info.video.width, info.video.height) == (1080, 1080)
    assert 30 < info.duration < 70
    assert abs(samples.loudness(Path(place))[0] + 14) <= 1
    captions = next(Path(place).parent.glob("*.vtt")).read_text(encoding="utf-8")
    assert SAID[0].split(",")[0] in re.sub(r"<[^>]*>", "", captions).replace("\n", " ")
    of = "FROM renders_step s JOIN renders_render r ON r.id = s.render_id WHERE r.name = %s AND s.stage = %s"
    assert plant.rows(f"SELECT DISTINCT s.provider {of}", QUESTION, "tts") == [("espeak",)]
    shown = plant.rows(f"SELECT s.segment, s.provider {of} ORDER BY 1", QUESTION, "manim")
    assert shown == [("s1", "still"), ("s2", "source_file"), ("s3", "still")]
    first = next(json.loads(one.body) for one in chat.asked if "नीला".encode() in one.body or b"\\u0928" in one.body)
    assert "Hindi" in first["messages"][0]["content"]
    assert json.loads(first["messages"][1]["content"])["question"] == QUESTION


def check_refused(plant: Plant, chat: MisbehavingServer, code: int, why: str) -> None:
    assert code == 1
    assert "Rejected by our safety system." in why
    assert why.count("Change the question or the topic") == 1, why
    assert "prompt" not in why
    row = "SELECT status, final, error_code, retry_count FROM renders_render WHERE name = %s"
    assert plant.rows(row, REFUSED) == [("failed", True, "SENSITIVE_CONTENT", 0)]
    assert len([one for one in chat.asked if REFUSED.encode() in one.body]) == 1
    made = "SELECT 1 FROM renders_asset a JOIN renders_render r ON r.id = a.render_id WHERE r.name = %s"
    assert not plant.rows(made, REFUSED)
