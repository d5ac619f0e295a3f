"""Words that end in a full stop without ending a sentence, by language (R11)."""

from __future__ import annotations

from renders.text.word_lists import word_set

NEVER_LAST: dict[str, frozenset[str]] = {
    "en": word_set(
        """
        mr mrs ms dr prof gen maj col lt capt cmdr sgt gov sen rep rev hon pres st mt ft fr vs e.g i.e approx
        no nos vol fig ca cf viz jan feb mar apr jun jul aug sep sept oct nov dec messrs mme mlle
        """
    ),
    "ru": word_set(
        """
        т.е т.к т.н напр проф акад доц св им ул пр-т пер пл д кв стр рис табл см ср г-н г-жа гр о оз р с пос
        дер чел ок ред изд тов гл пп ст п янв февр мар апр июн июл авг сент окт нояб дек
        """
    ),
    "hi": word_set(
        """
        डॉ श्री श्रीमती प्रो पं कि मी कि.मी मि.मी से.मी सं क्र रु ई.पू ए बी सी डी पी के एम एस जे टी वी आर एन एल जी
        """
    ),
}
"""After these a sentence goes on: a name, a number or a month's day follows."""

SOMETIMES_LAST: dict[str, frozenset[str]] = {
    "en": word_set(
        "a.m p.m u.s u.k u.n e.u d.c etc inc ltd co corp jr sr ph.d m.d b.a est p.s ave blvd al bros dept univ"
    ),
    "ru": word_set("г гг в вв н.э э т.д т.п др пр руб коп тыс млн млрд трлн км м кг т га мин сек ч"),
    "hi": word_set("ई आदि"),
}
"""After these a sentence ends where the next word is one that sentences begin with."""

OPENERS: dict[str, frozenset[str]] = {
    "en": word_set(
        """
        the a an in on at it he she they we you this these that those there here its his her their our by for
        from with after before when while since as if but and or so yet however today now then some many most
        more all both each one two three no not what why how who where during under over between among
        although because about according despite until
        """
    ),
    "ru": word_set(
        """
        в во на с со к ко по из за от до при для над под об о он она оно они мы вы это этот эта эти тот та те
        его её их там тогда здесь потом затем после сегодня сейчас теперь уже но а и или если когда пока хотя
        поэтому также однако как так что все всё один два три через перед между спустя вскоре позже
        """
    ),
    "hi": word_set("यह ये वह वे इस इसके इसका इसकी उस उसके लेकिन और अब तब यहाँ वहाँ जब बाद में आज"),
}
"""Words that sentences begin with, and names hardly ever."""
