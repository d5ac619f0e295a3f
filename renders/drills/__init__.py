"""Services that are not there: providers for drills and benchmarks, which speak the protocol and fail as they are told.

Nothing of the product imports this package. A drill names its providers in `PROVIDERS` and tells them by a file
(`weather.py`) how to be; they note every call in another (`journal.py`).
"""
