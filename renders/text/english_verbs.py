"""Finite verb forms of English, as far as they are needed to tell a clause from a phrase."""

from __future__ import annotations

import re

from renders.text.word_lists import one_of, word_set

_IRREGULAR = """
    is are was were has have had do does did can will must became began built brought came caught carried chose
    cut drew fell flew found gave got grew held hit kept knew laid led left lost made meant met paid put ran
    rose said saw sank sent set showed sat sold spent spoke stood swam took taught told went won wrote
"""
_PRESENT = """
    shows? contains? captures? reveals? runs? lies stands? holds? carries needs? takes? makes? gives? joins?
    links? covers? measures? weighs? lives? grows? moves? travels? orbits? hangs? presses pushes falls? rises
    reaches crosses bends? solves? uses? eats? burns? keeps? brings? leads? comes? goes becomes? begins? starts?
    ends? helps? allows? lets? wins? plays? sets sits? sees? finds? sends? gets? knows? says? tells? means?
    feels? seems? looks? appears? remains? stays? follows? provides? includes? offers? costs? flows? spreads?
    melts? drops? climbs? celebrates? announces? marks? dominates? pays? pose[sd]? depends? drives? turns?
    produces? works?
"""
VERB = one_of(_IRREGULAR + _PRESENT + r"\w{2,}(?:[^e]ed|ied)")
FINITE = re.compile(rf"\b{VERB}\b")
BE = word_set("is are was were been be")

NO_END = word_set(
    """
    is are was were be been being has have had do does did can will must the a an of to for by with and or but
    nor as than that located situated based lies lie lay born made consists results resulted depends focused
    interested involved engaged known seen found held set left came went put live lives lived stands stood
    began begins ended used compared associated filled covered equipped combined dealt agreed different far
    away more less up such very most about roughly nearly some around its his her their this these those into
    onto in on at from same one both either each every also so too just even still called named attired
    dressed shown arrives arrived participates took takes resulting due
    """
)
"""Words after which something has to follow, so that no clause is cut there."""
