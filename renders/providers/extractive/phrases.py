"""The few words of a script that are ours: greeting, links between items, closing; in three languages.

Titles are always listed after a colon or said as sentences of their own, so that no case or gender has to agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from renders.text.dates import date_in_words, weekday
from renders.text.languages import with_full_stop, without_full_stop


def _apart(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_NUMBERS = {
    "en": _apart("zero one two three four five six seven eight nine ten eleven twelve"),
    "hi": _apart("शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह"),
}
_TOPICS_RU = (
    "", "одна тема", "две темы", "три темы", "четыре темы", "пять тем", "шесть тем", "семь тем", "восемь тем",
    "девять тем", "десять тем", "одиннадцать тем", "двенадцать тем",
)  # fmt: skip
_IN_TOPICS_RU = (
    "", "одной теме", "двух темах", "трёх темах", "четырёх темах", "пяти темах", "шести темах", "семи темах",
    "восьми темах", "девяти темах", "десяти темах", "одиннадцати темах", "двенадцати темах",
)  # fmt: skip
_THINGS_RU = ("", "Одно стоит запомнить.", "Две вещи, которые стоит запомнить.", "Три вещи, которые стоит запомнить.")
_MINUTES = {
    "en": {
        60: "the main points in one minute",
        120: "the main points in two minutes",
        180: "the main points in three minutes",
    },
    "ru": {60: "Главное за одну минуту", 120: "Главное за две минуты", 180: "Главное за три минуты"},
    "hi": {60: "मुख्य बातें, एक मिनट में", 120: "मुख्य बातें, दो मिनट में", 180: "मुख्य बातें, तीन मिनट में"},
}
_IN_BRIEF = {"en": "the main points in brief", "ru": "Главное коротко", "hi": "मुख्य बातें, संक्षेप में"}


@dataclass(frozen=True)
class _Words:
    greeting: str
    today: str
    all_topics: str
    some_topics: str
    one_topic: str
    count_only: str
    and_last: str
    links: tuple[str, ...]
    last_link: str
    title_links: tuple[str, ...]
    first_title: str
    last_title: str
    sign_offs: tuple[str, ...]
    wish: str
    remember: str
    heading: str
    one_heading: str


_WORDS = {
    "en": _Words(
        greeting="Good morning.",
        today="It is {weekday}, {date}.",
        all_topics="{Count} stories today: {titles}.",
        some_topics="{Count} stories today, among them: {titles}.",
        one_topic="One story today: {titles}.",
        count_only="Here are {count} stories.",
        and_last="and ",
        links=("Next.", "Moving on.", "Another story."),
        last_link="And finally.",
        title_links=("Next: {title}", "Now: {title}", "Another story: {title}"),
        first_title="First: {title}",
        last_title="And finally: {title}",
        sign_offs=("That was the day in brief.", "Those were the stories of the day.", "That is all for now."),
        wish="Thank you for watching, and have a good day.",
        remember="{Count} things to remember.",
        heading="The day in {count} stories",
        one_heading="The story of the day",
    ),
    "ru": _Words(
        greeting="Доброе утро.",
        today="Сегодня {weekday}, {date}.",
        all_topics="В выпуске {count}: {titles}.",
        some_topics="В выпуске {count}. Среди них: {titles}.",
        one_topic="Тема дня: {titles}.",
        count_only="В выпуске {count}.",
        and_last="",
        links=("Далее.", "Следующая тема.", "Идём дальше."),
        last_link="И напоследок.",
        title_links=("Далее: {title}", "Следующая тема: {title}", "Ещё одна тема: {title}"),
        first_title="Первая тема: {title}",
        last_title="И напоследок: {title}",
        sign_offs=("На этом всё.", "Таким был этот день.", "Это главное к этому часу."),
        wish="Спасибо, что были с нами. Хорошего вам дня!",
        remember="",
        heading="День в {count}",
        one_heading="Тема дня",
    ),
    "hi": _Words(
        greeting="सुप्रभात।",
        today="आज {weekday}, {date} है।",
        all_topics="आज के {count} विषय: {titles}।",
        some_topics="आज {count} विषय हैं। इनमें शामिल हैं: {titles}।",
        one_topic="आज का विषय: {titles}।",
        count_only="आज {count} विषय हैं।",
        and_last="और ",
        links=("अब आगे।", "अगला विषय।", "आगे बढ़ते हैं।"),
        last_link="और अंत में।",
        title_links=("अब: {title}", "अगला विषय: {title}", "एक और विषय: {title}"),
        first_title="पहला विषय: {title}",
        last_title="और अंत में: {title}",
        sign_offs=("आज के लिए बस इतना ही।", "यह था आज का दिन, संक्षेप में।", "अभी के लिए इतना ही।"),
        wish="साथ रहने के लिए धन्यवाद। आपका दिन शुभ हो।",
        remember="{count} बातें याद रखिए।",
        heading="दिन की {count} बातें",
        one_heading="आज का विषय",
    ),
}


def _count(number: int, language: str) -> str:
    if language == "ru":
        return _TOPICS_RU[number]
    return _NUMBERS[language][number]


def day_opening(day: date | None, titles: Sequence[str], count: int, language: str) -> str:
    """The hook of a day's video: greeting, date where it is known, how many items (1 to 12), and some by name."""
    words = _WORDS[language]
    parts = [words.greeting]
    if day is not None:
        parts.append(words.today.format(weekday=weekday(day, language), date=date_in_words(day, language)))
    number = _count(count, language)
    if not titles:
        parts.append(words.count_only.format(count=number))
    else:
        form = words.one_topic if count == 1 else words.all_topics if len(titles) == count else words.some_topics
        listed = [without_full_stop(title) for title in titles]
        if len(listed) > 1:
            listed[-1] = words.and_last + listed[-1]
        text = form.format(count=number, Count=number.capitalize(), titles="; ".join(listed))
        parts.append(text.replace("?.", "?").replace("?।", "?"))
    return " ".join(parts)


def day_heading(count: int, language: str) -> str:
    """Headline of the opening card."""
    words = _WORDS[language]
    if count == 1:
        return words.one_heading
    return words.heading.format(count=_IN_TOPICS_RU[count] if language == "ru" else _NUMBERS[language][count])


def link(place: int, count: int, language: str) -> str:
    """What leads over to item `place` (from 0) of `count`; often nothing, and never twice the same in a row."""
    words = _WORDS[language]
    if place == 0 or count < 3:
        return ""
    if place == count - 1:
        return words.last_link
    return words.links[(place // 2) % len(words.links)] if place % 2 else ""


def title_link(place: int, count: int, title: str, language: str) -> str:
    """What leads over to item `place` by naming it."""
    words = _WORDS[language]
    form = words.title_links[(place - 1) % len(words.title_links)]
    if place == 0:
        form = words.first_title if count > 1 else "{title}"
    elif place == count - 1 and count > 2:
        form = words.last_title
    return with_full_stop(form.format(title=without_full_stop(title)), language)


def sign_off(day: date | None, language: str) -> str:
    """The last words of a day's video; another from day to day."""
    words = _WORDS[language]
    return words.sign_offs[(day.toordinal() if day else 0) % len(words.sign_offs)] + " " + words.wish


def remember(lines: Sequence[str], language: str) -> str:
    """One to three lines to remember, as a spoken text."""
    if language == "ru":
        opening = _THINGS_RU[len(lines)]
    elif len(lines) == 1:
        opening = {"en": "One thing to remember.", "hi": "एक बात याद रखिए।"}[language]
    else:
        number = _NUMBERS[language][len(lines)]
        opening = _WORDS[language].remember.format(count=number, Count=number.capitalize())
    return " ".join([opening, *(with_full_stop(line, language) for line in lines)])


def named_again(names: Sequence[str], language: str) -> str:
    """The stories by name, at the end of a day's video."""
    opening = {"en": "Once more, the day's stories.", "ru": "Ещё раз о темах дня.", "hi": "एक बार फिर, आज के विषय।"}[
        language
    ]
    return " ".join([opening, *(with_full_stop(name, language) for name in names)])


def closing_heading(language: str, *, tell: bool) -> str:
    """Headline of the closing card: over lines that tell something, or over mere names."""
    if tell:
        return {"en": "What to remember", "ru": "Что запомнить", "hi": "याद रखने की बातें"}[language]
    return {"en": "Today's stories", "ru": "Темы дня", "hi": "आज के विषय"}[language]


def topic_opening(title: str, length: int | None, language: str) -> str:
    """The hook of a topic's video. `length`: the seconds it takes, where they may be named."""
    title = without_full_stop(title)
    rest = _MINUTES[language].get(length or 0, _IN_BRIEF[language])
    if title.endswith("?") or language != "en":
        return f"{with_full_stop(title, language)} {rest[0].upper()}{with_full_stop(rest[1:], language)}"
    return f"{title}: {rest}."


def topic_closing(title: str, language: str) -> str:
    """The last words of a topic of which no lines can be given to remember."""
    title = without_full_stop(title)
    form = {"en": "That was the topic in brief: {0}", "ru": "Это было главное по теме: {0}", "hi": "ये थीं मुख्य बातें: {0}"}
    thanks = {"en": "Thank you for watching.", "ru": "Спасибо за внимание.", "hi": "साथ रहने के लिए धन्यवाद।"}
    return f"{with_full_stop(form[language].format(title), language)} {thanks[language]}"
