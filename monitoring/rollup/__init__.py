"""The figures of the days, made from the runs that ended (R63). A day is always counted anew as a whole: whatever was
interrupted, repeated or late, the rows of a day are those of its runs."""

from monitoring.rollup.work import prune, roll_up

__all__ = ["prune", "roll_up"]
