"""Words, their stems, and how near two texts are: enough for weighing sentences and finding doubles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from renders.text.word_lists import word_set

_WORD = re.compile(r"\d+(?:[.,\u00a0\u202f\u2009]\d+)*|[^\W\d_][\w\u0900-\u0963\u0966-\u097f’'\u200c\u200d]*")

STOPWORDS: dict[str, frozenset[str]] = {
    "en": word_set(
        """
        a an the and or but nor so yet of in on at to for from by with as is are was were be been being am has have
        had do does did will would can could shall should may might must it its it's he she they we you i him her
        them us his their our your my this that these those there here which who whom whose what when where why how
        not no than then too very also just only into onto over under about after before between during through
        off out up down again more most some such any each other all both few own same if because while until
        since although though said says one two first new
        """
    ),
    "ru": word_set(
        """
        и в во не что он на я с со как а то все всё она так его но да ты к у же вы за бы по только её ее мне
        было вот от меня ещё еще нет о об из ему теперь когда даже ну ли если или ни быть был была были него
        до вас опять уж вам ведь там потом себя ничего ей может они тут где есть надо ней для мы тебя их чем
        сам чтоб чтобы без будто чего раз тоже себе под будет тогда кто этот эта это эти того потому этого
        какой ним здесь этом один почти мой тем нее неё сейчас куда зачем всех при об другой хоть после над
        больше тот через эту нас про всего них какая много разве три эту моя впрочем свою этой перед иногда
        лучше чуть том такой им более всегда который которая которое которые которого которой которых году
        года год также
        """
    ),
    "hi": word_set(
        """
        का की के को से में पर ने और या है हैं था थी थे हो होता होती होते हुआ हुई हुए कर करता करती करते करना
        किया की गया गई गए जा जाता जाती जाते एक यह ये वह वे इस उस इन उन इसके इसका इसकी उसके उसका उसकी उनके जो
        कि तो भी ही नहीं न तक लिए साथ बाद अब जब तब कुछ सभी सब अपने अपनी अपना द्वारा लेकिन परंतु तथा एवं रहा
        रही रहे सकता सकती सकते वाला वाली वाले दिया दी दिए लगभग क़रीब करीब सन
        """
    ),
}

_STEM_LENGTH = {"en": 6, "ru": 5, "hi": 5}
_HINDI_ENDING = re.compile("[\u093e-\u094c\u0901-\u0903]+$")


def words(text: str) -> list[str]:
    """Words and numbers of `text` in lower case, in order."""
    return [word.lower() for word in _WORD.findall(text)]


@lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """A crude stem: the beginning, which is where these languages keep the meaning of a word."""
    if word[:1].isdigit():
        return word
    word = word.replace("’", "'").removesuffix("'s").removesuffix("'")
    if language == "hi":
        return _HINDI_ENDING.sub("", word)[: _STEM_LENGTH["hi"]] or word
    if language == "en" and len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word[: _STEM_LENGTH.get(language, 6)]


def stems(text: str, language: str) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    stop = STOPWORDS.get(language, frozenset())
    return frozenset(stem(word, language) for word in words(text) if word not in stop)


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the smaller set that is in the larger one; 0.0 where either is empty."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


@dataclass(frozen=True)
class Print:
    """What is compared of a title or sentence."""

    words: frozenset[str]
    stems: frozenset[str]

    @classmethod
    def of(cls, text: str, language: str) -> Print:
        return cls(frozenset(words(text)), stems(text, language))

    def is_near(self, other: Print) -> bool:
        """Whether two texts tell the same: nearly all words shared, and no number different."""
        if self.words == other.words:
            return bool(self.words)
        shared = len(self.stems & other.stems)
        if min(len(self.stems), len(other.stems)) < 3 or shared < _NEAR * len(self.stems | other.stems):
            return False
        return not any(word[0].isdigit() for word in self.words ^ other.words)


_NEAR = 0.8
"""Share of their stems that two texts of the same content have in common."""


def are_near_equal(one: str, other: str, language: str = "en") -> bool:
    """Whether two titles or sentences tell the same."""
    return Print.of(one, language).is_near(Print.of(other, language))
