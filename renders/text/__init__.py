"""Language-aware work on text, shared by feeds and by script making. Pure Python: no Django, no I/O."""
