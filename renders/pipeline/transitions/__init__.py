"""The only writers of a status (I5). Each move is one guarded UPDATE and one row that tells of it: a step's in the
render log (R29), a render's in the outbox of events.

Locks are taken in one order: steps by position, then the render.
"""
