"""Renders without rendering: the production policy in a world of drawn times and faults (R78).

Discrete events: nothing waits for anything but the next event, so ten thousand renders take seconds. What is decided is
decided by the functions that the pipeline calls (`policy.decide`, `steering.before_call`, circuits, budget, ranks, the
plan of a run); what is drawn comes from a `Chance`, which may be that of a real run.
"""
